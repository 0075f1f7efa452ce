using CsCheck;
using GradService.Numerics.Similarity;
using GradService.Numerics.Tensors;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Similarity;

public sealed class CrossCorrelationTests
{
    private static readonly Gen<(int[] Input, int[] Kernel, CrossCorrelationOptions Options, int Seed)> Problems =
        from groups in Gen.Int[1, 3]
        from inputs in Gen.Int[1, 5]
        from outputs in Gen.Int[1, 7]
        from batch in Gen.Int[0, 3]
        from height in Gen.Int[1, 12]
        from width in Gen.OneOf(Gen.Int[1, 20], Gen.Int[30, 50], Gen.Int[250, 300])
        from kernel in Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4])
        from stride in Gen.Select(Gen.Long[1, 4], Gen.Long[1, 4])
        from dilation in Gen.Select(Gen.Long[1, 3], Gen.Long[1, 3])
        from padding in Gen.Long[0, 4].Array[4]
        from last in Gen.Bool
        from turned in Gen.Bool
        from seed in Gen.Int[0, 1 << 20]
        where ((kernel.Item1 - 1) * dilation.Item1) + 1 <= height + padding[0] + padding[1]
            && ((kernel.Item2 - 1) * dilation.Item2) + 1 <= width + padding[2] + padding[3]
        select (
            last ? new[] { batch, height, width, inputs * groups } : [batch, inputs * groups, height, width],
            new[] { outputs * groups, inputs, kernel.Item1, kernel.Item2 },
            new CrossCorrelationOptions
            {
                Stride = [stride.Item1, stride.Item2],
                Dilation = [dilation.Item1, dilation.Item2],
                Padding = padding,
                Groups = groups,
                Layout = last ? ChannelLayout.ChannelsLast : ChannelLayout.ChannelsFirst,
                Mode = turned ? CorrelationMode.Convolution : CorrelationMode.CrossCorrelation,
            },
            seed);

    [Fact]
    public void Outputs_and_gradients_are_those_of_the_definition() => Problems.Sample(
        problem =>
        {
            (CrossCorrelationGeometry g, double[] x, double[] k, double[] b, double[] u) = Drawn(problem.Input, problem.Kernel, problem.Options, problem.Seed);
            Correlation<double> found = Correlation<double>.Of(x, k, b, u, g);
            (double[] input, double[] kernel, double[] bias) = CorrelationReference.Backward(x, k, u, g);
            Close.All(CorrelationReference.Forward(x, k, b, g), found.Output, 1e-13, 1e-12);
            Close.All(input, found.Input, 1e-13, 1e-12);
            Close.All(kernel, found.Kernel, 1e-12, 1e-11);
            Close.All(bias, found.Bias, 1e-12, 1e-11);
        },
        iter: 100);

    [Fact]
    public void FP32_answers_are_the_FP64_ones_rounded_once() => Problems.Sample(
        problem =>
        {
            (CrossCorrelationGeometry g, double[] x, double[] k, double[] b, double[] u) = Drawn(problem.Input, problem.Kernel, problem.Options, problem.Seed);
            (Correlation<double> wide, Correlation<float> narrow) = (Correlation<double>.Of(x, k, b, u, g), Correlation<float>.Of(x, k, b, u, g));
            Assert.Equal([.. wide.Output.Select(v => (float)v)], narrow.Output);
            Assert.Equal([.. wide.Input.Select(v => (float)v)], narrow.Input);
            Assert.Equal([.. wide.Kernel.Select(v => (float)v)], narrow.Kernel);
            Assert.Equal([.. wide.Bias.Select(v => (float)v)], narrow.Bias);
        },
        iter: 100);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(32)]
    public void Threads_change_no_bit(int groups)
    {
        var options = new CrossCorrelationOptions { Groups = groups, Padding = [1], Stride = [1, 2] };
        (CrossCorrelationGeometry g, double[] x, double[] k, double[] b, double[] u) = Drawn([2, 32, 40, 70], [64, 32 / groups, 3, 3], options, 7);
        (Correlation<double> one, Correlation<double> many) = (Correlation<double>.Of(x, k, b, u, g), Correlation<double>.Of(x, k, b, u, g, threads: 4));
        Assert.Equal(one.Output, many.Output);
        Assert.Equal(one.Input, many.Input);
        Assert.Equal(one.Kernel, many.Kernel);
        Assert.Equal(one.Bias, many.Bias);
    }

    [Fact]
    public void Many_windows_and_channels_make_one_answer()
    {
        (CrossCorrelationGeometry g, double[] x, double[] k, double[] b, double[] u) = Drawn([1, 12, 30, 300], [3, 12, 3, 5], new CrossCorrelationOptions { Padding = [1, 2] }, 3);
        Correlation<double> found = Correlation<double>.Of(x, k, b, u, g);
        (double[] input, double[] kernel, double[] _) = CorrelationReference.Backward(x, k, u, g);
        Close.All(CorrelationReference.Forward(x, k, b, g), found.Output, 1e-12, 1e-11);
        Close.All(input, found.Input, 1e-12, 1e-11);
        Close.All(kernel, found.Kernel, 1e-11, 1e-10);
    }

    [Fact]
    public void The_worked_answer_is_answered()
    {
        var item = WorkedAnswers.Item("3_conv_similarity");
        (double[] x, double[] z) = (item.GetProperty("inputs").GetProperty("x").Flat(), item.GetProperty("inputs").GetProperty("z").Flat());
        CrossCorrelationGeometry g = Correlation<double>.Geometry([1, 1, 4, 4], [1, 1, 2, 2]);
        Correlation<double> found = Correlation<double>.Of(x, z, [], [.. Enumerable.Repeat(1.0, 9)], g);
        Assert.Equal(item.GetProperty("conv2d_valid").Flat(), found.Output);
        Assert.Equal(item.GetProperty("grad_x_of_sum").Flat(), found.Input);
        Assert.Equal(item.GetProperty("grad_z_of_sum").Flat(), found.Kernel);
        g = Correlation<double>.Geometry([1, 1, 4, 4], [1, 1, 2, 2], new CrossCorrelationOptions { Mode = CorrelationMode.Convolution });
        Assert.Equal(item.GetProperty("true_convolution_valid").Flat(), Correlation<double>.Of(x, z, [], new double[9], g).Output);
    }

    [Fact]
    public void Two_groups_keep_the_halves_apart_and_a_1x1_kernel_combines_them()
    {
        var item = WorkedAnswers.Item("3_conv_similarity").GetProperty("groups2");
        (double[] x, double[] k) = (item.GetProperty("input").Flat(), item.GetProperty("weight").Flat());
        CrossCorrelationGeometry g = Correlation<double>.Geometry([1, 4, 1, 2], [4, 2, 1, 1], new CrossCorrelationOptions { Groups = 2 });
        double[] apart = Correlation<double>.Of(x, k, [], new double[8], g).Output;
        Assert.Equal(item.GetProperty("out").Flat(), apart);
        x[6] += 100; // the second half's last channel
        double[] moved = Correlation<double>.Of(x, k, [], new double[8], g).Output;
        Assert.Equal(apart[..4], moved[..4]);
        Assert.NotEqual(apart[4..], moved[4..]);
        CrossCorrelationGeometry mix = Correlation<double>.Geometry([1, 4, 1, 2], [1, 4, 1, 1]);
        Assert.Equal([7.0 + 15 + 67 + 91, 10.0 + 22 + 78 + 106], Correlation<double>.Of(apart, [1, 1, 1, 1], [], new double[2], mix).Output);
    }

    [Fact]
    public void Same_padding_puts_the_odd_zero_below_and_to_the_right()
    {
        CrossCorrelationGeometry g = Correlation<double>.Geometry([1, 1, 2, 3], [1, 1, 2, 2], new CrossCorrelationOptions { Rule = PaddingRule.Same });
        Assert.Equal(new Shape(1, 1, 2, 3), g.Output);
        Assert.Equal((0, 1, 0, 1), (g.Rows.Before, g.Rows.After, g.Columns.Before, g.Columns.After));
    }

    [Fact]
    public void A_neighbour_that_is_not_a_number_stays_where_it_is()
    {
        // 9 columns, stride 2, 4 outputs: column 8 is not looked at, and lies in the tail of the last vector.
        double[] x = [1, 2, 3, 4, 5, 6, 7, 8, double.NaN];
        CrossCorrelationGeometry g = Correlation<double>.Geometry([1, 1, 1, 9], [1, 1, 1, 2], new CrossCorrelationOptions { Stride = [2] });
        Correlation<double> found = Correlation<double>.Of(x, [1, 10], [], [1, 1, 1, 1], g);
        Assert.Equal([21, 43, 65, 87], found.Output);
        Assert.Equal([16, 20], found.Kernel);
        Assert.Equal([1, 10, 1, 10, 1, 10, 1, 10, 0], found.Input);
    }

    [Theory]
    [InlineData(1_000_000_000, 1)]
    [InlineData(1, 1_000_000_000)]
    [InlineData(2_147_483_647, 2_147_483_647)]
    public void Wide_strides_and_dilations_cost_no_memory(long stride, long dilation)
    {
        var options = new CrossCorrelationOptions { Stride = [stride], Dilation = [dilation], Padding = [dilation / 2 + 1] };
        CrossCorrelationGeometry g = Correlation<double>.Geometry([1, 1, 3, 3], [1, 1, 2, 2], options with { Padding = dilation == 1 ? [0] : options.Padding, Stride = dilation > 1 && stride == 1 ? [2_000_000_000] : options.Stride });
        double[] x = Correlation<double>.Draw(1, 9);
        Correlation<double> found = Correlation<double>.Of(x, [1, 2, 3, 4], [0.5], [1], g);
        Close.All(CorrelationReference.Forward(x, [1, 2, 3, 4], [0.5], g), found.Output, 1e-14);
        Close.All(CorrelationReference.Backward(x, [1, 2, 3, 4], [1], g).Input, found.Input, 1e-14);
    }

    [Fact]
    public void An_empty_batch_has_empty_outputs_and_zero_gradients()
    {
        CrossCorrelationGeometry g = Correlation<double>.Geometry([0, 2, 3, 3], [1, 2, 2, 2]);
        Correlation<double> found = Correlation<double>.Of([], new double[8], [1], [], g);
        Assert.Empty(found.Output);
        Assert.Equal(new double[8], found.Kernel);
        Assert.Equal([0], found.Bias);
    }

    [Fact]
    public void No_channels_leave_the_bias()
    {
        CrossCorrelationGeometry g = Correlation<double>.Geometry([1, 0, 2, 2], [3, 0, 1, 1]);
        Assert.Equal([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3], Correlation<double>.Of([], [], [1, 2, 3], new double[12], g).Output);
    }

    [Theory]
    [InlineData("stride", new[] { 1, 2, 4, 4 }, new[] { 1, 2, 2, 2 }, 0, 1, 1)]
    [InlineData("dilation", new[] { 1, 2, 4, 4 }, new[] { 1, 2, 2, 2 }, 1, 0, 1)]
    [InlineData("groups", new[] { 1, 2, 4, 4 }, new[] { 1, 2, 2, 2 }, 1, 1, 0)]
    [InlineData("groups", new[] { 1, 4, 4, 4 }, new[] { 3, 2, 2, 2 }, 1, 1, 2)]
    [InlineData("kernel", new[] { 1, 2, 4, 4 }, new[] { 1, 3, 2, 2 }, 1, 1, 1)]
    [InlineData("kernel", new[] { 1, 2, 4, 4 }, new[] { 1, 2, 5, 2 }, 1, 1, 1)]
    [InlineData("kernel", new[] { 1, 2, 4, 4 }, new[] { 1, 2, 2, 0 }, 1, 1, 1)]
    [InlineData("kernel", new[] { 1, 2, 4, 4 }, new[] { 1, 2, 3, 3 }, 1, 2, 1)]
    [InlineData("kernel", new[] { 1, 2, 4, 4 }, new[] { 2, 2, 2 }, 1, 1, 1)]
    [InlineData("input", new[] { 2, 4, 4 }, new[] { 1, 2, 2, 2 }, 1, 1, 1)]
    public void Operands_that_do_not_fit_together_are_named(string operand, int[] input, int[] kernel, int stride, int dilation, int groups)
    {
        var options = new CrossCorrelationOptions { Stride = [stride], Dilation = [dilation], Groups = groups };
        Assert.Equal(operand, Assert.Throws<OperandException>(() => Correlation<double>.Geometry(input, kernel, options)).Operand);
    }

    [Fact]
    public void Paddings_that_make_no_sense_are_refused()
    {
        foreach (CrossCorrelationOptions options in new[]
        {
            new CrossCorrelationOptions { Padding = [-1] },
            new CrossCorrelationOptions { Padding = [1, 2, 3] },
            new CrossCorrelationOptions { Padding = [] },
            new CrossCorrelationOptions { Padding = [int.MaxValue + 1L] },
            new CrossCorrelationOptions { Rule = PaddingRule.Same, Stride = [2] },
        })
        {
            Assert.Equal("padding", Assert.Throws<OperandException>(() => Correlation<double>.Geometry([1, 1, 4, 4], [1, 1, 2, 2], options)).Operand);
        }
    }

    [Fact]
    public void A_cancelled_run_stops()
    {
        CrossCorrelationGeometry g = Correlation<double>.Geometry([1, 1, 4, 4], [1, 1, 2, 2]);
        Assert.Throws<OperationCanceledException>(() =>
            CrossCorrelation.Forward<double>(new double[16], new double[4], [], g, new double[9], new Execution(1, new CancellationToken(true))));
    }

    private static (CrossCorrelationGeometry G, double[] X, double[] K, double[] B, double[] U) Drawn(int[] input, int[] kernel, CrossCorrelationOptions options, int seed)
    {
        CrossCorrelationGeometry g = Correlation<double>.Geometry(input, kernel, options);
        return (
            g,
            Correlation<double>.Draw(seed, new Shape(input).Length),
            Correlation<double>.Draw(seed + 1, new Shape(kernel).Length),
            Correlation<double>.Draw(seed + 2, kernel[0]),
            Correlation<double>.Draw(seed + 3, g.Output.Length));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void An_output_without_elements_costs_nothing_however_large_its_planes_are(int batch, int filters)
    {
        var g = CrossCorrelationGeometry.Of(new Shape(batch, 1, 3, 3), new Shape(filters, 1, 2, 2), new CrossCorrelationOptions { Padding = [(1L << 30) - 2] });
        Assert.Equal(new Shape(batch, filters, int.MaxValue - 1, int.MaxValue - 1), g.Output);
        var x = new double[9 * batch];
        CrossCorrelation.Forward<double>(x, new double[4 * filters], default, g, []);
        double[] input = [.. x.Select(_ => 7.0)];
        CrossCorrelation.GradInput<double>([], new double[4 * filters], g, input);
        Assert.All(input, value => Assert.Equal(0, value));
        double[] kernel = [.. Enumerable.Repeat(7.0, 4 * filters)];
        CrossCorrelation.GradKernel<double>(x, [], g, kernel);
        Assert.All(kernel, value => Assert.Equal(0, value));
    }
}
