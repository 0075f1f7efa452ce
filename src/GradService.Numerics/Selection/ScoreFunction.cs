using System.Globalization;
using System.Numerics;
using GradService.Numerics.Activations;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Selection;

/// <summary>The score-function (REINFORCE) estimate of the gradient of an expected loss, grad E f(a) with a ~ softmax(z).</summary>
public static class ScoreFunction
{
    /// <summary>Draws actions by the softmax of the logits; each row has a stream of the seed to itself.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">z, <c>[B, M]</c>, M at least 1.</param>
    /// <param name="candidates">M.</param>
    /// <param name="samples">S, at least 1.</param>
    /// <param name="seed">The same seed gives the same actions, on every machine that computes the same logits.</param>
    /// <param name="actions">Receives the actions, <c>[B, S]</c>.</param>
    /// <param name="execution">Until when to run.</param>
    /// <exception cref="OperandException">There is no candidate or too many, or a row has no softmax as its logits are NaN, +infinity, or all -infinity.</exception>
    public static void Draw<T>(ReadOnlySpan<T> logits, int candidates, int samples, long seed, Span<int> actions, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Candidates.Check(candidates);
        (double[] logP, double[] p) = (new double[candidates], new double[candidates]);
        for (int row = 0; row < (samples == 0 ? 0 : actions.Length / samples); row++)
        {
            Softmax(logits.Slice(row * candidates, candidates), logP, p);
            int wrong = Array.FindIndex(p, double.IsNaN);
            if (wrong >= 0)
            {
                throw new OperandException(nameof(logits), "The logits of this row have no softmax to draw from: they hold NaN or Infinity, or are all -Infinity.", row * candidates);
            }

            execution.Cancellation.ThrowIfCancellationRequested();
            var random = new SeededRandom(seed, row);
            random.NextCategoricals(p, actions.Slice(row * samples, samples));
        }
    }

    /// <summary>Estimates the expected loss, its gradient, and how much the estimate varies.</summary>
    /// <typeparam name="T">float or double; added up in FP64.</typeparam>
    /// <param name="logits">z, <c>[B, M]</c>, M at least 1.</param>
    /// <param name="actions">The actions sampled, <c>[B, S]</c>, from 0 to M - 1.</param>
    /// <param name="losses">f of each sampled action, <c>[B, S]</c>.</param>
    /// <param name="candidates">M.</param>
    /// <param name="samples">S, at least 1; at least 2 for <see cref="SampleBaseline.LeaveOneOut"/>.</param>
    /// <param name="baseline">What is taken from each loss.</param>
    /// <param name="loss">Receives the mean of each row's losses, <c>[B]</c>.</param>
    /// <param name="surrogate">Receives (1/S) sum_s (f_s - b_s) log p(a_s), <c>[B]</c>, whose gradient is the estimate; or empty.</param>
    /// <param name="gradient">Receives (1/S) sum_s (f_s - b_s)(e_{a_s} - p), <c>[B, M]</c>; or empty.</param>
    /// <param name="variance">
    /// Receives the estimated variance of each element of the gradient, <c>[B, M]</c>: that of the S terms over S; NaN for one sample. With a
    /// baseline the terms depend on each other a little, and the figure is approximate. Or empty.
    /// </param>
    /// <param name="execution">Until when to run.</param>
    /// <exception cref="OperandException">An action is out of range, there are no samples or candidates, too many candidates, or too few samples for the baseline.</exception>
    public static void Evaluate<T>(
        ReadOnlySpan<T> logits,
        ReadOnlySpan<int> actions,
        ReadOnlySpan<T> losses,
        int candidates,
        int samples,
        SampleBaseline baseline,
        Span<double> loss,
        Span<double> surrogate,
        Span<double> gradient,
        Span<double> variance,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Candidates.Check(candidates);
        Check(actions, candidates, samples, baseline);
        (double[] logP, double[] p) = (new double[candidates], new double[candidates]);
        var terms = new double[samples];
        ActionMoments? moments = gradient.IsEmpty ? null : new ActionMoments(candidates);
        for (int row = 0; row < loss.Length; row++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            SoftmaxRow softmax = Softmax(logits.Slice(row * candidates, candidates), logP, p);
            ReadOnlySpan<int> taken = actions.Slice(row * samples, samples);
            loss[row] = Advantages(losses.Slice(row * samples, samples), baseline, terms);
            if (!surrogate.IsEmpty)
            {
                surrogate[row] = 0;
                for (int s = 0; s < samples; s++)
                {
                    surrogate[row] += terms[s] * logP[taken[s]] / samples;
                }
            }

            if (gradient.IsEmpty)
            {
                continue;
            }

            // The terms of element k are (f - b)(1 - p_k) where k was taken, and -(f - b) p_k elsewhere.
            moments!.Read(terms, taken);
            for (int k = 0; k < candidates; k++)
            {
                (double with, double without) = (softmax.Complement(p, k), -p[k]);
                (Moments own, Moments others) = (moments.Of(k), moments.ButOf(k));
                double mean = (Share(own, with) + Share(others, without)) / samples;
                double spread = own.SquaresAround(mean, with) + others.SquaresAround(mean, without);
                gradient[(row * candidates) + k] = mean;
                variance[(row * candidates) + k] = samples > 1 ? spread / (samples - 1) / samples : double.NaN;
            }
        }
    }

    /// <summary>The expected loss and its gradient exactly, by going through all candidates: what the estimates scatter around.</summary>
    /// <typeparam name="T">float or double; added up in FP64.</typeparam>
    /// <param name="logits">z, <c>[B, M]</c>.</param>
    /// <param name="losses">f of each candidate, <c>[B, M]</c>.</param>
    /// <param name="candidates">M.</param>
    /// <param name="expected">Receives sum_k p_k f_k, <c>[B]</c>.</param>
    /// <param name="gradient">Receives p_k (f_k - E f), <c>[B, M]</c>.</param>
    public static void Expect<T>(ReadOnlySpan<T> logits, ReadOnlySpan<T> losses, int candidates, Span<double> expected, Span<double> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (double[] logP, double[] p) = (new double[candidates], new double[candidates]);
        for (int row = 0; row < expected.Length; row++)
        {
            Softmax(logits.Slice(row * candidates, candidates), logP, p);
            double mean = 0;
            for (int k = 0; k < candidates; k++)
            {
                mean += p[k] * double.CreateTruncating(losses[(row * candidates) + k]);
            }

            expected[row] = mean;
            for (int k = 0; k < candidates; k++)
            {
                gradient[(row * candidates) + k] = p[k] * (double.CreateTruncating(losses[(row * candidates) + k]) - mean);
            }
        }
    }

    // No samples have no share, even of an infinite factor.
    private static double Share(Moments moments, double factor) => moments.Count == 0 ? 0 : moments.Sum * factor;

    private static void Check(ReadOnlySpan<int> actions, int candidates, int samples, SampleBaseline baseline)
    {
        if (samples < 1)
        {
            throw new OperandException(nameof(samples), $"{samples} samples were found; expected at least 1 for each row.");
        }

        if (baseline == SampleBaseline.LeaveOneOut && samples < 2)
        {
            throw new OperandException("baselineMode", "leave_one_out compares a sample with the others, and there is one. Take more samples, or another baseline.");
        }

        for (int i = 0; i < actions.Length; i++)
        {
            if ((uint)actions[i] >= (uint)candidates)
            {
                throw new OperandException(nameof(actions), string.Create(CultureInfo.InvariantCulture, $"{actions[i]} is not an action: logits have {Quantity.Numbered(candidates, "candidate", "candidates", "actions")}."), i);
            }
        }
    }

    // f_s - b_s for each sample; returns the mean of f.
    private static double Advantages<T>(ReadOnlySpan<T> losses, SampleBaseline baseline, double[] advantages)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int s = 0; s < losses.Length; s++)
        {
            advantages[s] = double.CreateTruncating(losses[s]);
            sum += advantages[s];
        }

        double mean = sum / losses.Length;
        for (int s = 0; s < losses.Length && baseline != SampleBaseline.None; s++)
        {
            // f - (sum - f) / (S - 1) = (f - mean) S / (S - 1)
            double scale = baseline == SampleBaseline.LeaveOneOut ? losses.Length / (losses.Length - 1.0) : 1;
            advantages[s] = (advantages[s] - mean) * scale;
        }

        return mean;
    }

    private static SoftmaxRow Softmax<T>(ReadOnlySpan<T> logits, double[] logP, double[] p)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int k = 0; k < logP.Length; k++)
        {
            logP[k] = double.CreateTruncating(logits[k]);
        }

        return SoftmaxRow.Evaluate(logP, p, 1);
    }
}
