using CsCheck;
using GradService.Numerics.Similarity;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Similarity;

public sealed class BorderPaddingTests
{
    private static readonly Gen<(BorderPadding Border, CrossCorrelationGeometry Bare)> Borders =
        from mode in Gen.Int[(int)PaddingMode.Reflect, (int)PaddingMode.Circular]
        from last in Gen.Bool
        from batch in Gen.Int[0, 2]
        from channels in Gen.Int[1, 3]
        from height in Gen.Int[4, 6]
        from width in Gen.Int[4, 9]
        from padding in Gen.Long[0, 3].Array[4]
        let bare = CrossCorrelationGeometry.Of(
            last ? new Shape(batch, height, width, channels) : new Shape(batch, channels, height, width),
            new Shape(1, channels, 1, 1),
            new CrossCorrelationOptions { Padding = padding, Layout = last ? ChannelLayout.ChannelsLast : ChannelLayout.ChannelsFirst })
        select (BorderPadding.Of(bare, (PaddingMode)mode), bare);

    [Theory]
    [InlineData(PaddingMode.Reflect, new double[] { 3, 2, 1, 2, 3, 2 })]
    [InlineData(PaddingMode.Replicate, new double[] { 1, 1, 1, 2, 3, 3 })]
    [InlineData(PaddingMode.Circular, new double[] { 2, 3, 1, 2, 3, 1 })]
    public void A_border_holds_what_its_mode_says(PaddingMode mode, double[] expected)
    {
        BorderPadding border = Of(1, 3, [0, 0, 2, 1], mode);
        var padded = new double[6];
        border.Lay<double>([1, 2, 3], padded);
        Assert.Equal(expected, padded);
    }

    [Fact]
    public void The_way_back_is_the_adjoint_of_the_way_there() => Borders.Sample(drawn =>
    {
        (BorderPadding border, CrossCorrelationGeometry bare) = drawn;
        double[] x = Numbers(bare.Batch * bare.InputChannels * bare.Rows.Input * bare.Columns.Input, 3);
        double[] u = Numbers(border.Shape.Length, 5);
        (double[] padded, double[] folded) = (new double[u.Length], new double[x.Length]);
        border.Lay<double>(x, padded);
        border.Fold(u, folded);
        Assert.Equal(padded.Zip(u, (a, b) => a * b).Sum(), x.Zip(folded, (a, b) => a * b).Sum());
    });

    [Theory]
    [InlineData(PaddingMode.Reflect, 3, 3)]
    [InlineData(PaddingMode.Circular, 3, 4)]
    [InlineData(PaddingMode.Reflect, 0, 1)]
    [InlineData(PaddingMode.Replicate, 0, 1)]
    public void A_border_wider_than_its_mode_allows_is_refused(PaddingMode mode, int width, int padding)
    {
        OperandException error = Assert.Throws<OperandException>(() => Of(1, width, [0, 0, 0, padding], mode));
        Assert.Equal("padding", error.Operand);
        Assert.StartsWith($"A border of {padding} columns was found", error.Message, StringComparison.Ordinal);
    }

    private static BorderPadding Of(int height, int width, long[] padding, PaddingMode mode) => BorderPadding.Of(
        CrossCorrelationGeometry.Of(new Shape(1, 1, height, width), new Shape(1, 1, 1, 1), new CrossCorrelationOptions { Padding = padding }), mode);

    // Whole numbers, so that sums are exact in any order.
    private static double[] Numbers(int count, int step) => [.. Enumerable.Range(0, count).Select(i => (double)(((i * step) % 11) - 5))];
}
