using GradService.Numerics.Tensors;

namespace GradService.Numerics.Similarity;

/// <summary>The shapes of a siamese correlation's operands, checked against each other: each example's template slides over its own search image.</summary>
public sealed record SiameseGeometry
{
    private SiameseGeometry()
    {
    }

    /// <summary>B, the number of pairs.</summary>
    public required int Batch { get; init; }

    /// <summary>C, the channels of both.</summary>
    public required int Channels { get; init; }

    /// <summary>How the template slides along the rows.</summary>
    public required SlidingAxis Rows { get; init; }

    /// <summary>How it slides along the columns.</summary>
    public required SlidingAxis Columns { get; init; }

    /// <summary>Whether every channel has a response of its own.</summary>
    public required bool PerChannel { get; init; }

    /// <summary>The shape of the response: <c>[B, 1, H', W']</c>, or <c>[B, C, H', W']</c> channel by channel.</summary>
    public required Shape Response { get; init; }

    /// <summary>The responses: pairs, or pairs by channels.</summary>
    public int Units => PerChannel ? Batch * Channels : Batch;

    /// <summary>The channels that one response sums over.</summary>
    public int UnitChannels => PerChannel ? 1 : Channels;

    internal int ResponseRows => (int)Rows.Output;

    internal int ResponseColumns => (int)Columns.Output;

    internal int Positions => ResponseRows * ResponseColumns;

    internal int TemplateArea => Rows.Kernel * Columns.Kernel;

    internal int SearchArea => Rows.Input * Columns.Input;

    /// <summary>Checks shapes and padding.</summary>
    /// <param name="template"><c>[B, C, h, w]</c>.</param>
    /// <param name="search"><c>[B, C, H, W]</c>.</param>
    /// <param name="perChannel">Whether every channel has a response of its own.</param>
    /// <param name="rule">How the zeros around the search image are found.</param>
    /// <param name="padding">The zeros, where they are given.</param>
    /// <exception cref="OperandException">A rule is broken.</exception>
    public static SiameseGeometry Of(Shape template, Shape search, bool perChannel, PaddingRule rule, IReadOnlyList<long> padding)
    {
        Require.Rank(template, nameof(template), 4, 4, "[B, C, h, w]; one template is [1, C, h, w]");
        Require.Rank(search, nameof(search), 4, 4, "[B, C, H, W]; one search image is [1, C, H, W]");
        if (template[0] != search[0] || template[1] != search[1])
        {
            throw new OperandException(
                nameof(template),
                $"Shape {template} was found; expected [{search[0]}, {search[1]}, h, w]: every search image of {search} has a template of its own, of its channels. To slide every template over every image use similarity/cross-correlation with the templates as its kernel.");
        }

        (SlidingAxis rows, SlidingAxis columns) = SlidingRules.Axes(
            search[2], search[3], template[2], template[3], new CrossCorrelationOptions { Rule = rule, Padding = padding }, nameof(template));
        if (rows.Output > int.MaxValue || columns.Output > int.MaxValue)
        {
            throw new OperandException(nameof(padding), $"The response would be {rows.Output} x {columns.Output}; at most {int.MaxValue} either way are possible.");
        }

        return new SiameseGeometry
        {
            Batch = search[0],
            Channels = search[1],
            Rows = rows,
            Columns = columns,
            PerChannel = perChannel,
            Response = Require.Product(new Shape(search[0]), nameof(search), perChannel ? search[1] : 1, (int)rows.Output, (int)columns.Output),
        };
    }

    // Without normalisation a siamese correlation is a cross-correlation of one picture, with a group for each response.
    internal CrossCorrelationGeometry Grouped() => CrossCorrelationGeometry.Of(
        new Shape(1, Batch * Channels, Rows.Input, Columns.Input),
        new Shape(Units, UnitChannels, Rows.Kernel, Columns.Kernel),
        new CrossCorrelationOptions { Groups = Units, Padding = [Rows.Before, Rows.After, Columns.Before, Columns.After] });
}
