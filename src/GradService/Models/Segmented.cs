using GradService.Numerics.Tensors;
using GradService.Onnx.Pictures;
using GradService.Onnx.Running;

namespace GradService.Models;

/// <summary>Pictures with the class of every pixel.</summary>
/// <param name="Model">The model that found them.</param>
/// <param name="Takes">What is known of its classes.</param>
/// <param name="Pictures">The pictures.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Labels"><c>[B, H, W]</c>.</param>
internal sealed record Segmented(OnnxModel Model, PictureModel Takes, SentPictures Pictures, int Classes, Tensor<int> Labels)
{
    /// <summary>The labels of one picture, row-major.</summary>
    public Span<int> Of(int picture) => Labels.Span.Slice(picture * Pictures.Height * Pictures.Width, Pictures.Height * Pictures.Width);
}
