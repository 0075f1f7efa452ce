using GradService.Catalog;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Losses;

/// <summary>Soft Jaccard (intersection over union) loss over softmax probabilities, from logits, with its exact gradient.</summary>
/// <remarks>
/// <para>Intersection over union, TP / (TP + FP + FN), is what segmentation benchmarks report. Put in probabilities for predicted pixels it can be differentiated. It orders predictions of one class as Dice does, J = D / (2 - D), but punishes
/// a poor overlap more; for the Jaccard index of the rounded prediction rather than of its probabilities see <c>losses/lovasz-softmax</c>.</para>
/// <para>For each class c, I = sum p y, P = sum p, Y = sum y over the elements, and L_c = 1 - (I + smooth) / (P + Y - I + smooth); with <c>squared</c>, P = sum p^2 and Y = sum y^2. The losses of the classes are averaged.</para>
/// <para><c>average</c> = <c>macro</c> sums over the whole batch before dividing, <c>per_image</c> over each image of axis 0, so that small objects count in their image; <c>none</c> answers each class's loss by itself, with <c>upstream</c> of
/// that shape. Labels may be class probabilities. <c>include_background</c> = false leaves class 0 out of the mean and of <c>per_class</c>; its logit still has a gradient, through the softmax.</para>
/// <para>Edge cases: with <c>smooth</c> 0 a class that is neither in the labels nor predicted is 0/0, and the loss NaN with a sentence in <c>warnings</c>; with <c>smooth</c> above 0 an absent class has the loss of the
/// probability it was given, and it counts in the mean. Ignored elements are as if they were not there, whatever their logits; when all are ignored the loss is 0 by <c>smooth</c> alone. NaN, +Infinity
/// or only -Infinity among the logits of a counted element give NaN. Loss and gradient stay exact where the prediction is nearly right: the loss is computed as errors over the denominator, not as 1 less the index.</para>
/// </remarks>
/// <formula name="loss">L_c = 1 - (I_c + s) / (P_c + Y_c - I_c + s);  mean over the classes</formula>
/// <formula name="grad_logits">dL/dp_ic = -(y_ic D_c - (I_c + s) (r_ic - y_ic)) / (D_c^2 K) with D = P + Y - I + s, r = 1 (squared: 2 p);  dL/dz_ic = p_ic (dL/dp_ic - sum_k p_ik dL/dp_ik)</formula>
/// <formula name="per_class">L_c, one for each class</formula>
/// <derivation>
/// <step latex="L_c = 1 - \frac{I + s}{U},\quad I = \sum_i p_i y_i,\; U = \sum_i p_i + \sum_i y_i - I + s">The soft intersection over the soft union, for one class.</step>
/// <step latex="\frac{\partial L_c}{\partial p_i} = -\frac{y_i\,U - (I+s)(1-y_i)}{U^2}">The quotient rule: a pixel of the class moves only the intersection, another only the union.</step>
/// <step latex="\frac{\partial L}{\partial z_c} = p_c\Big(g_c - \sum_k p_k\,g_k\Big),\quad g_c = \frac{\partial L}{\partial p_c}">The Jacobian of the softmax, applied to the slopes by the probabilities of one element, takes them to its logits.</step>
/// </derivation>
/// <reference>P. Jaccard, The Distribution of the Flora in the Alpine Zone, New Phytologist 11, 1912.</reference>
/// <reference>M. A. Rahman and Y. Wang, Optimizing Intersection-Over-Union in Deep Neural Networks for Image Segmentation, ISVC 2016.</reference>
public sealed class JaccardOperation : Operation<JaccardRequest, JaccardResponse>
{
    /// <inheritdoc/>
    public override string Name => "losses/jaccard";

    /// <inheritdoc/>
    public override string Example => """
        {
          "logits": [[2.0, 0.5, -1.0], [0.1, 0.2, 3.0], [-0.5, 1.5, 0.3], [1.0, 1.0, 1.0]],
          "labels": [0, 2, 1, 0],
          "average": "none",
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override JaccardResponse Evaluate<T>(JaccardRequest request, Evaluation run)
    {
        (Tensor loss, Tensor? gradient, Tensor perClass) = OverlapLoss.Evaluate<T>(request, OverlapOptions.Jaccard, run);
        return new JaccardResponse { Loss = loss, GradLogits = gradient, PerClass = perClass };
    }
}

/// <summary>Logits and labels whose overlap is measured by intersection over union.</summary>
public sealed record JaccardRequest : OverlapLossRequest;

/// <summary>The loss, its gradient, and the loss of each class.</summary>
public sealed record JaccardResponse : OverlapLossResponse;
