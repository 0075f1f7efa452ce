using System.Globalization;
using System.Numerics;
using GradService.Numerics.Activations;

namespace GradService.Numerics.Policy;

/// <summary>The linear softmax policy z = thetaᵀ s, p = softmax(z / T) over the allowed actions: its rules, and one sample of it.</summary>
internal static class LinearPolicy
{
    /// <summary>States the rules of the operands that every policy op shares.</summary>
    public static void Check<T>(
        ReadOnlySpan<T> states, ReadOnlySpan<T> theta, int samples, int features, int actionCount, ReadOnlySpan<bool> actionMask, double temperature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (actionCount < 1)
        {
            throw new OperandException(nameof(theta), "theta has no actions: its second axis must have a length of at least 1.");
        }

        if (theta.Length != (long)features * actionCount)
        {
            throw new OperandException(
                nameof(theta),
                $"theta has {theta.Length} elements; with {features} features a state and {actionCount} actions it must be [{features}, {actionCount}].");
        }

        if (states.Length != (long)samples * features)
        {
            throw new OperandException(
                nameof(states),
                $"states have {states.Length} elements; for {samples} samples of {features} features they must be [{samples}, {features}].");
        }

        if (!actionMask.IsEmpty && actionMask.Length != (long)samples * actionCount)
        {
            throw new OperandException(
                nameof(actionMask),
                $"The action mask has {actionMask.Length} elements; for {samples} samples and {actionCount} actions it must be [{samples}, {actionCount}].");
        }

        Temperature.Check(temperature);
        for (int sample = 0; !actionMask.IsEmpty && sample < samples; sample++)
        {
            if (!actionMask.Slice(sample * actionCount, actionCount).Contains(true))
            {
                throw new OperandException(
                    nameof(actionMask),
                    string.Create(CultureInfo.InvariantCulture, $"Sample {sample} has no allowed action: at least one of its {actionCount} mask values must be true."),
                    sample * actionCount);
            }
        }
    }

    /// <summary>Computes one sample's log-probabilities and probabilities in FP64; a masked action's logit is never looked at.</summary>
    /// <param name="state">s, <c>[S]</c>.</param>
    /// <param name="theta"><c>[S, A]</c>.</param>
    /// <param name="allowed">The sample's mask, <c>[A]</c>, or empty.</param>
    /// <param name="temperature">T.</param>
    /// <param name="logProbabilities">Receives log p, <c>[A]</c>; -infinity where masked.</param>
    /// <param name="probabilities">Receives p, <c>[A]</c>; 0 where masked.</param>
    public static SoftmaxRow Evaluate<T>(
        ReadOnlySpan<T> state, ReadOnlySpan<T> theta, ReadOnlySpan<bool> allowed, double temperature, Span<double> logProbabilities, Span<double> probabilities)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        logProbabilities.Clear();
        for (int f = 0; f < state.Length; f++)
        {
            double s = double.CreateTruncating(state[f]);
            ReadOnlySpan<T> row = theta.Slice(f * logProbabilities.Length, logProbabilities.Length);
            for (int a = 0; a < row.Length; a++)
            {
                logProbabilities[a] += s * double.CreateTruncating(row[a]);
            }
        }

        Forbid(allowed, logProbabilities, double.NegativeInfinity);
        SoftmaxRow softmax = SoftmaxRow.Evaluate(logProbabilities, probabilities, temperature);
        // Once more, for a row whose allowed logits are not numbers: NaN is not for the forbidden.
        Forbid(allowed, logProbabilities, double.NegativeInfinity);
        Forbid(allowed, probabilities, 0);
        return softmax;
    }

    private static void Forbid(ReadOnlySpan<bool> allowed, Span<double> row, double value)
    {
        for (int a = 0; a < allowed.Length; a++)
        {
            row[a] = allowed[a] ? row[a] : value;
        }
    }
}
