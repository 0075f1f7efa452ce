using GradService.Onnx.Repository;
using GradService.Onnx.Running;

namespace GradService.Onnx.Pictures;

/// <summary>How pictures go into a segmentation model and what comes out: what its ONNX file and its <c>model.json</c> say, taken together.</summary>
public sealed record PictureModel
{
    private static readonly string[] UsualOutputs = ["logits", "out", "output"];

    private PictureModel(string inputName, string outputName, PictureEncoding encoding, PictureSize size, ModelManifest manifest)
    {
        InputName = inputName;
        OutputName = outputName;
        Encoding = encoding;
        Size = size;
        Manifest = manifest;
    }

    /// <summary>The name of the input that takes the picture.</summary>
    public string InputName { get; }

    /// <summary>The name of the output with the scores.</summary>
    public string OutputName { get; }

    /// <summary>From pixels to elements.</summary>
    public PictureEncoding Encoding { get; }

    /// <summary>The size that the model takes, or any.</summary>
    public PictureSize Size { get; }

    /// <summary>What <c>model.json</c> says.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Whether the scores are a binary mask: one value a pixel, taken as the probability of the foreground.</summary>
    public bool IsBinary => Manifest.OutputKind == OutputKind.BinaryMask;

    /// <summary>Puts together what is known of a model.</summary>
    /// <param name="name">The model's name, for messages.</param>
    /// <param name="description">What the ONNX file says.</param>
    /// <param name="manifest">What <c>model.json</c> says; null when there is none.</param>
    /// <exception cref="ModelException">Something is missing or does not fit, and what (wrong input).</exception>
    public static PictureModel Of(string name, ModelDescription description, ModelManifest? manifest)
    {
        if (manifest is null)
        {
            throw Missing(name, "it has no model.json. Beside its versions, one must say how pictures become its input (mean, std, scale, colour_order, stride or input_size) and what its classes are (class_names, palette); {\"task\": \"segmentation\"} is the least. Its tensors serve over /v2 without");
        }

        TensorSpec input = Named(name, "input", description.Inputs, manifest.Input, []);
        if (input.Dimensions is not { Count: 4 } axes)
        {
            throw Missing(name, $"its input {input.Name} has {(input.Dimensions is null ? "no known number of" : $"{input.Dimensions.Count}")} axes; a picture's has four, as [B, C, H, W] or [B, H, W, C]");
        }

        PictureLayout layout = manifest.Layout ?? LayoutOf(axes)
            ?? throw Missing(name, $"neither axis 1 nor axis 3 of its input {input.Name} is 3 or 1 long, so it does not show which one is the colours. Say \"layout\": \"NCHW\" or \"NHWC\" in model.json");
        int channels = manifest.ColourOrder == ColourOrder.GREY ? 1 : 3;
        long found = axes[layout == PictureLayout.NCHW ? 1 : 3];
        if (found >= 0 && found != channels)
        {
            string fix = found == 1 ? " Say \"colour_order\": \"GREY\" in model.json." : string.Empty;
            throw Missing(name, $"its input {input.Name} has {found} channels where colour_order {manifest.ColourOrder} has {channels}.{fix}");
        }

        if (input.Datatype is not (TensorDatatype.FP32 or TensorDatatype.FP16 or TensorDatatype.UINT8))
        {
            throw Missing(name, $"its input {input.Name} is {input.Datatype}; pictures can be made FP32, FP16 or UINT8");
        }

        TensorSpec output = Named(name, "output", description.Outputs, manifest.Output, UsualOutputs);
        if (output.Datatype is not (TensorDatatype.FP32 or TensorDatatype.FP16))
        {
            throw Missing(name, $"its output {output.Name} is {output.Datatype}; scores are FP32 or FP16");
        }

        double scale = manifest.Scale ?? (input.Datatype == TensorDatatype.UINT8 ? 1 : 1.0 / 255);
        var encoding = new PictureEncoding(layout, manifest.ColourOrder, input.Datatype, scale, manifest.Mean ?? new double[channels], manifest.Std ?? [.. Enumerable.Repeat(1.0, channels)]);
        return new PictureModel(input.Name, output.Name, encoding, SizeOf(name, input, layout, manifest), manifest);
    }

    /// <summary>How a picture becomes as large as the model takes it.</summary>
    /// <param name="width">The picture's width.</param>
    /// <param name="height">The picture's height.</param>
    public PictureGeometry Geometry(int width, int height) => Size.IsDynamic
        ? PictureGeometry.Dynamic(width, height, Manifest.Stride, Manifest.MaxSide)
        : PictureGeometry.Fixed(width, height, Size.Width, Size.Height);

    /// <summary>The shape of the input for so many pictures.</summary>
    /// <param name="pictures">How many, one at least.</param>
    /// <param name="geometry">Of each.</param>
    public long[] InputShape(int pictures, PictureGeometry geometry) => Encoding.Layout == PictureLayout.NCHW
        ? [pictures, Encoding.Channels, geometry.PaddedHeight, geometry.PaddedWidth]
        : [pictures, geometry.PaddedHeight, geometry.PaddedWidth, Encoding.Channels];

    /// <summary>How the scores of each picture lie in what the model gave.</summary>
    /// <param name="name">The model's name, for messages.</param>
    /// <param name="output">The output.</param>
    /// <param name="pictures">How many pictures went in.</param>
    /// <param name="geometry">How each became the input.</param>
    /// <exception cref="ModelException">The output is no map of scores, or has another number of classes than <c>model.json</c> (wrong input).</exception>
    public ScoreMap Scores(string name, ModelOutput output, int pictures, PictureGeometry geometry)
    {
        PictureLayout layout = Manifest.OutputLayout ?? Encoding.Layout;
        IReadOnlyList<long> shape = IsBinary && output.Shape.Count == 3 ? [output.Shape[0], 1, output.Shape[1], output.Shape[2]] : output.Shape;
        bool planes = layout == PictureLayout.NCHW || output.Shape.Count == 3;
        if (shape.Count != 4 || shape[0] != pictures || shape.Any(axis => axis < 1))
        {
            throw Missing(name, $"its output {output.Name} came as [{string.Join(", ", output.Shape)}]; scores for {pictures} pictures are {(planes ? $"[{pictures}, C, H, W]" : $"[{pictures}, H, W, C]")}");
        }

        int channels = (int)shape[planes ? 1 : 3];
        int expected = IsBinary ? 1 : Manifest.ClassNames?.Count ?? Manifest.Palette?.Count ?? Manifest.ClassWeights?.Count ?? channels;
        if (channels != expected)
        {
            throw Missing(name, $"its output {output.Name} of shape [{string.Join(", ", output.Shape)}] has {channels} channels ({layout}); model.json has {expected} {(IsBinary ? "for a binary mask" : "classes")}");
        }

        return new ScoreMap((int)shape[planes ? 2 : 1], (int)shape[planes ? 3 : 2], channels, planes ? PictureLayout.NCHW : PictureLayout.NHWC, output.Datatype, geometry);
    }

    /// <summary>The classes' names: those of <c>model.json</c>, or numbered ones.</summary>
    /// <param name="classes">How many there are.</param>
    public IReadOnlyList<string> ClassNames(int classes) =>
        Manifest.ClassNames ?? (IsBinary ? ["background", "foreground"] : [.. Enumerable.Range(0, classes).Select(index => $"class {index}")]);

    /// <summary>The classes' colours: those of <c>model.json</c>, or the default ones.</summary>
    /// <param name="classes">How many there are.</param>
    public IReadOnlyList<Rgb> Colours(int classes) => Manifest.Palette ?? Palette.Default(classes);

    // A name that model.json gives is one of the file's: the repository loads no model where it is not.
    private static TensorSpec Named(string name, string what, IReadOnlyList<TensorSpec> specs, string? wanted, string[] usual) =>
        wanted is not null ? specs.First(spec => spec.Name == wanted)
        : specs.Count == 1 ? specs[0]
        : usual.Select(candidate => specs.FirstOrDefault(spec => spec.Name == candidate)).FirstOrDefault(spec => spec is not null)
            ?? throw Missing(name, $"its ONNX file has several {what}s ({string.Join(", ", specs.Select(spec => spec.Name))}). Say which one in model.json: \"{what}\"");

    private static PictureLayout? LayoutOf(IReadOnlyList<long> axes) => axes[1] is 3 or 1 ? PictureLayout.NCHW : axes[3] is 3 or 1 ? PictureLayout.NHWC : null;

    private static PictureSize SizeOf(string name, TensorSpec input, PictureLayout layout, ModelManifest manifest)
    {
        int first = layout == PictureLayout.NCHW ? 2 : 1;
        (long height, long width) = (input.Dimensions![first], input.Dimensions[first + 1]);
        PictureSize? size = manifest.InputSize ?? ((height, width) switch
        {
            ( < 0, < 0) => PictureSize.Dynamic,
            ( >= 0, >= 0) => new PictureSize((int)height, (int)width),
            _ => null,
        });
        if (size is not { } known)
        {
            throw Missing(name, $"its input {input.Name} leaves one of height and width open. Say \"input_size\": [height, width] in model.json");
        }

        bool fits = known.IsDynamic ? height < 0 && width < 0 : (height < 0 || height == known.Height) && (width < 0 || width == known.Width);
        return fits ? known : throw Missing(name, $"input_size of model.json is {(known.IsDynamic ? "\"dynamic\"" : $"[{known.Height}, {known.Width}]")}, and the ONNX file's input {input.Name} takes height {Open(height)} and width {Open(width)}");
    }

    private static string Open(long axis) => axis < 0 ? "of any length" : $"{axis}";

    private static ModelException Missing(string name, string what) => new(ModelFault.WrongInput, $"{name} cannot take pictures: {what.TrimEnd('.')}.");
}
