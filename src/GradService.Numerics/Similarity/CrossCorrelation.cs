using System.Numerics;

namespace GradService.Numerics.Similarity;

/// <summary>
/// Cross-correlation of pictures with a bank of filters, the "convolution" of neural networks, and its gradients. With x padded by zeros,
/// y[b,o,i,j] = bias[o] + sum over c, u, v of kernel[o,c,u,v] x[b,c, i stride + u dilation, j stride + v dilation], where c runs over the
/// channels of o's group. Sums are FP64, in the order (c, u, v) for outputs.
/// </summary>
public static unsafe class CrossCorrelation
{
    /// <summary>Computes the output.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="input">x, of the geometry's layout.</param>
    /// <param name="kernel"><c>[O, C / groups, kH, kW]</c>.</param>
    /// <param name="bias"><c>[O]</c>, or empty for none.</param>
    /// <param name="geometry">The shapes.</param>
    /// <param name="output">Receives y, of the geometry's output shape; may not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">The bias is not one number for each filter.</exception>
    public static void Forward<T>(
        ReadOnlySpan<T> input, ReadOnlySpan<T> kernel, ReadOnlySpan<T> bias, CrossCorrelationGeometry geometry, Span<T> output, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckInput(input.Length, geometry);
        CheckKernel(kernel.Length, geometry);
        CheckLength(output.Length, geometry.Output.Length, nameof(output));
        if (!bias.IsEmpty && bias.Length != geometry.OutputChannels)
        {
            throw new OperandException(nameof(bias), $"{Quantity.Of(bias.Length, "number was", "numbers were")} found; expected {geometry.OutputChannels}, one for each filter.");
        }

        if (output.IsEmpty)
        {
            return;
        }

        fixed (T* inputAt = input, kernelAt = kernel, biasAt = bias, outputAt = output)
        {
            CorrelationJob<T>.Forward(inputAt, kernelAt, bias.IsEmpty ? null : biasAt, geometry, outputAt, execution);
        }
    }

    /// <summary>Computes the gradient by the input: the upstream laid out under the kernel, the transposed convolution of the two.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="upstream">The gradient by the output, of the output's shape.</param>
    /// <param name="kernel"><c>[O, C / groups, kH, kW]</c>.</param>
    /// <param name="geometry">The shapes.</param>
    /// <param name="gradient">Receives the gradient, of the input's shape: grad_x[p] = sum over the outputs that tap u carried p to of kernel[u] upstream.</param>
    /// <param name="execution">Threads and cancellation.</param>
    public static void GradInput<T>(ReadOnlySpan<T> upstream, ReadOnlySpan<T> kernel, CrossCorrelationGeometry geometry, Span<T> gradient, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckLength(upstream.Length, geometry.Output.Length, nameof(upstream));
        CheckKernel(kernel.Length, geometry);
        CheckInput(gradient.Length, geometry);
        gradient.Clear();
        if (upstream.IsEmpty || gradient.IsEmpty)
        {
            return;
        }

        fixed (T* upstreamAt = upstream, kernelAt = kernel, gradientAt = gradient)
        {
            // With a stride the positions of the input fall into classes that different taps reach; each class is a correlation of its own.
            foreach ((int rowPhase, int[] rowTaps) in Phases(geometry.Rows, geometry.Mode))
            {
                foreach ((int columnPhase, int[] columnTaps) in Phases(geometry.Columns, geometry.Mode))
                {
                    CorrelationJob<T>.Transposed(upstreamAt, kernelAt, geometry, (rowPhase, rowTaps), (columnPhase, columnTaps), gradientAt, execution);
                }
            }
        }
    }

    /// <summary>Computes the gradient by the kernel: the correlation of the input with the upstream.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="input">x, of the geometry's layout.</param>
    /// <param name="upstream">The gradient by the output, of the output's shape.</param>
    /// <param name="geometry">The shapes.</param>
    /// <param name="gradient">Receives the gradient, <c>[O, C / groups, kH, kW]</c>: grad_kernel[o,c,u,v] = sum over b, i, j of upstream[b,o,i,j] x[b,c, i stride + u dilation, ..].</param>
    /// <param name="execution">Threads and cancellation.</param>
    public static void GradKernel<T>(ReadOnlySpan<T> input, ReadOnlySpan<T> upstream, CrossCorrelationGeometry geometry, Span<T> gradient, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckInput(input.Length, geometry);
        CheckLength(upstream.Length, geometry.Output.Length, nameof(upstream));
        CheckKernel(gradient.Length, geometry);
        if (input.IsEmpty || upstream.IsEmpty || gradient.IsEmpty)
        {
            gradient.Clear();
            return;
        }

        fixed (T* inputAt = input, upstreamAt = upstream, gradientAt = gradient)
        {
            KernelGradientJob<T>.Run(inputAt, upstreamAt, geometry, gradientAt, execution);
        }
    }

    /// <summary>Computes the gradient by the bias: the upstream summed over pictures and positions.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="upstream">The gradient by the output, of the output's shape.</param>
    /// <param name="geometry">The shapes.</param>
    /// <param name="gradient">Receives the gradient, <c>[O]</c>.</param>
    /// <param name="execution">Until when to run.</param>
    public static void GradBias<T>(ReadOnlySpan<T> upstream, CrossCorrelationGeometry geometry, Span<T> gradient, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckLength(upstream.Length, geometry.Output.Length, nameof(upstream));
        CheckLength(gradient.Length, geometry.OutputChannels, nameof(gradient));
        int channels = geometry.OutputChannels;
        int plane = geometry.OutputRows * geometry.OutputColumns;
        bool last = geometry.Layout == ChannelLayout.ChannelsLast;
        var sums = new double[channels];
        for (int b = 0; b < geometry.Batch; b++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<T> picture = upstream.Slice(b * channels * plane, channels * plane);
            for (int outer = 0; outer < (last ? plane : channels); outer++)
            {
                ReadOnlySpan<T> line = picture.Slice(outer * (last ? channels : plane), last ? channels : plane);
                for (int inner = 0; inner < line.Length; inner++)
                {
                    sums[last ? inner : outer] += double.CreateTruncating(line[inner]);
                }
            }
        }

        for (int o = 0; o < channels; o++)
        {
            gradient[o] = T.CreateTruncating(sums[o]);
        }
    }

    // The taps that reach each class of input positions, by (position + padding) modulo stride; classes that none reaches are left out.
    private static IEnumerable<(int Phase, int[] Taps)> Phases(SlidingAxis axis, CorrelationMode mode)
    {
        long[] offsets = axis.TapOffsets(mode);
        return Enumerable.Range(0, axis.Kernel)
            .GroupBy(tap => (int)((offsets[tap] + axis.Before) % axis.Stride))
            .Select(group => (group.Key, group.ToArray()));
    }

    private static void CheckInput(int length, CrossCorrelationGeometry geometry) =>
        CheckLength(length, (long)geometry.Batch * geometry.InputChannels * geometry.Rows.Input * geometry.Columns.Input, "input");

    private static void CheckKernel(int length, CrossCorrelationGeometry geometry) =>
        CheckLength(length, (long)geometry.OutputChannels * geometry.GroupInputs * geometry.Rows.Kernel * geometry.Columns.Kernel, "kernel");

    private static void CheckLength(int found, long expected, string name)
    {
        if (found != expected)
        {
            throw new ArgumentException($"{name} has {found} elements; the geometry has {expected}.", name);
        }
    }
}
