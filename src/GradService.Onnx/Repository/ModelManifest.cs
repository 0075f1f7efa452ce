namespace GradService.Onnx.Repository;

/// <summary>
/// What <c>model.json</c> beside a model's versions says: everything a person knows and the ONNX file does not. Every member may be left out;
/// null stands for a member that was, where its default is read off the ONNX file.
/// </summary>
public sealed record ModelManifest
{
    /// <summary>What the model is for; null when not said.</summary>
    public ModelTask? Task { get; init; }

    /// <summary>Prose on the model.</summary>
    public string? Description { get; init; }

    /// <summary>The licence the model comes under.</summary>
    public string? Licence { get; init; }

    /// <summary>The name of the picture's input. Default: the only input.</summary>
    public string? Input { get; init; }

    /// <summary>The size of the picture. Default: what the ONNX file says.</summary>
    public PictureSize? InputSize { get; init; }

    /// <summary>Pictures of any size are padded to a multiple of it, 1 to 1024. Default 1.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>Pictures of any size are scaled down until their longer side is at most this, 1 to 65,536. Default: no bound.</summary>
    public int? MaxSide { get; init; }

    /// <summary>How pictures are resized. Default bilinear without antialiasing.</summary>
    public PictureResize Resize { get; init; } = PictureResize.Bilinear;

    /// <summary>The order of the input's axes. Default: read off the ONNX file.</summary>
    public PictureLayout? Layout { get; init; }

    /// <summary>What the input's channels are. Default RGB.</summary>
    public ColourOrder ColourOrder { get; init; } = ColourOrder.RGB;

    /// <summary>What the picture's bytes are multiplied with before mean and standard deviation; finite, not 0. Default: 1/255, or 1 for an input of bytes.</summary>
    public double? Scale { get; init; }

    /// <summary>Subtracted from each channel, in the model's order of channels; as many as there are channels. Null for zeros.</summary>
    public IReadOnlyList<double>? Mean { get; init; }

    /// <summary>Each channel is divided by it, in the model's order of channels; over 0, as many as there are channels. Null for ones.</summary>
    public IReadOnlyList<double>? Std { get; init; }

    /// <summary>The name of the output. Default: the only one, else the one called logits, out or output.</summary>
    public string? Output { get; init; }

    /// <summary>The order of the output's axes. Default: that of the input.</summary>
    public PictureLayout? OutputLayout { get; init; }

    /// <summary>What the output's values are. Default logits.</summary>
    public OutputKind OutputKind { get; init; } = OutputKind.Logits;

    /// <summary>A binary mask is foreground where its value is greater. Default 0.5.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>The classes' names, [C]; of a binary mask background and foreground.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>The classes' colours, [C]. Null for the default palette.</summary>
    public IReadOnlyList<Rgb>? Palette { get; init; }

    /// <summary>The classes' weights in a loss, [C], finite and not negative. Null for ones.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>The label that losses and metrics leave out. Null for none.</summary>
    public int? IgnoreIndex { get; init; }

    /// <summary>Reads a manifest.</summary>
    /// <param name="json">The text of <c>model.json</c>, UTF-8.</param>
    /// <exception cref="ManifestException">Not JSON, a member that is unknown, twice there or of another type, or a value out of its range.</exception>
    public static ModelManifest Parse(ReadOnlyMemory<byte> json) => ManifestReader.Read(json);
}
