using System.ComponentModel.DataAnnotations;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics.Similarity;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Operations.Similarity;

/// <summary>Slides each example's template over its own search image: dot product, cosine or ZNCC at every position, the peak, and both gradients.</summary>
/// <remarks>
/// <para>One feature map filters the other: the template is the kernel and nothing is learned here, so the gradients go to both maps and through them to the network that made them.
/// Each response is a sum of products of the two maps. A learned convolution over the concatenated maps is another thing: it adds what its filters find in each map and forms no product of the two.</para>
/// <para>A bare convolution of two batches, <c>conv2d(search, template)</c>, would slide every template over every image and answer <c>[B, B, H', W']</c>. Here pair b meets only itself, as in SiamFC; <c>per_channel</c>
/// keeps the channels apart, as the depth-wise correlation of SiamRPN++ does. The sum of its responses over the channels is the plain response, and a 1 x 1 convolution over them is a learned weighting of that sum.</para>
/// <para>Why normalise: in the example the plain dot product is largest over the bright patch [[2, 4], [-1, -2]] with 12, at (1, 2); ZNCC is exactly 1 at (1, 1), where the patch is the template itself.
/// Cosine ignores brightness as a factor; ZNCC ignores it as an offset as well. A cosine or ZNCC of several channels takes one mean and one length over all of them, with <c>per_channel</c> one for each.</para>
/// <para>The squared distance (SSD) of patch and template is sum u² - 2 r + sum z² with the plain response r; sum u² is the plain response of the squared search image to a template of ones. For SiamFC's loss, log(1 + exp(-y r)) with y = 1 near the target and -1 elsewhere, send the responses as logits to
/// <c>losses/binary-cross-entropy</c>, labels 1 and 0, and its gradient back here as <c>upstream</c>.</para>
/// <para>The gradients need <c>upstream</c>, the gradient of your own loss by the response. The peak is a choice and has none; differentiate the response, or a soft-argmax of it.</para>
/// <para>Edge cases: a patch or template that is constant (ZNCC) or all zeros (cosine) leaves 0/0, which is defined as 0 here, with gradient 0; a constant is recognised exactly. Zeros of the padding count as part of the patch. The peak is the
/// first largest value in row order; NaN counts as the largest. A template larger than the padded search image is an error.</para>
/// </remarks>
/// <formula name="response">none: r = sum u z; cosine: r = sum u z / (|u| |z|); zncc: r = sum (u - mean u)(z - mean z) / (|u - mean u| |z - mean z|), over the elements u of the patch at (i, j) and z of the template</formula>
/// <formula name="grad_template">none: sum_ij g u; otherwise, with u and z less their means for zncc: sum_ij g (u / (|u| |z|) - r z / |z|²), g the upstream at (i, j)</formula>
/// <formula name="grad_search">at each element of the search image, summed over the positions whose patch holds it as u: none: g z; otherwise: g (z / (|u| |z|) - r u / |u|²)</formula>
/// <formula name="peak">(row, column, value) with value = max_ij r; row and column of the first position that has it</formula>
/// <derivation>
/// <step latex="r = \frac{n}{ab},\quad n = \sum u z,\; a = |u|,\; b = |z|">Write the response as a quotient.</step>
/// <step latex="\frac{\partial n}{\partial u} = z,\qquad \frac{\partial a}{\partial u} = \frac{u}{a}">The product is linear in each factor; the length grows along the patch itself.</step>
/// <step latex="\frac{\partial r}{\partial u} = \frac{z}{ab} - \frac{n}{a^2 b}\frac{u}{a} = \frac{1}{ab} z - \frac{r}{a^2} u">The quotient rule. The result is at right angles to u: making a patch brighter does not change its cosine.</step>
/// <step latex="\tilde u = u - \bar u \;\Rightarrow\; \frac{\partial r}{\partial u} = \Big(I - \tfrac{1}{m}\mathbf 1 \mathbf 1^\top\Big)\Big(\frac{\tilde z}{ab} - \frac{r}{a^2}\tilde u\Big) = \frac{\tilde z}{ab} - \frac{r}{a^2}\tilde u">ZNCC removes the mean first. The projection in front changes nothing, as both terms have mean 0 already.</step>
/// <step latex="\frac{\partial L}{\partial x_p} = \sum_{ij \ni p} g_{ij} \frac{\partial r_{ij}}{\partial u}">An element of the search image lies in many patches, and the template in all: their shares add up.</step>
/// </derivation>
/// <reference>L. Bertinetto, J. Valmadre, J. F. Henriques, A. Vedaldi, P. H. S. Torr, Fully-Convolutional Siamese Networks for Object Tracking (SiamFC), ECCV workshops 2016.</reference>
/// <reference>B. Li, W. Wu, Q. Wang, F. Zhang, J. Xing, J. Yan, SiamRPN++: Evolution of Siamese Visual Tracking with Very Deep Networks, CVPR 2019, section 3.2 (depth-wise cross-correlation).</reference>
/// <reference>J. P. Lewis, Fast Normalized Cross-Correlation, Vision Interface 1995.</reference>
public sealed class SiameseOperation : Operation<SiameseRequest, SiameseResponse>
{
    /// <inheritdoc/>
    public override string Name => "similarity/siamese";

    /// <inheritdoc/>
    public override string Example => """
        {
          "template": [[[[1, 2], [0, -1]]]],
          "search": [[[[3, 1, 2, 0], [0, 1, 2, 4], [1, 0, -1, -2], [2, 5, 3, 1]]]],
          "normalize": "zncc",
          "upstream": [[[[0, 0, 0], [0, 0, 1], [0, 0, 0]]]]
        }
        """;

    /// <inheritdoc/>
    protected override SiameseResponse Evaluate<T>(SiameseRequest request, Evaluation run)
    {
        var geometry = SiameseGeometry.Of(
            request.Template.Shape, request.Search.Shape, request.PerChannel, SlidingRequest.Rule(request.Padding), request.Padding.Values);
        Tensor<T> template = run.Floats<T>(request.Template);
        Tensor<T> search = run.Floats<T>(request.Search);
        Tensor<T>? upstream = run.Upstream<T>(request.Upstream, geometry.Response, "response");
        Tensor<T> response = run.Rent<T>(geometry.Response);
        SiameseCorrelation.Forward<T>(template.Span, search.Span, geometry, request.Normalize, response.Span, run.Execution);
        Tensor<T>? gradTemplate = upstream is not null && run.Wants(nameof(request.Template)) ? run.Rent<T>(template.Shape) : null;
        Tensor<T>? gradSearch = upstream is not null && run.Wants(nameof(request.Search)) ? run.Rent<T>(search.Shape) : null;
        if (gradTemplate is not null || gradSearch is not null)
        {
            SiameseCorrelation.Backward<T>(
                template.Span, search.Span, upstream!.Span, geometry, request.Normalize, gradTemplate.SpanOrEmpty(), gradSearch.SpanOrEmpty(), run.Execution);
        }

        return new SiameseResponse { Response = response, Peak = Peak(response, geometry, run), GradTemplate = gradTemplate, GradSearch = gradSearch };
    }

    private static Tensor<T> Peak<T>(Tensor<T> response, SiameseGeometry geometry, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int units = response.Shape[0] * response.Shape[1];
        int columns = response.Shape[3];
        var view = new AxisView(units, response.Shape[2] * columns, 1);
        Tensor<int> indices = run.Rent<int>(new Shape(units));
        ArgMax.Along<T>(response.Span, view, indices.Span, run.Execution);
        Tensor<T> peak = run.Rent<T>(geometry.PerChannel ? new Shape(geometry.Batch, geometry.Channels, 3) : new Shape(geometry.Batch, 3));
        for (int unit = 0; unit < units; unit++)
        {
            (int row, int column) = Math.DivRem(indices.Span[unit], columns);
            peak.Span[3 * unit] = T.CreateTruncating(row);
            peak.Span[(3 * unit) + 1] = T.CreateTruncating(column);
            peak.Span[(3 * unit) + 2] = response.Span[(unit * view.Count) + indices.Span[unit]];
        }

        return peak;
    }
}

/// <summary>Templates, search images, and how their likeness is measured.</summary>
public sealed record SiameseRequest : DifferentiableRequest
{
    /// <summary>What is looked for: one template for each search image.</summary>
    [Differentiable]
    [Shape("[B, C, h, w]")]
    public required Tensor Template { get; init; }

    /// <summary>Where it is looked for.</summary>
    [Differentiable]
    [Shape("[B, C, H, W]")]
    public required Tensor Search { get; init; }

    /// <summary>Whether every channel has a response of its own, rather than their sum.</summary>
    public bool PerChannel { get; init; }

    /// <summary>How likeness is measured.</summary>
    public SimilarityNormalization Normalize { get; init; } = SimilarityNormalization.None;

    /// <summary>Zeros around the search image: one integer for all sides, [rows, columns], or [top, bottom, left, right]. "same" gives a response of the search image's size, "valid" is 0.</summary>
    [Range(0, int.MaxValue)]
    [Words("same", "valid")]
    public Steps Padding { get; init; } = Steps.Of(0);
}

/// <summary>The responses, their peaks and, with an upstream gradient, the gradients.</summary>
public sealed record SiameseResponse
{
    /// <summary>The likeness at every position; one channel, or C with <c>per_channel</c>.</summary>
    [Objective]
    [Shape("[B, 1, H', W'] or [B, C, H', W']")]
    public required Tensor Response { get; init; }

    /// <summary>Row, column and value of the largest response; of equal ones the first.</summary>
    [Shape("[B, 3] or [B, C, 3]")]
    public required Tensor Peak { get; init; }

    /// <summary>The gradient of sum(upstream * response) by the templates; only when <c>upstream</c> is sent.</summary>
    [Shape("[B, C, h, w]")]
    public Tensor? GradTemplate { get; init; }

    /// <summary>The gradient by the search images; only when <c>upstream</c> is sent.</summary>
    [Shape("[B, C, H, W]")]
    public Tensor? GradSearch { get; init; }
}
