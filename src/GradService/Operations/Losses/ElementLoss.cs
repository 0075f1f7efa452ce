using System.Numerics;
using GradService.Catalog;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Losses;

/// <summary>What the losses over independent elements have in common: scores in, one loss for each of them or one for all.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ElementLossOperands<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool _unreduced;

    public ElementLossOperands(Tensor scores, string name, Reduction reduction, Tensor? upstream, Evaluation run, bool wantsGradient)
    {
        Scores = scores.ToFloating<T>(run.Scope, name);
        _unreduced = reduction == Reduction.None;
        Losses = run.Rent<T>(_unreduced ? Scores.Shape : Shape.Scalar);
        Upstream = run.Upstream<T>(upstream, Losses.Shape, "loss");
        Gradient = wantsGradient ? run.Rent<T>(Scores.Shape) : null;
    }

    public Tensor<T> Scores { get; }

    public Tensor<T>? Upstream { get; }

    /// <summary>The losses of the elements, or the one reduced loss.</summary>
    public Tensor<T> Losses { get; }

    /// <summary>Where the op writes the losses of the elements; empty when they are reduced to one.</summary>
    public Span<T> ElementLosses => _unreduced ? Losses.Span : default;

    public Tensor<T>? Gradient { get; }

    /// <summary>The length of the first axis: the number of examples.</summary>
    public int Examples => Scores.Shape.Rank == 0 ? 1 : Scores.Shape[0];

    /// <summary>Puts the reduced loss in place and says what a careful user would want to know of it.</summary>
    /// <param name="summary">What the op returned.</param>
    /// <param name="run">Receives the warning.</param>
    public void Finish(LossSummary summary, Evaluation run)
    {
        if (_unreduced)
        {
            return;
        }

        Losses.Span[0] = T.CreateTruncating(summary.Loss);
        if (summary.Denominator == 0)
        {
            run.WarnOfNonFinite($"There are no elements (shape {Scores.Shape}), so the mean is 0/0: the loss is NaN, as in PyTorch.");
        }
    }
}
