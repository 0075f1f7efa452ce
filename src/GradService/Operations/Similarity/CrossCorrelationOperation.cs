using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Similarity;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Similarity;

/// <summary>Cross-correlation of feature maps with a bank of filters: the convolution layer of neural networks, with the gradients of input, kernel and bias.</summary>
/// <remarks>
/// <para>Is it convolution? What networks call convolution is cross-correlation: the kernel is laid on the input as it is. Mathematics turns it by half a
/// turn first, which <c>mode</c> = <c>convolution</c> does. As a learned kernel can be learned turned, the two are equally powerful; the results for one given kernel differ.</para>
/// <para>Is it a similarity? Each output is the dot product of a filter with the patch under it, large where the two look alike, but also where the patch is merely
/// bright. In the example the plain response is largest over [[2, 4], [-1, -2]]; the patch that <em>is</em> the kernel lies one column to the left. <c>similarity/siamese</c> with
/// <c>normalize</c> = <c>zncc</c> finds it.</para>
/// <para>Two feature maps A and B, concatenated along the channels, and a learned convolution: every filter sees both maps, but as a sum, filter_A * A + filter_B * B; no product of A with
/// B is formed, so whether they agree must be found by later, non-linear layers. One feature map filtering the other (B as the kernel over A, <c>similarity/siamese</c>) forms just these products: its
/// response is bilinear and measures likeness without learning.</para>
/// <para>With <c>groups</c> = 2 the channels are cut in half, each half with filters of its own: concatenated maps are never mixed, and the outputs stand
/// side by side. A following 1 x 1 convolution with one group combines them. <c>groups</c> = C is depth-wise.</para>
/// <para>Sequences (conv1d) are pictures of one row, <c>[B, C, 1, L]</c>, with kernels <c>[O, C / groups, 1, k]</c>. Padding by dilation (k - 1) on every side is SciPy's mode "full". Templates of one batch
/// slid over the search images of another, all pairs of them, are the kernel here; each over its own image is <c>similarity/siamese</c>.</para>
/// <para>The gradients need <c>upstream</c>, the gradient of your own loss by the output. They hold for either mode, any stride, padding, dilation and grouping.</para>
/// <para>Edge cases: rows and columns at the end that no whole step of the stride reaches are not looked at, and their gradient is 0. A kernel larger than the padded input is an
/// error. With a <c>padding_mode</c> other than zeros x beyond the edge is the element that the border repeats, and that element's gradient is the sum over its copies. "same" needs a stride of 1. An empty batch gives empty answers and zero gradients of kernel and bias. Sums are FP64 whatever the dtype, in one order, so the same request
/// gives the same bits on any number of threads.</para>
/// </remarks>
/// <formula name="output">y[b,o,i,j] = bias[o] + sum_{c,u,v} kernel[o,c,u,v] x[b,c, i s + u d - p, j s + v d - p], c over the channels of o's group; for convolution kernel[o,c,kH-1-u,kW-1-v]</formula>
/// <formula name="grad_input">grad_x[b,c,h,w] = sum of kernel[o,c,u,v] upstream[b,o,i,j] over the o, u, v, i, j with i s + u d - p = h and j s + v d - p = w</formula>
/// <formula name="grad_kernel">grad_kernel[o,c,u,v] = sum_{b,i,j} upstream[b,o,i,j] x[b,c, i s + u d - p, j s + v d - p]</formula>
/// <formula name="grad_bias">grad_bias[o] = sum_{b,i,j} upstream[b,o,i,j]</formula>
/// <derivation>
/// <step latex="y_{oij} = b_o + \sum_{cuv} k_{ocuv}\, x_{c,\,is+ud-p,\,js+vd-p}">Every output is a dot product: linear in the input, linear in the kernel. So each gradient is the sum, over the outputs, of upstream times the other factor.</step>
/// <step latex="\frac{\partial L}{\partial k_{ocuv}} = \sum_{bij} g_{boij}\, x_{bc,\,is+ud-p,\,js+vd-p}">A weight is used at every position: its gradient correlates the input with the upstream g.</step>
/// <step latex="\frac{\partial L}{\partial x_{chw}} = \sum_{o} \sum_{(u,i):\, is+ud-p=h} \sum_{(v,j):\, js+vd-p=w} k_{ocuv}\, g_{oij}">An input is used by every output whose window covers it. For stride 1 the pairs are i = h + p - u d: the sum runs backwards in u, a true convolution of g with the kernel. That is why the backward pass of a correlation is a convolution, and the other way about.</step>
/// <step latex="\frac{\partial L}{\partial b_o} = \sum_{bij} g_{boij}">The bias is added everywhere, so its gradient is the sum of the upstream.</step>
/// </derivation>
/// <reference>V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning, arXiv:1603.07285, 2016.</reference>
/// <reference>I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, sections 9.1 and 9.5.</reference>
/// <reference>Semantics of torch.nn.functional.conv2d, PyTorch 2; mode = convolution is that of scipy.signal.convolve2d.</reference>
public sealed class CrossCorrelationOperation : Operation<CrossCorrelationRequest, CrossCorrelationResponse>
{
    /// <inheritdoc/>
    public override string Name => "similarity/cross-correlation";

    /// <inheritdoc/>
    public override string Example => """
        {
          "input": [[[[3, 1, 2, 0], [0, 1, 2, 4], [1, 0, -1, -2], [2, 5, 3, 1]]]],
          "kernel": [[[[1, 2], [0, -1]]]],
          "bias": [0],
          "upstream": [[[[1, 1, 1], [1, 1, 1], [1, 1, 1]]]],
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override CrossCorrelationResponse Evaluate<T>(CrossCorrelationRequest request, Evaluation run)
    {
        CrossCorrelationGeometry geometry = CrossCorrelationGeometry.Of(request.Input.Shape, request.Kernel.Shape, request.Options(request.Groups));
        if (request.Bias is { } offsets)
        {
            Require.Shape(offsets.Shape, "bias", new Shape(geometry.OutputChannels), "one number for each filter");
        }

        var input = new BorderedInput<T>(run.Floats<T>(request.Input), geometry, request.PaddingMode, run);
        Tensor<T> kernel = run.Floats<T>(request.Kernel);
        Tensor<T>? bias = request.Bias is null ? null : run.Floats<T>(request.Bias);
        Tensor<T>? upstream = run.Upstream<T>(request.Upstream, geometry.Output, "output");
        Tensor<T> output = run.Rent<T>(geometry.Output);
        CrossCorrelation.Forward<T>(input.Tensor.Span, kernel.Span, bias.SpanOrEmpty(), input.Geometry, output.Span, run.Execution);
        if (upstream is null)
        {
            return new CrossCorrelationResponse { Output = output };
        }

        Tensor<T>? gradInput = run.Wants(nameof(request.Input)) ? input.Gradient(upstream, kernel) : null;
        Tensor<T>? gradKernel = run.Wants(nameof(request.Kernel)) ? run.Rent<T>(kernel.Shape) : null;
        Tensor<T>? gradBias = bias is not null && run.Wants(nameof(request.Bias)) ? run.Rent<T>(bias.Shape) : null;
        if (gradKernel is not null)
        {
            CrossCorrelation.GradKernel<T>(input.Tensor.Span, upstream.Span, input.Geometry, gradKernel.Span, run.Execution);
        }

        if (gradBias is not null)
        {
            CrossCorrelation.GradBias<T>(upstream.Span, geometry, gradBias.Span, run.Execution);
        }

        return new CrossCorrelationResponse { Output = output, GradInput = gradInput, GradKernel = gradKernel, GradBias = gradBias };
    }
}

/// <summary>Feature maps, filters, and how the filters slide.</summary>
public sealed record CrossCorrelationRequest : SlidingRequest
{
    /// <summary>Pictures or feature maps.</summary>
    [Differentiable]
    [Shape("[B, C, H, W] or [B, H, W, C]")]
    public required Tensor Input { get; init; }

    /// <summary>The filters: O of them, each over the C / groups channels of its group. The same form for either layout (Keras has [kH, kW, C, O]: permute it).</summary>
    [Differentiable]
    [Shape("[O, C / groups, kH, kW]")]
    public required Tensor Kernel { get; init; }

    /// <summary>What is added to each filter's output. Default: nothing.</summary>
    [Differentiable]
    [Shape("[O]")]
    public Tensor? Bias { get; init; }

    /// <summary>Into how many parts the channels are cut, each with filters of its own; must divide C and O. C for depth-wise.</summary>
    [Range(1.0, double.MaxValue)]
    public int Groups { get; init; } = 1;
}

/// <summary>The output and, with an upstream gradient, the gradients.</summary>
public sealed record CrossCorrelationResponse
{
    /// <summary>The responses of every filter at every position.</summary>
    [Objective]
    [Shape("[B, O, H', W'] or [B, H', W', O]")]
    public required Tensor Output { get; init; }

    /// <summary>The gradient of sum(upstream * output) by the input; only when <c>upstream</c> is sent.</summary>
    [Shape("[B, C, H, W] or [B, H, W, C]")]
    public Tensor? GradInput { get; init; }

    /// <summary>The gradient by the kernel; only when <c>upstream</c> is sent.</summary>
    [Shape("[O, C / groups, kH, kW]")]
    public Tensor? GradKernel { get; init; }

    /// <summary>The gradient by the bias; only when <c>upstream</c> and <c>bias</c> are sent.</summary>
    [Shape("[O]")]
    public Tensor? GradBias { get; init; }
}
