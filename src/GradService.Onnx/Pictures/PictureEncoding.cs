using GradService.Onnx.Repository;
using GradService.Onnx.Running;

namespace GradService.Onnx.Pictures;

/// <summary>How the pixels of a picture become the elements of a model's input: x = (value * scale - mean) / std.</summary>
/// <param name="Layout">The order of the axes.</param>
/// <param name="Colours">What the channels are. Grey is the luminance 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded to 8 bits as Pillow's mode L is.</param>
/// <param name="Datatype">The type of the elements: FP32, FP16 (rounded to nearest, ties to even) or UINT8 (rounded likewise and held between 0 and 255).</param>
/// <param name="Scale">What the values, 0 to 255, are multiplied by.</param>
/// <param name="Mean">What is then subtracted: one for each channel, in the model's order.</param>
/// <param name="Deviation">What that is then divided by: one for each channel, in the model's order.</param>
public sealed record PictureEncoding(
    PictureLayout Layout,
    ColourOrder Colours,
    TensorDatatype Datatype,
    double Scale,
    IReadOnlyList<double> Mean,
    IReadOnlyList<double> Deviation)
{
    /// <summary>The number of channels: 3, or 1 for grey.</summary>
    public int Channels => Colours == ColourOrder.GREY ? 1 : 3;

    /// <summary>The size of one element in bytes.</summary>
    public int ElementBytes => Datatype switch { TensorDatatype.FP32 => 4, TensorDatatype.FP16 => 2, _ => 1 };
}
