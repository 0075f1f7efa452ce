using GradService.Catalog;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Losses;

/// <summary>Soft Dice loss over softmax probabilities, from logits, with its exact gradient.</summary>
/// <remarks>
/// <para>Dice is the overlap that segmentation is judged by: twice the intersection over the sum of both sizes, 2 TP / (2 TP + FP + FN), the F1 of the pixels. Put in probabilities for predicted pixels it can be
/// differentiated. Each class is judged relative to its own size, so a rare class weighs as much as a common one, without class weights.</para>
/// <para>For each class c, I = sum p y, P = sum p, Y = sum y over the elements, and L_c = 1 - (2 I + smooth) / (P + Y + smooth); with <c>squared</c>, P = sum p^2 and Y = sum y^2. The losses of the classes are averaged.</para>
/// <para><c>average</c> = <c>macro</c> sums over the whole batch before dividing, <c>per_image</c> over each image of axis 0, so that small objects count in their image; <c>none</c> answers each class's loss by itself, with <c>upstream</c> of
/// that shape. Labels may be class probabilities. <c>include_background</c> = false leaves class 0 out of the mean and of <c>per_class</c>; its logit still has a gradient, through the softmax.</para>
/// <para>Edge cases: with <c>smooth</c> 0 a class that is neither in the labels nor predicted is 0/0, and the loss NaN with a sentence in <c>warnings</c>; with <c>smooth</c> above 0 an absent class has the loss of the
/// probability it was given, and it counts in the mean. Ignored elements are as if they were not there, whatever their logits; when all are ignored the loss is 0 by <c>smooth</c> alone. NaN, +Infinity
/// or only -Infinity among the logits of a counted element give NaN. Loss and gradient stay exact where the prediction is nearly right: the loss is computed as errors over the denominator, not as 1 less the index.</para>
/// </remarks>
/// <formula name="loss">L_c = 1 - (2 I_c + s) / (P_c + Y_c + s);  mean over the classes</formula>
/// <formula name="grad_logits">dL/dp_ic = -(2 y_ic D_c - (2 I_c + s) r_ic) / (D_c^2 K) with D = P + Y + s, r = 1 (squared: 2 p);  dL/dz_ic = p_ic (dL/dp_ic - sum_k p_ik dL/dp_ik)</formula>
/// <formula name="per_class">L_c, one for each class</formula>
/// <derivation>
/// <step latex="L_c = 1 - \frac{2I + s}{D},\quad I = \sum_i p_i y_i,\; D = \sum_i p_i + \sum_i y_i + s">Twice the soft intersection over the sum of the soft sizes, for one class.</step>
/// <step latex="\frac{\partial L_c}{\partial p_i} = -\frac{2 y_i D - (2I+s)}{D^2}">The quotient rule: the numerator moves by 2 y for each unit of p, the denominator by 1.</step>
/// <step latex="\frac{\partial L}{\partial z_c} = p_c\Big(g_c - \sum_k p_k\,g_k\Big),\quad g_c = \frac{\partial L}{\partial p_c}">The Jacobian of the softmax, applied to the slopes by the probabilities of one element, takes them to its logits.</step>
/// </derivation>
/// <reference>F. Milletari, N. Navab and S.-A. Ahmadi, V-Net: Fully Convolutional Neural Networks for Volumetric Medical Image Segmentation, 3DV 2016.</reference>
/// <reference>L. R. Dice, Measures of the Amount of Ecologic Association Between Species, Ecology 26, 1945.</reference>
public sealed class DiceOperation : Operation<DiceRequest, DiceResponse>
{
    /// <inheritdoc/>
    public override string Name => "losses/dice";

    /// <inheritdoc/>
    public override string Example => """
        {
          "logits": [[[2.0, 0.5, -1.0], [0.1, 0.2, 3.0], [-0.5, 1.5, 0.3]], [[1.0, 1.0, 1.0], [3.0, -2.0, 0.0], [0.0, 0.5, 1.0]]],
          "labels": [[0, 2, 1], [0, 0, 255]],
          "ignore_index": 255,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override DiceResponse Evaluate<T>(DiceRequest request, Evaluation run)
    {
        (Tensor loss, Tensor? gradient, Tensor perClass) = OverlapLoss.Evaluate<T>(request, OverlapOptions.Dice, run);
        return new DiceResponse { Loss = loss, GradLogits = gradient, PerClass = perClass };
    }
}

/// <summary>Logits and labels whose overlap is measured by Dice.</summary>
public sealed record DiceRequest : OverlapLossRequest;

/// <summary>The loss, its gradient, and the loss of each class.</summary>
public sealed record DiceResponse : OverlapLossResponse;
