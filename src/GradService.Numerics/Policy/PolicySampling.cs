using System.Buffers;
using System.Globalization;
using System.Numerics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Policy;

/// <summary>How an action is chosen.</summary>
public enum SamplingMode
{
    /// <summary>Drawn at random, each action with its probability.</summary>
    Sample,

    /// <summary>The most probable action; the lowest index of several.</summary>
    Greedy,
}

/// <summary>Draws actions of the linear softmax policy.</summary>
public static class PolicySampling
{
    /// <summary>Chooses an action in each state.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="states">s, <c>[B, S]</c>.</param>
    /// <param name="theta">The parameters, <c>[S, A]</c>.</param>
    /// <param name="features">S.</param>
    /// <param name="actionCount">A, at least 1.</param>
    /// <param name="actionMask">Which actions are allowed, <c>[B, A]</c>; empty when all are.</param>
    /// <param name="temperature">T, finite and above 0.</param>
    /// <param name="mode">Whether to draw or to take the best.</param>
    /// <param name="seed">Which random numbers: sample b has stream b of the seed, so its action depends on no other sample.</param>
    /// <param name="actions">Receives the actions, <c>[B]</c>, from 0 to A - 1, never a masked one.</param>
    /// <param name="logProbabilities">Receives log pi(a | s), <c>[B]</c>.</param>
    /// <param name="execution">Until when to run.</param>
    /// <exception cref="OperandException">The operands do not fit together, or a state's scores have no softmax: one is NaN or +infinity, or all are -infinity.</exception>
    /// <remarks>
    /// The arg-max of z_a / T + g_a with independent Gumbel numbers g_a is a draw from softmax(z / T). Scores and noise need no exponential of the
    /// machine's library, so the same seed gives the same actions on every machine. Source: Gumbel 1954; Maddison, Tarlow and Minka, A* Sampling, 2014.
    /// </remarks>
    public static void Evaluate<T>(
        ReadOnlySpan<T> states,
        ReadOnlySpan<T> theta,
        int features,
        int actionCount,
        ReadOnlySpan<bool> actionMask,
        double temperature,
        SamplingMode mode,
        long seed,
        Span<int> actions,
        Span<T> logProbabilities,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LinearPolicy.Check(states, theta, actions.Length, features, actionCount, actionMask, temperature);
        Destination.Check(logProbabilities.Length, actions.Length, 1, nameof(logProbabilities));
        double[] rented = ArrayPool<double>.Shared.Rent((2 * actionCount) + theta.Length);
        Span<double> scores = rented.AsSpan(0, actionCount);
        Span<double> p = rented.AsSpan(actionCount, actionCount);
        Span<double> wideTheta = rented.AsSpan(2 * actionCount, theta.Length);
        LinearPolicy.Widen(theta, wideTheta);
        for (int sample = 0; sample < actions.Length; sample++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<T> state = states.Slice(sample * features, features);
            ReadOnlySpan<bool> allowed = actionMask.IsEmpty ? default : actionMask.Slice(sample * actionCount, actionCount);
            LinearPolicy.Score(state, wideTheta, allowed, scores);
            CheckScores(scores, allowed, sample);
            actions[sample] = mode == SamplingMode.Greedy ? Best(scores) : Draw(scores, temperature, new SeededRandom(seed, sample));
            LinearPolicy.Evaluate(state, wideTheta, allowed, temperature, scores, p);
            logProbabilities[sample] = T.CreateTruncating(scores[actions[sample]]);
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    private static void CheckScores(ReadOnlySpan<double> scores, ReadOnlySpan<bool> allowed, int sample)
    {
        bool any = false;
        for (int a = 0; a < scores.Length; a++)
        {
            bool counts = allowed.IsEmpty || allowed[a];
            if (counts && (double.IsNaN(scores[a]) || double.IsPositiveInfinity(scores[a])))
            {
                throw new OperandException(
                    "states",
                    string.Create(CultureInfo.InvariantCulture, $"Sample {sample} has no probabilities to draw by: its score of action {a} is {scores[a]}. Look for values in states or theta that are not finite, or too large."));
            }

            any |= scores[a] > double.NegativeInfinity;
        }

        if (!any)
        {
            throw new OperandException(
                "states",
                string.Create(CultureInfo.InvariantCulture, $"Sample {sample} has no probabilities to draw by: the scores of all its allowed actions are -Infinity."));
        }
    }

    private static int Best(ReadOnlySpan<double> scores)
    {
        int best = 0;
        for (int a = 1; a < scores.Length; a++)
        {
            best = scores[a] > scores[best] ? a : best;
        }

        return best;
    }

    private static int Draw(ReadOnlySpan<double> scores, double temperature, SeededRandom random)
    {
        // Less the highest score: a small temperature would make infinities of large scores.
        double highest = scores[Best(scores)];
        (int best, double most) = (0, double.NegativeInfinity);
        for (int a = 0; a < scores.Length; a++)
        {
            double noisy = ((scores[a] - highest) / temperature) + random.NextGumbel();
            (best, most) = noisy > most ? (a, noisy) : (best, most);
        }

        return best;
    }
}
