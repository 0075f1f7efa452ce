using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Similarity;

namespace GradService.Operations.Similarity;

/// <summary>How a kernel slides over its input, as every convolution of the service takes it.</summary>
public abstract record SlidingRequest : DifferentiableRequest
{
    /// <summary>Steps from one output position to the next: one integer, or [rows, columns].</summary>
    [Range(1, int.MaxValue)]
    public Steps Stride { get; init; } = Steps.Of(1);

    /// <summary>
    /// The border around the input: one integer for all sides, [rows, columns], or [top, bottom, left, right] (ONNX writes pads as top, left, bottom, right).
    /// "same" keeps the input's size for a stride of 1, an odd zero below and to the right as in PyTorch (ONNX: SAME_UPPER); "valid" is 0.
    /// </summary>
    [Range(0, int.MaxValue)]
    [Words("same", "valid")]
    public Steps Padding { get; init; } = Steps.Of(0);

    /// <summary>
    /// What the border of <c>padding</c> holds: <c>zeros</c>, the input mirrored at its edge (<c>reflect</c>, narrower than the input), its edge repeated (<c>replicate</c>),
    /// or its other side (<c>circular</c>, not wider than the input).
    /// </summary>
    public PaddingMode PaddingMode { get; init; } = PaddingMode.Zeros;

    /// <summary>Steps from one tap of the kernel to the next: one integer, or [rows, columns]. 2 leaves a gap of one between taps.</summary>
    [Range(1, int.MaxValue)]
    public Steps Dilation { get; init; } = Steps.Of(1);

    /// <summary>Where the channels of input, output and upstream lie. The kernel's form is the same for both.</summary>
    public ChannelLayout Layout { get; init; } = ChannelLayout.ChannelsFirst;

    /// <summary>Whether the kernel is turned by half a turn first.</summary>
    public CorrelationMode Mode { get; init; } = CorrelationMode.CrossCorrelation;

    internal CrossCorrelationOptions Options(int groups) => new()
    {
        Stride = Stride.Values,
        Dilation = Dilation.Values,
        Padding = Padding.Values,
        Rule = Rule(Padding),
        Groups = groups,
        Layout = Layout,
        Mode = Mode,
    };

    internal static PaddingRule Rule(Steps padding) => padding.Word switch
    {
        "same" => PaddingRule.Same,
        "valid" => PaddingRule.Valid,
        _ => PaddingRule.Explicit,
    };
}
