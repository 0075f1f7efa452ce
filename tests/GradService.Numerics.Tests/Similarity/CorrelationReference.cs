using GradService.Numerics.Similarity;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Similarity;

/// <summary>A cross-correlation and its gradients, written as the definition reads: one loop for each index, channels first.</summary>
internal static class CorrelationReference
{
    /// <summary>Calls back with the flat positions of every (output, input, kernel) that meet in a product.</summary>
    public static void Visit(CrossCorrelationGeometry g, Action<int, int, int> visit)
    {
        (SlidingAxis r, SlidingAxis c) = (g.Rows, g.Columns);
        var products =
            from b in Enumerable.Range(0, g.Batch)
            from o in Enumerable.Range(0, g.OutputChannels)
            from k in Enumerable.Range(0, g.GroupInputs)
            from i in Enumerable.Range(0, (int)r.Output)
            from j in Enumerable.Range(0, (int)c.Output)
            from u in Enumerable.Range(0, r.Kernel)
            from v in Enumerable.Range(0, c.Kernel)
            select (b, o, k, i, j, u, v);
        bool turned = g.Mode == CorrelationMode.Convolution;
        foreach ((int b, int o, int k, int i, int j, int u, int v) in products)
        {
            long row = ((long)i * r.Stride) + ((long)(turned ? r.Kernel - 1 - u : u) * r.Dilation) - r.Before;
            long column = ((long)j * c.Stride) + ((long)(turned ? c.Kernel - 1 - v : v) * c.Dilation) - c.Before;
            if (row < 0 || row >= r.Input || column < 0 || column >= c.Input)
            {
                continue;
            }

            int channel = (o / g.GroupOutputs * g.GroupInputs) + k;
            int y = At(g, g.OutputChannels, (int)r.Output, (int)c.Output, b, o, i, j);
            int x = At(g, g.InputChannels, r.Input, c.Input, b, channel, (int)row, (int)column);
            visit(y, x, (((((o * g.GroupInputs) + k) * r.Kernel) + u) * c.Kernel) + v);
        }
    }

    public static double[] Forward(double[] x, double[] kernel, double[] bias, CrossCorrelationGeometry g)
    {
        var y = new double[g.Output.Length];
        Visit(g, (output, input, weight) => y[output] += kernel[weight] * x[input]);
        for (int i = 0; bias.Length > 0 && i < y.Length; i++)
        {
            y[i] += bias[Filter(g, i)];
        }

        return y;
    }

    public static (double[] Input, double[] Kernel, double[] Bias) Backward(double[] x, double[] kernel, double[] upstream, CrossCorrelationGeometry g)
    {
        (double[] input, double[] weights, double[] bias) = (new double[x.Length], new double[kernel.Length], new double[g.OutputChannels]);
        Visit(g, (output, at, weight) =>
        {
            input[at] += kernel[weight] * upstream[output];
            weights[weight] += x[at] * upstream[output];
        });
        for (int i = 0; i < upstream.Length; i++)
        {
            bias[Filter(g, i)] += upstream[i];
        }

        return (input, weights, bias);
    }

    private static int Filter(CrossCorrelationGeometry g, int at) => g.Layout == ChannelLayout.ChannelsLast
        ? at % g.OutputChannels
        : at / (int)(g.Rows.Output * g.Columns.Output) % g.OutputChannels;

    private static int At(CrossCorrelationGeometry g, int channels, int height, int width, int b, int c, int i, int j) => g.Layout == ChannelLayout.ChannelsFirst
        ? (((((b * channels) + c) * height) + i) * width) + j
        : (((((b * height) + i) * width) + j) * channels) + c;
}
