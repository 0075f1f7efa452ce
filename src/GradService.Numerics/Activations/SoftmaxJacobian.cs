using System.Buffers;
using System.Globalization;
using System.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Activations;

/// <summary>
/// The Jacobian of softmax, written out: J = diag(p) - p pᵀ at every position. It is symmetric, positive semidefinite, and
/// its rows sum to 0. For gradients it is never needed (a product with it is p * (g - &lt;g, p&gt;)); it is here to be looked at.
/// </summary>
public static class SoftmaxJacobian
{
    /// <summary>How far the probabilities at one position may sum from 1: room for figures rounded to a few decimals.</summary>
    public const double SumTolerance = 1e-3;

    /// <summary>Computes diag(p) - p pᵀ at every position from probabilities, exactly as given: they are not normalised again.</summary>
    /// <param name="probabilities">p, <c>[outer, C, inner]</c>, each at least 0, summing to 1 within <see cref="SumTolerance"/> along C.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="jacobian">Receives J, <c>[outer, inner, C, C]</c>: the shape of the input without the class axis, then C, C.</param>
    /// <param name="execution">Until when to run.</param>
    /// <exception cref="OperandException">A probability is negative or NaN, or the probabilities of one position do not sum to 1.</exception>
    /// <remarks>J_ij = p_i (1[i = j] - p_j), computed in FP64.</remarks>
    public static void Evaluate<T>(ReadOnlySpan<T> probabilities, AxisView view, Span<T> jacobian, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckLengths(probabilities.Length, nameof(probabilities), view, jacobian.Length);
        CheckProbabilities(probabilities, view);
        double[] rented = ArrayPool<double>.Shared.Rent(view.Count);
        Span<double> p = rented.AsSpan(0, view.Count);
        for (int position = 0; view.Count > 0 && position < view.Positions; position++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            Gather(probabilities, view, position, p);
            Span<T> square = jacobian.Slice(position * view.Count * view.Count, view.Count * view.Count);
            for (int i = 0; i < view.Count; i++)
            {
                Span<T> row = square.Slice(i * view.Count, view.Count);
                for (int j = 0; j < row.Length; j++)
                {
                    row[j] = T.CreateTruncating(i == j ? p[i] * (1 - p[i]) : 0 - p[i] * p[j]);
                }
            }
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>
    /// Computes the Jacobian of softmax(z / T) with respect to z at every position, without rounding p to the element type on
    /// the way.
    /// </summary>
    /// <param name="logits">z, <c>[outer, C, inner]</c>, of any size: the maximum is subtracted first.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="jacobian">Receives J, <c>[outer, inner, C, C]</c>.</param>
    /// <param name="temperature">T, finite and above 0.</param>
    /// <param name="execution">Until when to run.</param>
    /// <exception cref="OperandException">The temperature is not a finite number above 0.</exception>
    /// <remarks>
    /// J = (diag(p) - p pᵀ) / T with p = softmax(z / T), in FP64; 1 - p of the top class is taken as the sum of the other
    /// probabilities, so a saturated position keeps its tiny entries. A position with a logit of +infinity or NaN, or with
    /// -infinity alone, is NaN throughout, as softmax itself is in PyTorch.
    /// </remarks>
    public static void EvaluateFromLogits<T>(ReadOnlySpan<T> logits, AxisView view, Span<T> jacobian, double temperature = 1, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckLengths(logits.Length, nameof(logits), view, jacobian.Length);
        Temperature.Check(temperature);
        double[] rented = ArrayPool<double>.Shared.Rent(2 * view.Count);
        Span<double> z = rented.AsSpan(0, view.Count);
        Span<double> p = rented.AsSpan(view.Count, view.Count);
        for (int position = 0; view.Count > 0 && position < view.Positions; position++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            Gather(logits, view, position, z);
            SoftmaxRow softmax = SoftmaxRow.Evaluate(z, p, temperature);
            Span<T> square = jacobian.Slice(position * view.Count * view.Count, view.Count * view.Count);
            for (int i = 0; i < view.Count; i++)
            {
                softmax.WriteJacobianRow(p, i, 1 / temperature, square.Slice(i * view.Count, view.Count));
            }
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    private static void Gather<T>(ReadOnlySpan<T> values, AxisView view, int position, Span<double> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int at = First(view, position);
        for (int c = 0; c < row.Length; c++, at += view.Inner)
        {
            row[c] = double.CreateTruncating(values[at]);
        }
    }

    private static int First(AxisView view, int position)
    {
        (int outer, int inner) = Math.DivRem(position, view.Inner);
        return outer * view.Count * view.Inner + inner;
    }

    private static void CheckLengths(int length, string operand, AxisView view, int jacobian)
    {
        if (length != view.Length)
        {
            throw new ArgumentException($"{operand} has {length} elements and the view {view.Length}.", operand);
        }

        if (jacobian != (long)view.Length * view.Count)
        {
            throw new ArgumentException($"The Jacobian has {(long)view.Length * view.Count} elements, its destination {jacobian}.", nameof(jacobian));
        }
    }

    private static void CheckProbabilities<T>(ReadOnlySpan<T> probabilities, AxisView view)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int position = 0; view.Count > 0 && position < view.Positions; position++)
        {
            int first = First(view, position);
            double sum = 0;
            for (int c = 0; c < view.Count; c++)
            {
                double p = double.CreateTruncating(probabilities[first + c * view.Inner]);
                if (!(p >= 0))
                {
                    throw new OperandException(
                        nameof(probabilities),
                        string.Create(CultureInfo.InvariantCulture, $"{p} is not a probability: probabilities run from 0 to 1. Send logits instead if these are unnormalised scores."),
                        first + c * view.Inner);
                }

                sum += p;
            }

            if (!(Math.Abs(sum - 1) <= SumTolerance))
            {
                throw new OperandException(
                    nameof(probabilities),
                    string.Create(CultureInfo.InvariantCulture, $"The {view.Count} probabilities along the class axis from here on sum to {sum}, not to 1 (within {SumTolerance}): normalise them, or send logits instead."),
                    first);
            }
        }
    }
}
