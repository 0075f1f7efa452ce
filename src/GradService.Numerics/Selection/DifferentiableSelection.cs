using System.Numerics;
using GradService.Numerics.Activations;

namespace GradService.Numerics.Selection;

/// <summary>Selects one of M candidates by scores, so that gradients flow as the mode allows.</summary>
public static class DifferentiableSelection
{
    /// <summary>Computes the probabilities of the candidates and which of them is chosen.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">z, <c>[B, M]</c>, M at least 1.</param>
    /// <param name="noise">g, added to the logits, <c>[B, M]</c>; empty for none.</param>
    /// <param name="candidates">M.</param>
    /// <param name="temperature">T, finite and above 0.</param>
    /// <param name="probabilities">Receives softmax((z + g) / T), <c>[B, M]</c>.</param>
    /// <param name="chosen">Receives the arg-max of each row, <c>[B]</c>, the lowest index on a tie.</param>
    /// <exception cref="OperandException">There is no candidate or too many, or the temperature is out of range.</exception>
    public static void Weigh<T>(ReadOnlySpan<T> logits, ReadOnlySpan<double> noise, int candidates, double temperature, Span<double> probabilities, Span<int> chosen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Temperature.Check(temperature);
        Candidates.Check(candidates);
        var row = new double[candidates];
        for (int b = 0; b < chosen.Length; b++)
        {
            int first = b * candidates;
            int best = 0;
            for (int k = 0; k < candidates; k++)
            {
                row[k] = double.CreateTruncating(logits[first + k]) + (noise.IsEmpty ? 0 : noise[first + k]);
                best = row[k] > row[best] ? k : best;
            }

            chosen[b] = best;
            SoftmaxRow.Evaluate(row, probabilities.Slice(first, candidates), temperature);
        }
    }

    /// <summary>Computes out = sum_k m_k v_k.</summary>
    /// <typeparam name="T">float or double; summed in FP64 in the order of the candidates.</typeparam>
    /// <param name="mask">m, <c>[B, M]</c>. A candidate with m_k exactly 0 is not looked at, so that what it holds cannot spoil the sum.</param>
    /// <param name="values">v, <c>[B, M, R]</c>.</param>
    /// <param name="candidates">M.</param>
    /// <param name="length">R, the elements of one candidate.</param>
    /// <param name="output">Receives out, <c>[B, R]</c>.</param>
    /// <param name="execution">Until when to run.</param>
    public static void Mix<T>(ReadOnlySpan<double> mask, ReadOnlySpan<T> values, int candidates, int length, Span<T> output, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = new double[output.IsEmpty ? 0 : length];
        for (int b = 0; b < mask.Length / candidates; b++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            Array.Clear(sum);
            for (int k = 0; k < candidates; k++)
            {
                double weight = mask[(b * candidates) + k];
                ReadOnlySpan<T> value = values.Slice(((b * candidates) + k) * length, length);
                for (int r = 0; weight != 0 && r < length; r++)
                {
                    sum[r] += weight * double.CreateTruncating(value[r]);
                }
            }

            for (int r = 0; r < length; r++)
            {
                output[(b * length) + r] = T.CreateTruncating(sum[r]);
            }
        }
    }

    /// <summary>Computes dL/dv_k = m_k u.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="mask">m, <c>[B, M]</c>.</param>
    /// <param name="upstream">u, the gradient by the output, <c>[B, R]</c>.</param>
    /// <param name="candidates">M.</param>
    /// <param name="length">R.</param>
    /// <param name="gradient">Receives the gradient by the candidates, <c>[B, M, R]</c>; exactly 0 where the mask is.</param>
    public static void BackwardToCandidates<T>(ReadOnlySpan<double> mask, ReadOnlySpan<T> upstream, int candidates, int length, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int at = 0; at < mask.Length; at++)
        {
            ReadOnlySpan<T> above = upstream.Slice(at / candidates * length, length);
            Span<T> own = gradient.Slice(at * length, length);
            for (int r = 0; r < length; r++)
            {
                own[r] = mask[at] == 0 ? T.Zero : T.CreateTruncating(mask[at] * double.CreateTruncating(above[r]));
            }
        }
    }

    /// <summary>Computes dL/dz_k = p_k (u·v_k - sum_j p_j u·v_j) / T: through the mixture, whether or not the output was one.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="probabilities">p, <c>[B, M]</c>.</param>
    /// <param name="values">v, <c>[B, M, R]</c>.</param>
    /// <param name="upstream">u, <c>[B, R]</c>.</param>
    /// <param name="candidates">M.</param>
    /// <param name="length">R.</param>
    /// <param name="temperature">T.</param>
    /// <param name="gradient">Receives the gradient by the logits, <c>[B, M]</c>.</param>
    /// <param name="execution">Until when to run.</param>
    public static void BackwardToLogits<T>(
        ReadOnlySpan<double> probabilities, ReadOnlySpan<T> values, ReadOnlySpan<T> upstream, int candidates, int length, double temperature, Span<T> gradient, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var worth = new double[candidates];
        for (int b = 0; b < probabilities.Length / candidates; b++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            double mean = 0;
            for (int k = 0; k < candidates; k++)
            {
                ReadOnlySpan<T> value = values.Slice(((b * candidates) + k) * length, length);
                worth[k] = 0;
                for (int r = 0; r < length; r++)
                {
                    worth[k] += double.CreateTruncating(upstream[(b * length) + r]) * double.CreateTruncating(value[r]);
                }

                double p = probabilities[(b * candidates) + k];
                mean += p == 0 ? 0 : p * worth[k];
            }

            for (int k = 0; k < candidates; k++)
            {
                double p = probabilities[(b * candidates) + k];
                gradient[(b * candidates) + k] = p == 0 ? T.Zero : T.CreateTruncating(p * (worth[k] - mean) / temperature);
            }
        }
    }
}
