using GradService.Numerics.Similarity;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Similarity;

/// <summary>Runs the op under test and keeps all that it answers.</summary>
internal sealed record Correlation<T>(T[] Output, T[] Input, T[] Kernel, T[] Bias)
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    public static Correlation<T> Of(double[] x, double[] kernel, double[] bias, double[] upstream, CrossCorrelationGeometry g, int threads = 1)
    {
        T[] input = [.. x.Select(T.CreateTruncating)], weights = [.. kernel.Select(T.CreateTruncating)], above = [.. upstream.Select(T.CreateTruncating)];
        var all = new Correlation<T>(new T[g.Output.Length], new T[x.Length], new T[kernel.Length], new T[g.OutputChannels]);
        var execution = new Execution(threads);
        CrossCorrelation.Forward<T>(input, weights, [.. bias.Select(T.CreateTruncating)], g, all.Output, execution);
        CrossCorrelation.GradInput<T>(above, weights, g, all.Input, execution);
        CrossCorrelation.GradKernel<T>(input, above, g, all.Kernel, execution);
        CrossCorrelation.GradBias<T>(above, g, all.Bias, execution);
        return all;
    }

    public static double[] Draw(int seed, int length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (double)(float)((random.NextDouble() * 4) - 2))];
    }

    public static CrossCorrelationGeometry Geometry(int[] input, int[] kernel, CrossCorrelationOptions? options = null) =>
        CrossCorrelationGeometry.Of(new Shape(input), new Shape(kernel), options ?? new CrossCorrelationOptions());
}
