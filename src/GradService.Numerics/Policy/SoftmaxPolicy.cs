using System.Buffers;
using System.Numerics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Policy;

/// <summary>The linear softmax policy: pi(a | s) = softmax(thetaᵀ s / T)_a, its log-probabilities and its entropy.</summary>
public static class SoftmaxPolicy
{
    /// <summary>Computes the probability of each action in each state.</summary>
    /// <param name="states">s, <c>[B, S]</c>; B is read off <paramref name="probabilities"/>.</param>
    /// <param name="theta">The parameters, <c>[S, A]</c>.</param>
    /// <param name="features">S, at least 0.</param>
    /// <param name="actionCount">A, at least 1.</param>
    /// <param name="actionMask">Which actions are allowed, <c>[B, A]</c>, true = allowed; empty when all are.</param>
    /// <param name="temperature">T, finite and above 0: near 0 the policy is greedy, large it is uniform.</param>
    /// <param name="probabilities">Receives p, <c>[B, A]</c>; exactly 0 where masked.</param>
    /// <param name="logProbabilities">Receives log p, <c>[B, A]</c>, -infinity where masked; or empty.</param>
    /// <param name="entropy">Receives H = -sum p log p in nats, <c>[B]</c>, from 0 to ln A, with 0 log 0 = 0; or empty.</param>
    /// <param name="execution">Until when to run.</param>
    /// <exception cref="OperandException">
    /// The lengths do not fit together, there is no action, a sample has no allowed action, or the temperature is not above 0.
    /// </exception>
    /// <remarks>
    /// The logits thetaᵀ s are summed in FP64 and never rounded; the largest allowed one is subtracted before exponentiation, so
    /// logits of any size are fine. A logit of +infinity or NaN makes its sample NaN (PyTorch), masked actions apart.
    /// </remarks>
    public static void Evaluate<T>(
        ReadOnlySpan<T> states,
        ReadOnlySpan<T> theta,
        int features,
        int actionCount,
        ReadOnlySpan<bool> actionMask,
        double temperature,
        Span<T> probabilities,
        Span<T> logProbabilities,
        Span<T> entropy,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int samples = actionCount < 1 ? 0 : probabilities.Length / actionCount;
        LinearPolicy.Check(states, theta, samples, features, actionCount, actionMask, temperature);
        Destination.Check(probabilities.Length, samples, actionCount, nameof(probabilities));
        Destination.CheckOptional(logProbabilities.Length, samples, actionCount, nameof(logProbabilities));
        Destination.CheckOptional(entropy.Length, samples, 1, nameof(entropy));

        double[] rented = ArrayPool<double>.Shared.Rent(2 * actionCount + theta.Length);
        Span<double> wideTheta = rented.AsSpan(2 * actionCount, theta.Length);
        LinearPolicy.Widen(theta, wideTheta);
        Span<double> logP = rented.AsSpan(0, actionCount);
        Span<double> p = rented.AsSpan(actionCount, actionCount);
        for (int sample = 0; sample < samples; sample++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            int first = sample * actionCount;
            ReadOnlySpan<bool> allowed = actionMask.IsEmpty ? default : actionMask.Slice(first, actionCount);
            LinearPolicy.Evaluate(states.Slice(sample * features, features), wideTheta, allowed, temperature, logP, p);
            Products.Round(p, probabilities.Slice(first, actionCount));
            if (!logProbabilities.IsEmpty)
            {
                Products.Round(logP, logProbabilities.Slice(first, actionCount));
            }

            if (!entropy.IsEmpty)
            {
                entropy[sample] = T.CreateTruncating(Entropy(p, logP));
            }
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    internal static double Entropy(ReadOnlySpan<double> p, ReadOnlySpan<double> logP)
    {
        double entropy = 0;
        for (int a = 0; a < p.Length; a++)
        {
            entropy -= p[a] == 0 ? 0 : p[a] * logP[a];
        }

        return entropy;
    }
}
