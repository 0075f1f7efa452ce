using GradService.Numerics.Tensors;

namespace GradService.Numerics.Similarity;

/// <summary>The shapes of a cross-correlation's operands, checked against each other.</summary>
public sealed record CrossCorrelationGeometry
{
    private CrossCorrelationGeometry()
    {
    }

    /// <summary>B, the number of pictures.</summary>
    public required int Batch { get; init; }

    /// <summary>C, the channels of the input.</summary>
    public required int InputChannels { get; init; }

    /// <summary>O, the channels of the output: the number of filters.</summary>
    public required int OutputChannels { get; init; }

    /// <summary>Into how many parts the channels are cut.</summary>
    public required int Groups { get; init; }

    /// <summary>How the kernel slides along the rows.</summary>
    public required SlidingAxis Rows { get; init; }

    /// <summary>How it slides along the columns.</summary>
    public required SlidingAxis Columns { get; init; }

    /// <summary>Where the channels lie.</summary>
    public required ChannelLayout Layout { get; init; }

    /// <summary>Whether the kernel is turned first.</summary>
    public required CorrelationMode Mode { get; init; }

    /// <summary>C / groups: the channels that one filter sees.</summary>
    public int GroupInputs => InputChannels / Groups;

    /// <summary>O / groups: the filters of one group.</summary>
    public int GroupOutputs => OutputChannels / Groups;

    /// <summary>The shape of the output.</summary>
    public required Shape Output { get; init; }

    internal int OutputRows => (int)Rows.Output;

    internal int OutputColumns => (int)Columns.Output;

    internal PlaneStrides InputStrides => PlaneStrides.Of(Layout, InputChannels, Rows.Input, Columns.Input);

    internal PlaneStrides OutputStrides => PlaneStrides.Of(Layout, OutputChannels, OutputRows, OutputColumns);

    /// <summary>Checks shapes and options.</summary>
    /// <param name="input"><c>[B, C, H, W]</c>, or <c>[B, H, W, C]</c> for channels last.</param>
    /// <param name="kernel"><c>[O, C / groups, kH, kW]</c> in either layout.</param>
    /// <param name="options">How the kernel slides.</param>
    /// <param name="kernelOperand">The name of the kernel's parameter.</param>
    /// <exception cref="OperandException">A rule is broken.</exception>
    public static CrossCorrelationGeometry Of(Shape input, Shape kernel, CrossCorrelationOptions options, string kernelOperand = "kernel")
    {
        bool first = options.Layout == ChannelLayout.ChannelsFirst;
        Require.Rank(input, "input", 4, 4, InputForm(options.Layout));
        Require.Rank(kernel, kernelOperand, 4, 4, "[O, C / groups, kH, kW]");
        int channels = input[first ? 1 : 3];
        int outputs = kernel[0];
        CheckGroups(options.Groups, channels, outputs, kernel, kernelOperand);
        (SlidingAxis rows, SlidingAxis columns) = SlidingRules.Axes(input[first ? 2 : 1], input[first ? 3 : 2], kernel[2], kernel[3], options, kernelOperand);
        int height = Length(rows);
        int width = Length(columns);
        return new CrossCorrelationGeometry
        {
            Batch = input[0],
            InputChannels = channels,
            OutputChannels = outputs,
            Groups = options.Groups,
            Rows = rows,
            Columns = columns,
            Layout = options.Layout,
            Mode = options.Mode,
            Output = first
                ? Require.Product(new Shape(input[0]), "input", outputs, height, width)
                : Require.Product(new Shape(input[0]), "input", height, width, outputs),
        };
    }

    /// <summary>The form of a correlation's input, for people who sent another.</summary>
    /// <param name="layout">Where the channels lie.</param>
    public static string InputForm(ChannelLayout layout) => layout == ChannelLayout.ChannelsFirst
        ? "[B, C, H, W]; one picture is [1, C, H, W], sequences are [B, C, 1, L]"
        : "[B, H, W, C]; one picture is [1, H, W, C], sequences are [B, 1, L, C]";

    private static void CheckGroups(int groups, int channels, int outputs, Shape kernel, string kernelOperand)
    {
        if (groups < 1 || channels % groups != 0 || outputs % groups != 0)
        {
            throw new OperandException(
                "groups",
                $"{groups} was found; expected at least 1, and a divisor of the input's {Quantity.Of(channels, "channel", "channels")} and of the {Quantity.Of(outputs, "filter", "filters")}.");
        }

        if (kernel[1] != channels / groups)
        {
            string of = groups == 1 ? $"the input has {Quantity.Of(channels, "channel", "channels")}" : $"the input's {Quantity.Of(channels, "channel", "channels")} in {groups} groups are {channels / groups} for each filter";
            throw new OperandException(
                kernelOperand,
                $"Shape {kernel} was found: filters that see {Quantity.Of(kernel[1], "channel", "channels")}; expected [{outputs}, {channels / groups}, {kernel[2]}, {kernel[3]}], as {of}.");
        }
    }

    private static int Length(SlidingAxis axis) => axis.Output <= int.MaxValue
        ? (int)axis.Output
        : throw new OperandException("padding", $"The output would be {axis.Output} long; at most {int.MaxValue} are possible.");
}

/// <summary>From one element of a batch of pictures to the next, in elements.</summary>
/// <param name="Picture">To the next picture.</param>
/// <param name="Channel">To the next channel.</param>
/// <param name="Row">To the next row.</param>
/// <param name="Column">To the next column.</param>
internal readonly record struct PlaneStrides(long Picture, long Channel, long Row, long Column)
{
    public static PlaneStrides Of(ChannelLayout layout, int channels, int height, int width) => layout == ChannelLayout.ChannelsFirst
        ? new PlaneStrides((long)channels * height * width, (long)height * width, width, 1)
        : new PlaneStrides((long)channels * height * width, 1, (long)width * channels, channels);
}
