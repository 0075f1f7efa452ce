using System.ComponentModel.DataAnnotations;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Selection;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Selection;

/// <summary>The score-function (REINFORCE) estimate of the gradient of an expected loss over a discrete choice, and how much it varies.</summary>
/// <remarks>
/// <para>Choose one of M candidates at random by the softmax of the logits, look at its loss, and weigh the choice's score by it: on average that is the exact gradient of the expected loss,
/// though nothing was differentiated but the logarithm of a probability. Losses may be anything: rewards, error counts, results of programs.</para>
/// <para>Two ways to ask. With <c>actions</c> <c>[B, S]</c> you have sampled yourself and <c>losses</c> are those of the samples. Without, <c>losses</c> <c>[B, M]</c> are those of all candidates, S = <c>samples</c> actions
/// are drawn by <c>seed</c> (row b has stream b of it), and the exact expectation and gradient are answered beside the estimate, to compare.</para>
/// <para>A baseline b is taken from each loss. As E[e_a - p] = 0 it leaves the expectation alone and only calms the estimate: <c>leave_one_out</c> takes the mean of the other samples (unbiased), <c>mean</c> that of all (smaller by (S-1)/S).</para>
/// <para><c>grad_logits</c> is the gradient of loss + surrogate - held surrogate, which has the value of the loss and the gradient of the surrogate mean_s (f_s - b_s) log p(a_s); a gradient check holds
/// the sampled actions and that value.</para>
/// <para>Edge cases: <c>leave_one_out</c> with one sample is an error; <c>mean</c> with one sample gives a gradient of 0; the variance of one sample is NaN, with a warning;
/// an action out of range is an error that names its place; so is a row of more than 1,048,576 candidates; logits without a softmax (NaN, +Infinity, all -Infinity) cannot be drawn from.</para>
/// </remarks>
/// <formula name="loss">mean_s f_s, the estimate of E f</formula>
/// <formula name="grad_logits">mean_s (f_s - b_s)(e_{a_s} - p), with p = softmax(z)</formula>
/// <formula name="variance">sum_s (g_s - mean g)² / (S (S - 1)) of each element, g_s the terms of grad_logits</formula>
/// <formula name="expected_loss">sum_k p_k f_k</formula>
/// <formula name="expected_gradient">p_k (f_k - sum_j p_j f_j)</formula>
/// <derivation>
/// <step latex="J = \mathbb{E}_{a \sim p}[f(a)] = \sum_k p_k f_k">The expected loss is smooth in the logits although each choice is not.</step>
/// <step latex="\nabla J = \sum_k f_k \nabla p_k = \sum_k p_k f_k \nabla \log p_k = \mathbb{E}[f(a)\,\nabla \log p_a]">The derivative of p is p times that of log p: so the gradient is an expectation too, and can be sampled.</step>
/// <step latex="\nabla_z \log p_a = e_a - p">For a softmax the score is one-hot less the probabilities.</step>
/// <step latex="\mathbb{E}[b\,(e_a - p)] = b\,(p - p) = 0">A baseline that does not depend on the action changes nothing on average.</step>
/// <step latex="\hat g = \frac{1}{S}\sum_s \Big(f_s - \frac{1}{S-1}\sum_{t \ne s} f_t\Big)(e_{a_s} - p)">The other samples' mean is such a baseline, and needs no parameter.</step>
/// </derivation>
/// <reference>R. J. Williams, Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning, Machine Learning 8, 1992.</reference>
/// <reference>W. Kool, H. van Hoof and M. Welling, Buy 4 REINFORCE Samples, Get a Baseline for Free!, ICLR 2019 workshop: leave-one-out.</reference>
/// <reference>J. Foerster et al., DiCE: The Infinitely Differentiable Monte Carlo Estimator, ICML 2018: a loss whose gradient is the score-function estimate.</reference>
public sealed class SelectionReinforceOperation : Operation<SelectionReinforceRequest, SelectionReinforceResponse>
{
    /// <inheritdoc/>
    public override string Name => "selection/reinforce";

    /// <inheritdoc/>
    public override string Example => """
        {
          "logits": [0.44, -0.38, 0.65],
          "losses": [1.2321, 9.05008061266998, 0.01],
          "samples": 8,
          "seed": 1,
          "baseline_mode": "leave_one_out",
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override SelectionReinforceResponse Evaluate<T>(SelectionReinforceRequest request, Evaluation run)
    {
        Require.Rank(request.Logits.Shape, "logits", 1, 2, "rows of scores [B, M] or one row [M]");
        Shape scores = request.Logits.Shape;
        Shape batch = scores.Without(-1);
        int candidates = scores[-1];
        Tensor<T> logits = run.Floats<T>(request.Logits);
        Tensor<T>? upstream = run.Upstream<T>(request.Upstream, batch, "loss");
        bool draws = request.Actions is null;
        (Tensor<int> actions, Tensor<T> losses) = draws ? Drawn(request, logits, batch, candidates, run) : Given<T>(request, batch, run);
        int samples = actions.Shape[-1];
        bool wants = run.Wants(nameof(request.Logits));
        Tensor<double> loss = run.Rent<double>(batch);
        Tensor<double> surrogate = run.Rent<double>(batch);
        Tensor<double>? gradient = wants ? run.Rent<double>(scores) : null;
        Tensor<double>? variance = wants ? run.Rent<double>(scores) : null;
        ScoreFunction.Evaluate<T>(
            logits.Span, actions.Span, losses.Span, candidates, samples, request.BaselineMode, loss.Span, surrogate.Span, gradient.SpanOrEmpty(), variance.SpanOrEmpty(), run.Execution);
        if (wants && samples == 1)
        {
            run.Warn("The variance cannot be estimated from one sample, so it is NaN. Take more samples.");
        }

        Tensor<double> held = run.Hold("the value of the surrogate, whose gradient is the estimate", () => surrogate);
        for (int row = 0; row < loss.Length; row++)
        {
            double moved = surrogate.Span[row] - held.Span[row];
            loss.Span[row] += double.IsNaN(moved) ? 0 : moved;
            for (int k = 0; k < candidates && gradient is not null && upstream is not null; k++)
            {
                double above = double.CreateTruncating(upstream.Span[row]);
                gradient.Span[(row * candidates) + k] *= above;
                variance!.Span[(row * candidates) + k] *= above * above;
            }
        }

        Tensor<double>? expected = null;
        Tensor<double>? exact = null;
        if (draws)
        {
            (expected, exact) = (run.Rent<double>(batch), run.Rent<double>(scores));
            ScoreFunction.Expect<T>(logits.Span, run.Floats<T>(request.Losses).Span, candidates, expected.Span, exact.Span);
        }

        return new SelectionReinforceResponse
        {
            Loss = loss.ToFloating<T>(run.Scope, "losses"),
            GradLogits = gradient?.ToFloating<T>(run.Scope, "losses"),
            Variance = variance?.ToFloating<T>(run.Scope, "losses"),
            Actions = actions,
            ExpectedLoss = expected?.ToFloating<T>(run.Scope, "losses"),
            ExpectedGradient = exact?.ToFloating<T>(run.Scope, "losses"),
        };
    }

    private static (Tensor<int> Actions, Tensor<T> Losses) Given<T>(SelectionReinforceRequest request, Shape batch, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor actions = request.Actions!;
        bool fits = actions.Shape.Rank == batch.Rank + 1 && actions.Shape.Lengths[..batch.Rank].SequenceEqual(batch.Lengths);
        if (!fits)
        {
            throw new OperandException("actions", $"Shape {actions.Shape} was found; expected {(batch.Rank == 0 ? "[S]" : $"[{batch[0]}, S]")}, the samples of each row of logits.");
        }

        Require.Shape(request.Losses.Shape, "losses", actions.Shape, "one loss for each action sent (leave actions out to have them drawn from the losses of all candidates)");
        return (run.Indices(actions), run.Floats<T>(request.Losses));
    }

    private static (Tensor<int> Actions, Tensor<T> Losses) Drawn<T>(SelectionReinforceRequest request, Tensor<T> logits, Shape batch, int candidates, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require.Shape(request.Losses.Shape, "losses", logits.Shape, "one loss for each candidate, as no actions were sent and they are to be drawn");
        if (request.Samples is < 1 or > SelectionReinforceRequest.MostSamples)
        {
            throw new OperandException("samples", $"{request.Samples} was found; expected from 1 to {SelectionReinforceRequest.MostSamples} samples.");
        }

        Shape drawn = Require.Product(batch, "samples", request.Samples);
        Tensor<int> actions = run.Hold("the sampled actions", () =>
        {
            Tensor<int> fresh = run.Rent<int>(drawn);
            ScoreFunction.Draw<T>(logits.Span, candidates, request.Samples, request.Seed, fresh.Span, run.Execution);
            return fresh;
        });
        Tensor<T> all = run.Floats<T>(request.Losses);
        Tensor<T> losses = run.Rent<T>(drawn);
        for (int at = 0; at < losses.Length; at++)
        {
            losses.Span[at] = all.Span[(at / request.Samples * candidates) + actions.Span[at]];
        }

        return (actions, losses);
    }
}

/// <summary>Scores, sampled actions or how to draw them, and losses.</summary>
public sealed record SelectionReinforceRequest : DifferentiableRequest
{
    internal const int MostSamples = 1_000_000;

    /// <summary>The scores of the candidates.</summary>
    [Differentiable]
    [Shape("[B, M] or [M]")]
    public required Tensor Logits { get; init; }

    /// <summary>The actions that were sampled, from 0 to M - 1. Default: drawn by <c>seed</c>.</summary>
    [Shape("[B, S] or [S]")]
    [Elements(TensorKind.Integer)]
    public Tensor? Actions { get; init; }

    /// <summary>With <c>actions</c> the loss of each, else the loss of each candidate.</summary>
    [Shape("[B, S] or [B, M]")]
    public required Tensor Losses { get; init; }

    /// <summary>What is taken from each loss, so that the estimate varies less.</summary>
    public SampleBaseline BaselineMode { get; init; } = SampleBaseline.None;

    /// <summary>How many actions are drawn for each row. Only without <c>actions</c>.</summary>
    [Range(1, MostSamples)]
    public int Samples { get; init; } = 1;

    /// <summary>Which actions are drawn: the same seed gives the same, on every machine. Only without <c>actions</c>.</summary>
    public long Seed { get; init; }
}

/// <summary>The estimate and how much it varies.</summary>
public sealed record SelectionReinforceResponse
{
    /// <summary>The mean of each row's sampled losses.</summary>
    [Objective]
    [Shape("[B] or []")]
    public required Tensor Loss { get; init; }

    /// <summary>The estimated gradient of the expected loss by the logits.</summary>
    [Shape("[B, M] or [M]")]
    public Tensor? GradLogits { get; init; }

    /// <summary>The estimated variance of each element of <c>grad_logits</c>; NaN for one sample.</summary>
    [Shape("[B, M] or [M]")]
    [Ordinary(double.NaN)]
    public Tensor? Variance { get; init; }

    /// <summary>The actions, as sent or as drawn.</summary>
    [Shape("[B, S] or [S]")]
    [Elements(TensorKind.Integer)]
    public required Tensor Actions { get; init; }

    /// <summary>The exact expected loss; only where the losses of all candidates were sent.</summary>
    [Shape("[B] or []")]
    public Tensor? ExpectedLoss { get; init; }

    /// <summary>Its exact gradient, which <c>grad_logits</c> scatters around; only where the losses of all candidates were sent.</summary>
    [Shape("[B, M] or [M]")]
    public Tensor? ExpectedGradient { get; init; }
}
