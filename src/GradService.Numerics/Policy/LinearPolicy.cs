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
                $"theta has {Quantity.Of(theta.Length, "element", "elements")}; with {Quantity.Of(features, "feature", "features")} a state and {Quantity.Of(actionCount, "action", "actions")} it must be [{features}, {actionCount}].");
        }

        if (states.Length != (long)samples * features)
        {
            throw new OperandException(
                nameof(states),
                $"states have {Quantity.Of(states.Length, "element", "elements")}; for {Quantity.Of(samples, "sample", "samples")} of {Quantity.Of(features, "feature", "features")} they must be [{samples}, {features}].");
        }

        if (!actionMask.IsEmpty && actionMask.Length != (long)samples * actionCount)
        {
            throw new OperandException(
                nameof(actionMask),
                $"The action mask has {Quantity.Of(actionMask.Length, "element", "elements")}; for {Quantity.Of(samples, "sample", "samples")} and {Quantity.Of(actionCount, "action", "actions")} it must be [{samples}, {actionCount}].");
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
    /// <param name="theta"><c>[S, A]</c>, widened once for all samples.</param>
    /// <param name="allowed">The sample's mask, <c>[A]</c>, or empty.</param>
    /// <param name="temperature">T.</param>
    /// <param name="logProbabilities">Receives log p, <c>[A]</c>; -infinity where masked.</param>
    /// <param name="probabilities">Receives p, <c>[A]</c>; 0 where masked.</param>
    public static SoftmaxRow Evaluate<T>(
        ReadOnlySpan<T> state, ReadOnlySpan<double> theta, ReadOnlySpan<bool> allowed, double temperature, Span<double> logProbabilities, Span<double> probabilities)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Score(state, theta, allowed, logProbabilities);
        SoftmaxRow softmax = SoftmaxRow.Evaluate(logProbabilities, probabilities, temperature);
        // Once more, for a row whose allowed logits are not numbers: NaN is not for the forbidden.
        Forbid(allowed, logProbabilities, double.NegativeInfinity);
        Forbid(allowed, probabilities, 0);
        return softmax;
    }

    /// <summary>Computes one sample's logits z = thetaᵀ s in FP64; -infinity where masked. Products and sums alone, so the same on every machine.</summary>
    /// <param name="state">s, <c>[S]</c>.</param>
    /// <param name="theta"><c>[S, A]</c>, widened.</param>
    /// <param name="allowed">The sample's mask, <c>[A]</c>, or empty.</param>
    /// <param name="logits">Receives z, <c>[A]</c>.</param>
    public static void Score<T>(ReadOnlySpan<T> state, ReadOnlySpan<double> theta, ReadOnlySpan<bool> allowed, Span<double> logits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        logits.Clear();
        for (int f = 0; f < state.Length; f++)
        {
            AddScaled(double.CreateTruncating(state[f]), theta.Slice(f * logits.Length, logits.Length), logits);
        }

        Forbid(allowed, logits, double.NegativeInfinity);
    }

    /// <summary>Widens values to FP64.</summary>
    /// <param name="values">floats or doubles.</param>
    /// <param name="wide">Receives them; of their length.</param>
    public static void Widen<T>(ReadOnlySpan<T> values, Span<double> wide)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            wide[i] = double.CreateTruncating(values[i]);
        }
    }

    /// <summary>Adds scale * row, element by element: a product and a sum each rounded, so the vector width changes no bit.</summary>
    /// <param name="scale">The factor.</param>
    /// <param name="row">What is scaled.</param>
    /// <param name="sum">What it is added to; of the row's length.</param>
    public static void AddScaled(double scale, ReadOnlySpan<double> row, Span<double> sum)
    {
        var factor = new Vector<double>(scale);
        int i = 0;
        for (; i <= sum.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            (new Vector<double>(sum[i..]) + factor * new Vector<double>(row[i..])).CopyTo(sum[i..]);
        }

        for (; i < sum.Length; i++)
        {
            sum[i] += scale * row[i];
        }
    }

    /// <summary>Adds state (x) slopes / temperature; a masked action gets exactly nothing, even of an infinite feature.</summary>
    public static void AddOuter<T>(ReadOnlySpan<T> state, ReadOnlySpan<double> slopes, ReadOnlySpan<bool> allowed, double temperature, Span<double> sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int f = 0; f < state.Length; f++)
        {
            double scale = double.CreateTruncating(state[f]) / temperature;
            Span<double> row = sum.Slice(f * slopes.Length, slopes.Length);
            if (allowed.IsEmpty || double.IsFinite(scale))
            {
                AddScaled(scale, slopes, row);
                continue;
            }

            for (int a = 0; a < row.Length; a++)
            {
                row[a] += allowed[a] ? scale * slopes[a] : 0;
            }
        }
    }

    private static void Forbid(ReadOnlySpan<bool> allowed, Span<double> row, double value)
    {
        for (int a = 0; a < allowed.Length; a++)
        {
            row[a] = allowed[a] ? row[a] : value;
        }
    }
}
