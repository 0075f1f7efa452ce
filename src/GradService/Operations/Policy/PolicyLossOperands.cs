using System.ComponentModel.DataAnnotations;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Losses;
using GradService.Numerics.Policy;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Policy;

/// <summary>What the policy-gradient losses have in common: a batch of steps, what they were worth, and how they become one number.</summary>
public abstract record PolicyLossRequest : DifferentiableRequest
{
    /// <summary>A batch of states, or one.</summary>
    [Shape("[B, S] or [S]")]
    public required Tensor States { get; init; }

    /// <summary>The policy's parameters: a column of weights for each action.</summary>
    [Differentiable]
    [Shape("[S, A]")]
    public required Tensor Theta { get; init; }

    /// <summary>The action taken in each state, from 0 to A - 1 and not masked.</summary>
    [Shape("[B] or []")]
    [Elements(TensorKind.Integer)]
    public required Tensor Actions { get; init; }

    /// <summary>The reward that followed each step, of episodes laid end to end; discounted into returns. Exactly one of <c>rewards</c>, <c>returns</c>, <c>advantages</c> is needed.</summary>
    [Shape("[B] or []")]
    public Tensor? Rewards { get; init; }

    /// <summary>True at the first step of each episode: returns are cut there. Only with <c>rewards</c>. Default: all steps are one episode's.</summary>
    [Shape("[B] or []")]
    [Elements(TensorKind.Bool)]
    public Tensor? EpisodeStarts { get; init; }

    /// <summary>The return of each step, in place of <c>rewards</c>.</summary>
    [Shape("[B] or []")]
    public Tensor? Returns { get; init; }

    /// <summary>The advantage of each step, in place of <c>rewards</c>: of <c>policy/returns</c>, say.</summary>
    [Shape("[B] or []")]
    public Tensor? Advantages { get; init; }

    /// <summary>Taken from each step's return: the values of a critic, or one number for all. It may depend on the state, not on the action. Default: nothing.</summary>
    [Shape("[B] or []")]
    public Tensor? Baseline { get; init; }

    /// <summary>True where an action is allowed. Default: all are.</summary>
    [Shape("[B, A] or [A]")]
    [Elements(TensorKind.Bool)]
    public Tensor? ActionMask { get; init; }

    /// <summary>What a reward loses in worth with each step that it lies ahead. Only with <c>rewards</c>.</summary>
    [Range(0.0, 1.0)]
    public double Gamma { get; init; } = 0.99;

    /// <summary>What of the batch itself is taken from each return, after <c>baseline</c>.</summary>
    public BaselineMode BaselineMode { get; init; } = BaselineMode.None;

    /// <summary>Whether advantages are brought to mean 0 and (population) standard deviation 1.</summary>
    public bool NormalizeAdvantages { get; init; }

    /// <summary>The weight of the entropy, which is taken from the loss: above 0 the policy is rewarded for staying undecided.</summary>
    public double EntropyCoefficient { get; init; }

    /// <summary>What the scores are divided by.</summary>
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double Temperature { get; init; } = 1;

    /// <summary>How the steps' losses become one number. As no step weighs more than another, every kind of mean divides by B.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;
}

/// <summary>The operands of a policy-gradient loss, checked against each other, with the advantages worked out in FP64.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class PolicyLossOperands<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool _unreduced;

    public PolicyLossOperands(PolicyLossRequest request, Evaluation run)
    {
        Policy = new PolicyOperands<T>(request.States, request.Theta, request.ActionMask, run);
        Require.Shape(request.Actions.Shape, "actions", Batch, "one action for each state");
        Actions = run.Indices(request.Actions);
        Advantages = run.Rent<double>(Batch);
        Tensor<double>? baseline = null;
        if (request.Baseline is not null)
        {
            Require.BroadcastsTo(request.Baseline.Shape, "baseline", Batch, "one value for each state");
            baseline = Wide(request.Baseline, "baseline", run).BroadcastTo(Batch, run.Scope);
        }

        Numerics.Policy.Advantages.Evaluate<double>(Worth(request, run).Span, baseline.SpanOrEmpty(), request.BaselineMode, request.NormalizeAdvantages, Advantages.Span);
        _unreduced = request.Reduction == Reduction.None;
        Losses = run.Rent<T>(_unreduced ? Batch : Shape.Scalar);
        Upstream = run.Upstream<T>(request.Upstream, Losses.Shape, "loss");
        Gradient = run.Wants(nameof(request.Theta)) ? run.Rent<T>(Policy.Theta.Shape) : null;
        if (request.BaselineMode == BaselineMode.LeaveOneOut && Actions.Length == 1)
        {
            run.Warn("baseline_mode leave_one_out compares each return with the others, and there is one step alone: nothing was taken from it.");
        }
    }

    public PolicyOperands<T> Policy { get; }

    public Shape Batch => Policy.Batch;

    public Tensor<int> Actions { get; }

    /// <summary>In FP64 whatever the dtype: rounded before a sum of them cancels, they would cost the loss its digits.</summary>
    public Tensor<double> Advantages { get; }

    /// <summary>The losses of the steps, or the one reduced loss.</summary>
    public Tensor<T> Losses { get; }

    /// <summary>Where the op writes the losses of the steps; empty when they are reduced to one.</summary>
    public Span<T> StepLosses => _unreduced ? Losses.Span : default;

    public Tensor<T>? Upstream { get; }

    public Tensor<T>? Gradient { get; }

    /// <summary>The flags of a request, checked against its rewards.</summary>
    public static Tensor<bool>? EpisodeStarts(Tensor? flags, Shape steps)
    {
        if (flags is not null)
        {
            Require.Shape(flags.Shape, "episodeStarts", steps, "one flag for each reward");
        }

        return (Tensor<bool>?)flags;
    }

    /// <summary>Puts the reduced loss in place and says what a careful user would want to know of it.</summary>
    /// <param name="loss">What the op returned.</param>
    /// <param name="run">Receives the warning.</param>
    public void Finish(double loss, Evaluation run)
    {
        if (Batch.Length == 0)
        {
            run.WarnOfNonFinite("There are no steps, so means over them (the entropy, and the loss unless it is a sum) are 0/0: NaN.");
        }

        if (!_unreduced)
        {
            Losses.Span[0] = T.CreateTruncating(loss);
        }
    }

    private static Tensor<double> Wide(Tensor tensor, string operand, Evaluation run) =>
        tensor.ToFloating<T>(run.Scope, operand).ToFloating<double>(run.Scope, operand);

    private Tensor<double> Worth(PolicyLossRequest request, Evaluation run)
    {
        Returns.CheckDiscount(request.Gamma);
        (string Name, Tensor? Tensor)[] ways = [("rewards", request.Rewards), ("returns", request.Returns), ("advantages", request.Advantages)];
        string[] sent = [.. ways.Where(way => way.Tensor is not null).Select(way => way.Name)];
        if (sent.Length != 1)
        {
            throw new OperandException(
                sent.Length == 0 ? "rewards" : sent[^1],
                $"{(sent.Length == 0 ? "Nothing" : string.Join(" and ", sent))} was found to say what each step was worth; expected exactly one of rewards, returns and advantages.");
        }

        (string name, Tensor? found) = ways.Single(way => way.Tensor is not null);
        Require.Shape(found!.Shape, name, Batch, "one number for each state");
        Tensor<double> worth = Wide(found, name, run);
        if (request.Rewards is null)
        {
            return request.EpisodeStarts is null
                ? worth
                : throw new OperandException("episodeStarts", $"Marks of episodes were found with {name}; they cut the discounting of rewards, and nothing is discounted here. Leave them out, or send rewards.");
        }

        Tensor<double> returns = run.Rent<double>(Batch);
        Returns.Discounted<double>(worth.Span, EpisodeStarts(request.EpisodeStarts, Batch).SpanOrEmpty(), request.Gamma, 0, returns.Span);
        return returns;
    }
}
