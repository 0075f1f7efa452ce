using System.Buffers;
using System.Globalization;
using System.Numerics;
using GradService.Numerics.Activations;

namespace GradService.Numerics.Policy;

/// <summary>The score of the linear softmax policy: grad_theta log pi(a | s) = s (e_a - p)ᵀ / T.</summary>
public static class LogGradient
{
    /// <summary>Computes the gradient of the log-probability of the action taken with respect to theta.</summary>
    /// <param name="states">s, <c>[B, S]</c>.</param>
    /// <param name="theta">The parameters, <c>[S, A]</c>.</param>
    /// <param name="actions">The action taken in each state, <c>[B]</c>, from 0 to A - 1; its length is B.</param>
    /// <param name="features">S, at least 0.</param>
    /// <param name="actionCount">A, at least 1.</param>
    /// <param name="actionMask">Which actions are allowed, <c>[B, A]</c>, true = allowed; empty when all are.</param>
    /// <param name="temperature">T, finite and above 0.</param>
    /// <param name="perSample">Whether each sample's gradient is wanted, or their sum.</param>
    /// <param name="gradient">Receives the gradient: <c>[B, S, A]</c> per sample, <c>[S, A]</c> summed (zeros for an empty batch); columns of masked actions are 0.</param>
    /// <param name="logProbabilities">Receives log pi(a | s), <c>[B]</c>; or empty.</param>
    /// <param name="parts">Receives the steps of the derivation.</param>
    /// <param name="execution">Until when to run.</param>
    /// <exception cref="OperandException">
    /// An action is out of range or masked, the lengths do not fit together, a sample has no allowed action, or the temperature is
    /// not above 0.
    /// </exception>
    /// <remarks>
    /// Computed in FP64 throughout and rounded once. 1 - p_a is the sum of the other probabilities when a is the most probable
    /// action, so a nearly certain action keeps its tiny gradient. The expectation of the score over a ~ pi is 0.
    /// Source: Sutton and Barto, Reinforcement Learning, 2nd edition 2018, section 13.3; Williams 1992.
    /// </remarks>
    public static void Evaluate<T>(
        ReadOnlySpan<T> states,
        ReadOnlySpan<T> theta,
        ReadOnlySpan<int> actions,
        int features,
        int actionCount,
        ReadOnlySpan<bool> actionMask,
        double temperature,
        bool perSample,
        Span<T> gradient,
        Span<T> logProbabilities,
        LogGradientParts<T> parts = default,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LinearPolicy.Check(states, theta, actions.Length, features, actionCount, actionMask, temperature);
        PolicyActions.Check(actions, actionCount, actionMask);
        Destination.Check(gradient.Length, perSample ? actions.Length : 1, theta.Length, nameof(gradient));
        Destination.CheckOptional(logProbabilities.Length, actions.Length, 1, nameof(logProbabilities));
        Destination.CheckOptional(parts.Jacobian.Length, (long)actions.Length * actionCount, actionCount, nameof(parts));
        Destination.CheckOptional(parts.JacobianRow.Length, actions.Length, actionCount, nameof(parts));
        Destination.CheckOptional(parts.Dlog.Length, actions.Length, actionCount, nameof(parts));

        double[] rented = ArrayPool<double>.Shared.Rent(3 * actionCount + (perSample ? 1 : 2) * theta.Length);
        Span<double> logP = rented.AsSpan(0, actionCount);
        Span<double> p = rented.AsSpan(actionCount, actionCount);
        Span<double> dlog = rented.AsSpan(2 * actionCount, actionCount);
        Span<double> wideTheta = rented.AsSpan(3 * actionCount, theta.Length);
        Span<double> sum = rented.AsSpan(3 * actionCount + theta.Length, perSample ? 0 : theta.Length);
        LinearPolicy.Widen(theta, wideTheta);
        sum.Clear();
        for (int sample = 0; sample < actions.Length; sample++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<T> state = states.Slice(sample * features, features);
            ReadOnlySpan<bool> allowed = actionMask.IsEmpty ? default : actionMask.Slice(sample * actionCount, actionCount);
            SoftmaxRow softmax = LinearPolicy.Evaluate(state, wideTheta, allowed, temperature, logP, p);
            int action = actions[sample];
            for (int a = 0; a < actionCount; a++)
            {
                dlog[a] = a == action ? softmax.Complement(p, a) : 0 - p[a];
            }

            if (!logProbabilities.IsEmpty)
            {
                logProbabilities[sample] = T.CreateTruncating(logP[action]);
            }

            WriteParts(parts, softmax, p, dlog, sample, action);
            if (perSample)
            {
                WriteOuter(state, dlog, allowed, temperature, gradient.Slice(sample * theta.Length, theta.Length));
            }
            else
            {
                LinearPolicy.AddOuter(state, dlog, allowed, temperature, sum);
            }
        }

        for (int i = 0; i < sum.Length; i++)
        {
            gradient[i] = T.CreateTruncating(sum[i]);
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    private static void WriteOuter<T>(ReadOnlySpan<T> state, ReadOnlySpan<double> dlog, ReadOnlySpan<bool> allowed, double temperature, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int f = 0; f < state.Length; f++)
        {
            double scale = double.CreateTruncating(state[f]) / temperature;
            Span<T> row = gradient.Slice(f * dlog.Length, dlog.Length);
            for (int a = 0; a < row.Length; a++)
            {
                // An infinite feature times a masked action is still nothing.
                row[a] = allowed.IsEmpty || allowed[a] ? T.CreateTruncating(scale * dlog[a]) : T.Zero;
            }
        }
    }

    private static void WriteParts<T>(
        LogGradientParts<T> parts, SoftmaxRow softmax, ReadOnlySpan<double> p, ReadOnlySpan<double> dlog, int sample, int action)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = p.Length;
        for (int a = 0; !parts.Jacobian.IsEmpty && a < count; a++)
        {
            softmax.WriteJacobianRow(p, a, 1, parts.Jacobian.Slice((sample * count + a) * count, count));
        }

        if (!parts.JacobianRow.IsEmpty)
        {
            softmax.WriteJacobianRow(p, action, 1, parts.JacobianRow.Slice(sample * count, count));
        }

        for (int a = 0; !parts.Dlog.IsEmpty && a < count; a++)
        {
            parts.Dlog[sample * count + a] = T.CreateTruncating(dlog[a]);
        }
    }
}
