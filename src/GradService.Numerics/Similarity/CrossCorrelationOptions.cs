namespace GradService.Numerics.Similarity;

/// <summary>How a kernel slides over its input.</summary>
public sealed record CrossCorrelationOptions
{
    /// <summary>Steps between output positions, each at least 1: one for both axes, or rows then columns.</summary>
    public IReadOnlyList<long> Stride { get; init; } = [1];

    /// <summary>Steps between the kernel's taps, each at least 1: one for both axes, or rows then columns.</summary>
    public IReadOnlyList<long> Dilation { get; init; } = [1];

    /// <summary>How the zeros around the input are found.</summary>
    public PaddingRule Rule { get; init; } = PaddingRule.Explicit;

    /// <summary>Under <see cref="PaddingRule.Explicit"/>, each at least 0: one for all sides; rows then columns; or top, bottom, left, right.</summary>
    public IReadOnlyList<long> Padding { get; init; } = [0];

    /// <summary>Into how many parts the channels are cut, each with its own filters; divides both channel counts.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Where the channels of input and output lie.</summary>
    public ChannelLayout Layout { get; init; } = ChannelLayout.ChannelsFirst;

    /// <summary>Whether the kernel is turned first.</summary>
    public CorrelationMode Mode { get; init; } = CorrelationMode.CrossCorrelation;
}
