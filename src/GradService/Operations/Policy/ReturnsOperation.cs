using System.ComponentModel.DataAnnotations;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Policy;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Policy;

/// <summary>Discounted returns of episodes laid end to end and, when values are given, generalized advantage estimates.</summary>
/// <remarks>
/// <para>The return of a step is the reward that followed it plus gamma times the return of the next step of the same episode: what the action of that step may have brought about, and nothing from before it.
/// Lay any number of episodes end to end and mark the first step of each in <c>episode_starts</c>: nothing is carried over such a mark.</para>
/// <para>With <c>values</c>, the estimates V(s_t) of a critic, <c>advantages</c> are answered too (GAE), and <c>returns</c> are advantages + values, the targets to train the critic on. <c>lambda</c> trades bias for variance:
/// 0 believes the critic after one step, 1 never. Without <c>values</c>, <c>advantages</c> is left out, and <c>lambda</c> has no effect.</para>
/// <para><c>bootstrap_value</c> is the value of the state after the last step: 0 where the last episode has ended, V(s) where it was merely cut off. Episodes before the last count as ended;
/// where one was cut off by a time limit, add gamma V(s) of the state it stopped in to its last reward.</para>
/// <para><c>discounts</c> gives every step a discount of its own in place of <c>gamma</c>, 0 where its episode ended: the form of rlax and of environments that answer a discount with each step.</para>
/// <para>Edge cases: the first step starts an episode whether marked or not; gamma = 0 answers the rewards, gamma = 1 plain sums; no steps give empty answers; a NaN or infinite reward spreads to the steps before it in its episode and no further.</para>
/// </remarks>
/// <formula name="returns">G_t = r_t + gamma G_{t+1}, 0 after the last step of an episode and bootstrap_value after the very last;  with values: A_t + V(s_t)</formula>
/// <formula name="advantages">A_t = d_t + gamma lambda A_{t+1}, with d_t = r_t + gamma V(s_{t+1}) - V(s_t)</formula>
/// <derivation>
/// <step latex="G_t = \sum_{k \ge 0} \gamma^k r_{t+k} = r_t + \gamma G_{t+1}">A sum of discounted rewards is the first of them plus gamma times the sum that starts a step later: one pass backwards computes all.</step>
/// <step latex="\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)">How much better the step went than the critic had foretold.</step>
/// <step latex="\hat A_t^{(n)} = \sum_{k&lt;n} \gamma^k \delta_{t+k} = \sum_{k&lt;n} \gamma^k r_{t+k} + \gamma^n V(s_{t+n}) - V(s_t)">Added up over n steps the values in between cancel: the n-step advantage.</step>
/// <step latex="\hat A_t = (1-\lambda)\sum_{n \ge 1} \lambda^{n-1} \hat A_t^{(n)} = \sum_{k \ge 0} (\gamma\lambda)^k \delta_{t+k} = \delta_t + \gamma\lambda \hat A_{t+1}">Weighted by powers of lambda, all n-step advantages together are again one pass backwards.</step>
/// </derivation>
/// <reference>R. S. Sutton and A. G. Barto, Reinforcement Learning, 2nd edition, 2018, equation 3.9.</reference>
/// <reference>J. Schulman, P. Moritz, S. Levine, M. Jordan and P. Abbeel, High-Dimensional Continuous Control Using Generalized Advantage Estimation, ICLR 2016, equation 16.</reference>
public sealed class ReturnsOperation : Operation<PolicyReturnsRequest, PolicyReturnsResponse>
{
    /// <inheritdoc/>
    public override string Name => "policy/returns";

    /// <inheritdoc/>
    public override string Example => """
        {
          "rewards": [1.0, 1.0, 1.0, 1.0, 0.0],
          "episode_starts": [true, false, false, true, false],
          "values": [2.5, 1.5, 1.0, 0.5, 0.25],
          "gamma": 0.99,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override PolicyReturnsResponse Evaluate<T>(PolicyReturnsRequest request, Evaluation run)
    {
        Require.Rank(request.Rewards.Shape, "rewards", 1, 1, "[T], one reward for each step");
        Shape steps = request.Rewards.Shape;
        Tensor<T> rewards = run.Floats<T>(request.Rewards);
        Tensor<bool>? starts = PolicyLossOperands<T>.EpisodeStarts(request.EpisodeStarts, steps);
        Tensor<T>? discounts = Discounts<T>(request, steps, run);
        Tensor<T> returns = run.Rent<T>(steps);
        Tensor<T>? advantages = null;
        if (request.Values is null)
        {
            Returns.CheckLambda(request.Lambda);
            Returns.Discounted<T>(rewards.Span, starts.SpanOrEmpty(), request.Gamma, request.BootstrapValue, returns.Span, discounts.SpanOrEmpty());
        }
        else
        {
            Require.Shape(request.Values.Shape, "values", steps, "one value for each reward");
            advantages = run.Rent<T>(steps);
            Returns.Generalized<T>(
                rewards.Span, run.Floats<T>(request.Values).Span, starts.SpanOrEmpty(), request.Gamma, request.Lambda, request.BootstrapValue, advantages.Span, returns.Span, discounts.SpanOrEmpty());
        }

        return new PolicyReturnsResponse { Returns = returns, Advantages = advantages };
    }

    private static Tensor<T>? Discounts<T>(PolicyReturnsRequest request, Shape steps, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (request.Discounts is null)
        {
            return null;
        }

        Require.Shape(request.Discounts.Shape, "discounts", steps, "one discount for each reward");
        return request.EpisodeStarts is null
            ? run.Floats<T>(request.Discounts)
            : throw new OperandException("episodeStarts", "Marks of episodes were found with discounts, where a 0 at an episode's last step ends it. Leave one of the two out.");
    }
}

/// <summary>Rewards of episodes laid end to end.</summary>
public sealed record PolicyReturnsRequest : OperationRequest
{
    /// <summary>The reward that followed each step.</summary>
    [Shape("[T]")]
    public required Tensor Rewards { get; init; }

    /// <summary>True at the first step of each episode. Default: all steps are one episode's.</summary>
    [Shape("[T]")]
    [Elements(TensorKind.Bool)]
    public Tensor? EpisodeStarts { get; init; }

    /// <summary>The discount of each step, from 0 to 1, in place of <c>gamma</c> and <c>episode_starts</c>: 0 at the last step of an episode that ended.</summary>
    [Shape("[T]")]
    public Tensor? Discounts { get; init; }

    /// <summary>The value that a critic gives the state of each step; makes the answer hold <c>advantages</c>.</summary>
    [Shape("[T]")]
    public Tensor? Values { get; init; }

    /// <summary>What a reward loses in worth with each step that it lies ahead. Without <c>discounts</c>.</summary>
    [Range(0.0, 1.0)]
    public double Gamma { get; init; } = 0.99;

    /// <summary>How far generalized advantage estimation looks past the critic: 0 one step, 1 to the episode's end. Only with <c>values</c>.</summary>
    [Range(0.0, 1.0)]
    public double Lambda { get; init; } = 0.95;

    /// <summary>The value of the state after the last step: 0 where its episode has ended.</summary>
    public double BootstrapValue { get; init; }
}

/// <summary>Returns and, with values, advantages.</summary>
public sealed record PolicyReturnsResponse
{
    /// <summary>The return of each step; with <c>values</c>, advantages + values.</summary>
    [Shape("[T]")]
    public required Tensor Returns { get; init; }

    /// <summary>With <c>values</c>: the generalized advantage estimate of each step.</summary>
    [Shape("[T]")]
    public Tensor? Advantages { get; init; }
}
