using System.Buffers;
using System.Numerics;

namespace GradService.Numerics.Policy;

/// <summary>What a policy loss came to.</summary>
/// <param name="Loss">The loss, over what the reduction divides by; with <see cref="Losses.Reduction.None"/> the sum.</param>
/// <param name="Entropy">The mean entropy of the states' probabilities, in nats.</param>
public readonly record struct PolicyLossSummary(double Loss, double Entropy);

/// <summary>
/// The engine of the policy losses: each is a function f_i of the log-probability l_i of the action taken, minus an entropy bonus.
/// It needs f_i and df_i/dl_i alone; the score s (e_a - p)ᵀ / T does the rest.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly ref struct PolicyLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>f_i and df_i/dl_i at log-probability l, for a sample's advantage and, where there is one, its old log-probability.</summary>
    public delegate (double Value, double Slope) Term(double logProbability, double advantage, double oldLogProbability);

    public ReadOnlySpan<T> States { get; init; }

    public ReadOnlySpan<T> Theta { get; init; }

    public ReadOnlySpan<int> Actions { get; init; }

    /// <summary>A, <c>[B]</c>: held constant.</summary>
    public ReadOnlySpan<double> Advantages { get; init; }

    /// <summary>The log-probability of each action under the policy that took it, <c>[B]</c>; empty where the loss has no use for it.</summary>
    public ReadOnlySpan<T> OldLogProbabilities { get; init; }

    public int Features { get; init; }

    public int ActionCount { get; init; }

    public ReadOnlySpan<bool> ActionMask { get; init; }

    public double Temperature { get; init; }

    public double EntropyCoefficient { get; init; }

    /// <summary>What the sum over the samples is divided by.</summary>
    public double Denominator { get; init; }

    /// <summary>What each sample's gradient is multiplied by, <c>[B]</c> or <c>[1]</c>; empty for ones.</summary>
    public ReadOnlySpan<T> Upstream { get; init; }

    /// <summary>Computes the losses, their sum over the denominator, and the gradient by theta.</summary>
    /// <param name="term">The loss of one sample.</param>
    /// <param name="losses">Receives the loss of each sample, <c>[B]</c>; or empty.</param>
    /// <param name="gradient">Receives the gradient, <c>[S, A]</c>; or empty.</param>
    /// <param name="cancellation">Looked at before each sample.</param>
    public PolicyLossSummary Evaluate(Term term, Span<T> losses, Span<T> gradient, CancellationToken cancellation)
    {
        LinearPolicy.Check(States, Theta, Actions.Length, Features, ActionCount, ActionMask, Temperature);
        PolicyActions.Check(Actions, ActionCount, ActionMask);
        PolicyRules.PerSample(Advantages.Length, Actions.Length, "advantages");
        PolicyRules.Finite(EntropyCoefficient, "entropyCoefficient");
        Destination.CheckOptional(losses.Length, Actions.Length, 1, nameof(losses));
        Destination.CheckOptional(gradient.Length, Theta.Length, 1, nameof(gradient));
        double[] rented = ArrayPool<double>.Shared.Rent((3 * ActionCount) + (2 * Theta.Length));
        Span<double> logP = rented.AsSpan(0, ActionCount);
        Span<double> p = rented.AsSpan(ActionCount, ActionCount);
        Span<double> slopes = rented.AsSpan(2 * ActionCount, ActionCount);
        Span<double> theta = rented.AsSpan(3 * ActionCount, Theta.Length);
        Span<double> sum = rented.AsSpan((3 * ActionCount) + Theta.Length, Theta.Length);
        LinearPolicy.Widen(Theta, theta);
        sum.Clear();
        double loss = 0;
        double entropies = 0;
        for (int i = 0; i < Actions.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<T> state = States.Slice(i * Features, Features);
            ReadOnlySpan<bool> allowed = ActionMask.IsEmpty ? default : ActionMask.Slice(i * ActionCount, ActionCount);
            Activations.SoftmaxRow softmax = LinearPolicy.Evaluate(state, theta, allowed, Temperature, logP, p);
            double entropy = SoftmaxPolicy.Entropy(p, logP);
            (double value, double slope) = term(
                logP[Actions[i]], Advantages[i], OldLogProbabilities.IsEmpty ? double.NaN : double.CreateTruncating(OldLogProbabilities[i]));
            value -= EntropyCoefficient * entropy;
            loss += value;
            entropies += entropy;
            if (!losses.IsEmpty)
            {
                losses[i] = T.CreateTruncating(value);
            }

            if (gradient.IsEmpty)
            {
                continue;
            }

            double factor = Upstream.IsEmpty ? 1 : double.CreateTruncating(Upstream[Upstream.Length == 1 ? 0 : i]);
            Slopes(softmax, p, logP, allowed, Actions[i], slope, entropy, factor / (Temperature * Denominator), slopes);
            LinearPolicy.AddOuter(state, slopes, allowed, 1, sum);
        }

        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] = T.CreateTruncating(sum[i]);
        }

        ArrayPool<double>.Shared.Return(rented);
        return new PolicyLossSummary(loss / Denominator, entropies / Actions.Length);
    }

    // d(f - c H)/dy_j, times the scale, with y = z / T: slope (e_a - p)_j + c p_j (log p_j + H); a masked action has exactly none.
    private void Slopes(
        Activations.SoftmaxRow softmax, ReadOnlySpan<double> p, ReadOnlySpan<double> logP, ReadOnlySpan<bool> allowed, int action, double slope, double entropy, double scale, Span<double> slopes)
    {
        for (int j = 0; j < p.Length; j++)
        {
            double score = j == action ? softmax.Complement(p, j) : -p[j];
            double bonus = p[j] == 0 ? 0 : EntropyCoefficient * p[j] * (logP[j] + entropy);
            slopes[j] = !allowed.IsEmpty && !allowed[j] ? 0 : scale * ((slope * score) + bonus);
        }
    }
}
