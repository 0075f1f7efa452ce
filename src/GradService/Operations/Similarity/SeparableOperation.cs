using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Similarity;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Similarity;

/// <summary>A depthwise separable convolution: one small filter for each channel, then a 1 x 1 convolution that mixes the channels; with the gradients of all four operands.</summary>
/// <remarks>
/// <para>What it saves: a k x k convolution of C channels to O has C O k² weights; separable it has C k² + C O. From two concatenated maps of 64 channels to 64 with k = 3, biases
/// included, that is 73,792 against 9,536. The advantage is cost, not another kind of similarity: a separable filter is a full one whose slices are
/// restricted to multiples of one slice for each channel.</para>
/// <para>Depth-wise alone is grouping taken to its end (<c>groups</c> = C): no channel sees another, so what the channels have in common appears only after the pointwise step. This is
/// also how a siamese head combines channels that were correlated one by one.</para>
/// <para>With M filters for each channel (<c>depthwise</c> of C M filters) channel c's outputs are c M to c M + M - 1, as in PyTorch with groups = C.</para>
/// <para>The gradients need <c>upstream</c>, the gradient of your own loss by the output. What lies between the two steps is kept in FP64, whatever the dtype.</para>
/// <para>Edge cases: as for <c>similarity/cross-correlation</c>; stride, padding, padding_mode and dilation are those of the depthwise step. There is no non-linearity and no bias between the
/// steps: a bias there could be moved into <c>bias</c>. A pointwise kernel that is not 1 x 1 is an error.</para>
/// </remarks>
/// <formula name="output">y[b,o,i,j] = bias[o] + sum_m pointwise[o,m] h[b,m,i,j], with h[b,m,i,j] = sum_{u,v} depthwise[m,0,u,v] x[b, m div M, i s + u d - p, j s + v d - p]</formula>
/// <formula name="grad_input">the depthwise step's gradient by its input under grad_h[b,m,i,j] = sum_o pointwise[o,m] upstream[b,o,i,j]</formula>
/// <formula name="grad_depthwise">grad_depthwise[m,0,u,v] = sum_{b,i,j} grad_h[b,m,i,j] x[b, m div M, i s + u d - p, j s + v d - p]</formula>
/// <formula name="grad_pointwise">grad_pointwise[o,m] = sum_{b,i,j} upstream[b,o,i,j] h[b,m,i,j]</formula>
/// <formula name="grad_bias">grad_bias[o] = sum_{b,i,j} upstream[b,o,i,j]</formula>
/// <derivation>
/// <step latex="h_m = k_m \star x_{c(m)}">First every channel is filtered by itself: a correlation with as many groups as channels.</step>
/// <step latex="y_o = b_o + \sum_m P_{om} h_m = b_o + \sum_m (P_{om} k_m) \star x_{c(m)}">Then each output is a weighted sum of the filtered channels. Moved inside, the weights multiply the filters: a full convolution whose kernel has the low-rank form P k.</step>
/// <step latex="\frac{\partial L}{\partial P_{om}} = \sum_{ij} g_{oij} h_{mij},\qquad \frac{\partial L}{\partial h_{mij}} = \sum_o P_{om} g_{oij}">The pointwise step is a matrix product at every position: its gradients are those of a linear layer.</step>
/// <step latex="\frac{\partial L}{\partial k_m} = \frac{\partial L}{\partial h_m} \star x_{c(m)}">Under the gradient by h the depthwise step is differentiated as any correlation is.</step>
/// </derivation>
/// <reference>L. Sifre, Rigid-Motion Scattering for Image Classification, PhD thesis, 2014, section 6.2.</reference>
/// <reference>F. Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, CVPR 2017.</reference>
/// <reference>Semantics of two torch.nn.functional.conv2d calls, PyTorch 2: groups = C, then a 1 x 1 kernel.</reference>
public sealed class SeparableOperation : Operation<SeparableRequest, SeparableResponse>
{
    /// <inheritdoc/>
    public override string Name => "similarity/separable";

    /// <inheritdoc/>
    public override string Example => """
        {
          "input": [[[[3, 1, 2], [0, 1, 2], [1, 0, -1]], [[1, 0, 1], [2, 1, 0], [0, 1, 2]]]],
          "depthwise": [[[[1, 2], [0, -1]]], [[[1, 0], [0, 1]]]],
          "pointwise": [[[[1]], [[-1]]], [[[0.5]], [[2]]]],
          "bias": [0, 0.25],
          "upstream": [[[[1, 0], [0, 1]], [[0, 1], [1, 0]]]]
        }
        """;

    /// <inheritdoc/>
    protected override SeparableResponse Evaluate<T>(SeparableRequest request, Evaluation run)
    {
        (CrossCorrelationGeometry depth, CrossCorrelationGeometry point) = Geometry(request);
        var input = new BorderedInput<double>(run.Floats<double>(request.Input), depth, request.PaddingMode, run);
        Tensor<double> depthwise = run.Floats<double>(request.Depthwise);
        Tensor<double> pointwise = run.Floats<double>(request.Pointwise);
        Tensor<double>? bias = request.Bias is null ? null : run.Floats<double>(request.Bias);
        Tensor<double>? upstream = run.Upstream<double>(request.Upstream, point.Output, "output");
        Tensor<double> hidden = run.Rent<double>(depth.Output);
        Tensor<double> output = run.Rent<double>(point.Output);
        CrossCorrelation.Forward<double>(input.Tensor.Span, depthwise.Span, default, input.Geometry, hidden.Span, run.Execution);
        CrossCorrelation.Forward<double>(hidden.Span, pointwise.Span, bias.SpanOrEmpty(), point, output.Span, run.Execution);
        if (upstream is null)
        {
            return new SeparableResponse { Output = run.Floats<T>(output) };
        }

        Tensor<double>? gradPointwise = null;
        if (run.Wants(nameof(request.Pointwise)))
        {
            gradPointwise = run.Rent<double>(pointwise.Shape);
            CrossCorrelation.GradKernel<double>(hidden.Span, upstream.Span, point, gradPointwise.Span, run.Execution);
        }

        Tensor<double>? gradBias = null;
        if (bias is not null && run.Wants(nameof(request.Bias)))
        {
            gradBias = run.Rent<double>(bias.Shape);
            CrossCorrelation.GradBias<double>(upstream.Span, point, gradBias.Span, run.Execution);
        }

        (bool wantsInput, bool wantsDepthwise) = (run.Wants(nameof(request.Input)), run.Wants(nameof(request.Depthwise)));
        Tensor<double>? gradInput = null;
        Tensor<double>? gradDepthwise = null;
        if (wantsInput || wantsDepthwise)
        {
            // The hidden values have done their part: their gradient takes their place.
            CrossCorrelation.GradInput<double>(upstream.Span, pointwise.Span, point, hidden.Span, run.Execution);
        }

        if (wantsInput)
        {
            gradInput = input.Gradient(hidden, depthwise);
        }

        if (wantsDepthwise)
        {
            gradDepthwise = run.Rent<double>(depthwise.Shape);
            CrossCorrelation.GradKernel<double>(input.Tensor.Span, hidden.Span, input.Geometry, gradDepthwise.Span, run.Execution);
        }

        return new SeparableResponse
        {
            Output = run.Floats<T>(output),
            GradInput = gradInput is null ? null : run.Floats<T>(gradInput),
            GradDepthwise = gradDepthwise is null ? null : run.Floats<T>(gradDepthwise),
            GradPointwise = gradPointwise is null ? null : run.Floats<T>(gradPointwise),
            GradBias = gradBias is null ? null : run.Floats<T>(gradBias),
        };
    }

    private static (CrossCorrelationGeometry Depth, CrossCorrelationGeometry Point) Geometry(SeparableRequest request)
    {
        bool last = request.Layout == ChannelLayout.ChannelsLast;
        Require.Rank(request.Input.Shape, "input", 4, 4, CrossCorrelationGeometry.InputForm(last ? ChannelLayout.ChannelsLast : ChannelLayout.ChannelsFirst));
        Require.Rank(request.Depthwise.Shape, "depthwise", 4, 4, "[C M, 1, kH, kW]");
        Require.Rank(request.Pointwise.Shape, "pointwise", 4, 4, "[O, C M, 1, 1]");
        int channels = request.Input.Shape[last ? 3 : 1];
        Shape each = request.Depthwise.Shape;
        if (channels < 1 || each[0] % channels != 0 || each[1] != 1)
        {
            throw new OperandException(
                "depthwise",
                $"Shape {each} was found; expected [{channels} M, 1, kH, kW], M filters for each channel of the input's {channels}, each over that channel alone.");
        }

        var depth = CrossCorrelationGeometry.Of(request.Input.Shape, each, request.Options(channels), "depthwise");
        Shape mixing = request.Pointwise.Shape;
        Require.Shape(mixing, "pointwise", new Shape(mixing[0], each[0], 1, 1), $"one weight for each of the {each[0]} depthwise filters");
        var point = CrossCorrelationGeometry.Of(depth.Output, mixing, new CrossCorrelationOptions { Layout = request.Layout }, "pointwise");
        if (request.Bias is { } bias)
        {
            Require.Shape(bias.Shape, "bias", new Shape(mixing[0]), "one number for each output channel");
        }

        return (depth, point);
    }
}

/// <summary>Feature maps, the filters of the two steps, and how the first slide.</summary>
public sealed record SeparableRequest : SlidingRequest
{
    /// <summary>Pictures or feature maps.</summary>
    [Differentiable]
    [Shape("[B, C, H, W] or [B, H, W, C]")]
    public required Tensor Input { get; init; }

    /// <summary>M filters for each channel of the input, each over that channel alone. The same form for either layout.</summary>
    [Differentiable]
    [Shape("[C M, 1, kH, kW]")]
    public required Tensor Depthwise { get; init; }

    /// <summary>How the filtered channels are mixed. The same form for either layout.</summary>
    [Differentiable]
    [Shape("[O, C M, 1, 1]")]
    public required Tensor Pointwise { get; init; }

    /// <summary>What is added to each output channel. Default: nothing.</summary>
    [Differentiable]
    [Shape("[O]")]
    public Tensor? Bias { get; init; }
}

/// <summary>The output and, with an upstream gradient, the gradients.</summary>
public sealed record SeparableResponse
{
    /// <summary>The mixed channels at every position.</summary>
    [Objective]
    [Shape("[B, O, H', W'] or [B, H', W', O]")]
    public required Tensor Output { get; init; }

    /// <summary>The gradient of sum(upstream * output) by the input; only when <c>upstream</c> is sent.</summary>
    [Shape("[B, C, H, W] or [B, H, W, C]")]
    public Tensor? GradInput { get; init; }

    /// <summary>The gradient by the depthwise filters; only when <c>upstream</c> is sent.</summary>
    [Shape("[C M, 1, kH, kW]")]
    public Tensor? GradDepthwise { get; init; }

    /// <summary>The gradient by the pointwise kernel; only when <c>upstream</c> is sent.</summary>
    [Shape("[O, C M, 1, 1]")]
    public Tensor? GradPointwise { get; init; }

    /// <summary>The gradient by the bias; only when <c>upstream</c> and <c>bias</c> are sent.</summary>
    [Shape("[O]")]
    public Tensor? GradBias { get; init; }
}
