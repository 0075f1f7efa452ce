using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Losses;

/// <summary>Soft Tversky loss over softmax probabilities, from logits, with its exact gradient.</summary>
/// <remarks>
/// <para>The Tversky index TP / (TP + alpha FP + beta FN) lets the two kinds of error cost differently: with beta above alpha a missed pixel costs more than a false alarm, which raises recall on small lesions or rare classes.
/// alpha = beta = 0.5 is Dice (with half its <c>smooth</c>), alpha = beta = 1 is Jaccard.</para>
/// <para>For each class c, I = sum p y, FP = sum p (1 - y), FN = sum (1 - p) y over the elements, and L_c = 1 - (I + smooth) / (I + alpha FP + beta FN + smooth); with <c>squared</c>, FP = sum p (p - y) and FN = sum y (y - p).
/// The losses of the classes are averaged.</para>
/// <para><c>average</c> = <c>macro</c> sums over the whole batch before dividing, <c>per_image</c> over each image of axis 0, so that small objects count in their image; <c>none</c> answers each class's loss by itself, with <c>upstream</c> of
/// that shape. Labels may be class probabilities. <c>include_background</c> = false leaves class 0 out of the mean and of <c>per_class</c>; its logit still has a gradient, through the softmax.</para>
/// <para>Edge cases: with <c>smooth</c> 0 a class that is neither in the labels nor predicted is 0/0, and the loss NaN with a sentence in <c>warnings</c>; with <c>smooth</c> above 0 an absent class has the loss of the
/// probability it was given, and it counts in the mean. Ignored elements are as if they were not there, whatever their logits; when all are ignored the loss is 0 by <c>smooth</c> alone. NaN, +Infinity
/// or only -Infinity among the logits of a counted element give NaN. Loss and gradient stay exact where the prediction is nearly right: the loss is computed as errors over the denominator, not as 1 less the index.</para>
/// </remarks>
/// <formula name="loss">L_c = 1 - (I_c + s) / (I_c + alpha FP_c + beta FN_c + s);  mean over the classes</formula>
/// <formula name="grad_logits">dL/dp_ic = (e_ic (I_c + s) - E_c y_ic) / (D_c^2 K) with E = alpha FP + beta FN, D = I + E + s, e = alpha (1 - y) - beta y (squared: 2 alpha p - (alpha + beta) y);  dL/dz_ic = p_ic (dL/dp_ic - sum_k p_ik dL/dp_ik)</formula>
/// <formula name="per_class">L_c, one for each class</formula>
/// <derivation>
/// <step latex="L_c = \frac{E}{I + E + s},\quad E = \alpha\sum_i p_i(1-y_i) + \beta\sum_i (1-p_i)y_i">One less the index is the weighted errors over the denominator.</step>
/// <step latex="\frac{\partial E}{\partial p_i} = \alpha(1-y_i) - \beta y_i,\qquad \frac{\partial I}{\partial p_i} = y_i">More probability is a false alarm outside the class, and one error less inside.</step>
/// <step latex="\frac{\partial L_c}{\partial p_i} = \frac{E_i' (I+s) - E\,y_i}{(I+E+s)^2}">The quotient rule, with E_i' the derivative of the errors.</step>
/// <step latex="\frac{\partial L}{\partial z_c} = p_c\Big(g_c - \sum_k p_k\,g_k\Big),\quad g_c = \frac{\partial L}{\partial p_c}">The Jacobian of the softmax, applied to the slopes by the probabilities of one element, takes them to its logits.</step>
/// </derivation>
/// <reference>S. S. M. Salehi, D. Erdogmus and A. Gholipour, Tversky Loss Function for Image Segmentation Using 3D Fully Convolutional Deep Networks, MLMI 2017.</reference>
/// <reference>A. Tversky, Features of Similarity, Psychological Review 84, 1977.</reference>
public sealed class TverskyOperation : Operation<TverskyRequest, TverskyResponse>
{
    /// <inheritdoc/>
    public override string Name => "losses/tversky";

    /// <inheritdoc/>
    public override string Example => """
        {
          "logits": [[2.0, 0.5, -1.0], [0.1, 0.2, 3.0], [-0.5, 1.5, 0.3], [1.0, 1.0, 1.0]],
          "labels": [0, 2, 1, 0],
          "alpha": 0.3,
          "beta": 0.7,
          "include_background": false,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override TverskyResponse Evaluate<T>(TverskyRequest request, Evaluation run)
    {
        (Tensor loss, Tensor? gradient, Tensor perClass) = OverlapLoss.Evaluate<T>(request, OverlapOptions.Tversky(request.Alpha, request.Beta), run);
        return new TverskyResponse { Loss = loss, GradLogits = gradient, PerClass = perClass };
    }
}

/// <summary>Logits and labels whose overlap is measured by the Tversky index.</summary>
public sealed record TverskyRequest : OverlapLossRequest
{
    /// <summary>The cost of a false positive.</summary>
    [Range(0.0, double.PositiveInfinity)]
    public double Alpha { get; init; } = 0.5;

    /// <summary>The cost of a false negative.</summary>
    [Range(0.0, double.PositiveInfinity)]
    public double Beta { get; init; } = 0.5;
}

/// <summary>The loss, its gradient, and the loss of each class.</summary>
public sealed record TverskyResponse : OverlapLossResponse;
