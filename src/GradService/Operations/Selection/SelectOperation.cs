using System.ComponentModel.DataAnnotations;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics.Selection;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Selection;

/// <summary>Selects one of several candidates by scores: softly, hard, straight-through or by Gumbel-softmax, with the gradients that the mode has.</summary>
/// <remarks>
/// <para>A network scores M operations, each operation's result is a candidate, and one of them is to be used. <c>soft</c> mixes all by the softmax of the scores and has exact gradients.
/// <c>hard</c> takes the best: the arg-max stands still while the scores move a little, so their gradient is exactly zero and nothing is learned from it. <c>straight_through</c> takes the best and
/// passes the gradient back as if it had mixed: something is learned, but the gradient is biased and may point the wrong way. <c>gumbel_softmax</c> mixes by the softmax of scores plus noise, which is nearly a random choice
/// when the temperature is low; with <c>hard</c> = true it is one, straight-through.</para>
/// <para>For an unbiased gradient of a truly discrete choice see <c>selection/reinforce</c>. In each mode the candidates get the gradient of the weights they had, so what is chosen can be trained.</para>
/// <para>The noise comes from <c>seed</c> (the same seed gives the same noise on every machine; row b has stream b of it) or from your own <c>uniforms</c>. Gradients need <c>upstream</c>, the gradient of your loss by <c>output</c>.
/// A gradient check of <c>straight_through</c> holds the one-hot choice and the probabilities it replaces.</para>
/// <para>Edge cases: the lowest index wins a tie; one candidate has probability 1 and gradient 0; a candidate of weight exactly 0 is not looked at, whatever it holds; a -Infinity logit is never chosen
/// unless all are; NaN or +Infinity logits make their row NaN.</para>
/// </remarks>
/// <formula name="output">sum_k m_k v_k</formula>
/// <formula name="probabilities">p = softmax(z / T), or softmax((z + g) / T) with g = -log(-log u) for gumbel_softmax</formula>
/// <formula name="mask">m = p for soft and gumbel_softmax; one-hot of arg-max p for hard, straight_through and gumbel_softmax with hard</formula>
/// <formula name="grad_logits">p_k (u·v_k - sum_j p_j u·v_j) / T;  hard: 0</formula>
/// <formula name="grad_candidates">m_k u</formula>
/// <derivation>
/// <step latex="o = \sum_k p_k v_k,\quad p = \mathrm{softmax}(z/T)">Mixed, the output is smooth in the scores.</step>
/// <step latex="\frac{\partial L}{\partial z_k} = \frac{1}{T}\, p_k\Big(u^\top v_k - \sum_j p_j\, u^\top v_j\Big)">A score rises when its candidate would lower the loss more than the mixture does: the vector-Jacobian product of the softmax.</step>
/// <step latex="m = e_{\arg\max z} \;\Rightarrow\; \frac{\partial m}{\partial z} = 0">The arg-max is constant but for jumps: its derivative is zero wherever it exists.</step>
/// <step latex="m = e_{\arg\max z} + p - \mathrm{stop}(p)">Straight-through: the value is one-hot, as p cancels; the gradient is that of p, as the rest is held constant.</step>
/// <step latex="P\big(\arg\max_k (z_k + g_k) = i\big) = \mathrm{softmax}(z)_i">Gumbel noise makes the arg-max a draw from the softmax; the softmax of noisy scores is its smooth stand-in.</step>
/// </derivation>
/// <reference>E. Jang, S. Gu and B. Poole, Categorical Reparameterization with Gumbel-Softmax, ICLR 2017.</reference>
/// <reference>C. J. Maddison, A. Mnih and Y. W. Teh, The Concrete Distribution, ICLR 2017.</reference>
/// <reference>Y. Bengio, N. Léonard and A. Courville, Estimating or Propagating Gradients Through Stochastic Neurons for Conditional Computation, 2013: straight-through.</reference>
public sealed class SelectOperation : Operation<SelectRequest, SelectResponse>
{
    /// <inheritdoc/>
    public override string Name => "selection/select";

    /// <inheritdoc/>
    public override string Example => """
        {
          "logits": [0.44, -0.38, 0.65],
          "candidates": [2.89, 0.991664810452469, 4.1],
          "mode": "soft",
          "upstream": -1.72887314708384,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override SelectResponse Evaluate<T>(SelectRequest request, Evaluation run)
    {
        Require.Rank(request.Logits.Shape, "logits", 1, 2, "rows of scores [B, M] or one row [M]");
        Shape scores = request.Logits.Shape;
        int candidates = scores[-1];
        Shape batch = scores.Without(-1);
        Shape output = OutputShape(request.Candidates.Shape, scores);
        int length = output.Length / Math.Max(1, batch.Length);
        var options = new SelectionOptions { Mode = request.Mode, Temperature = request.Temperature, Hard = request.Hard };
        Tensor<T> logits = run.Floats<T>(request.Logits);
        Tensor<T> values = run.Floats<T>(request.Candidates);
        Tensor<T>? upstream = run.Upstream<T>(request.Upstream, output, "output");
        Tensor<double>? noise = Noise<T>(request, scores, run);
        Tensor<double> probabilities = run.Rent<double>(scores);
        Tensor<int> chosen = run.Rent<int>(batch);
        DifferentiableSelection.Weigh<T>(logits.Span, noise.SpanOrEmpty(), candidates, options.Temperature, probabilities.Span, chosen.Span);
        Tensor<double> mask = options.IsOneHot ? OneHot(options, probabilities, chosen, candidates, run) : probabilities;
        Tensor<T> mixed = run.Rent<T>(output);
        DifferentiableSelection.Mix<T>(mask.Span, values.Span, candidates, length, mixed.Span, run.Execution);
        Tensor<T>? gradLogits = null;
        Tensor<T>? gradCandidates = null;
        if (upstream is not null && run.Wants(nameof(request.Candidates)))
        {
            gradCandidates = run.Rent<T>(values.Shape);
            DifferentiableSelection.BackwardToCandidates<T>(mask.Span, upstream.Span, candidates, length, gradCandidates.Span);
        }

        if (upstream is not null && run.Wants(nameof(request.Logits)))
        {
            gradLogits = run.Rent<T>(scores);
            if (options.Mode == SelectionMode.Hard)
            {
                gradLogits.Span.Clear();
                run.Warn("grad_logits is exactly zero: hard takes the arg-max, which stands still while the logits move a little, so it has no gradient to give. Use mode soft or gumbel_softmax for exact gradients of a mixture, straight_through for a biased one of the choice itself, or selection/reinforce for an unbiased one.");
            }
            else
            {
                DifferentiableSelection.BackwardToLogits<T>(probabilities.Span, values.Span, upstream.Span, candidates, length, options.Temperature, gradLogits.Span, run.Execution);
            }
        }

        return new SelectResponse
        {
            Output = mixed,
            Probabilities = probabilities.ToFloating<T>(run.Scope, "logits"),
            Mask = mask.ToFloating<T>(run.Scope, "logits"),
            GradLogits = gradLogits,
            GradCandidates = gradCandidates,
        };
    }

    private static Shape OutputShape(Shape candidates, Shape scores)
    {
        bool fits = candidates.Rank >= scores.Rank && candidates.Lengths[..scores.Rank].SequenceEqual(scores.Lengths);
        return fits
            ? new Shape([.. scores.Lengths[..^1], .. candidates.Lengths[scores.Rank..]])
            : throw new Numerics.OperandException("candidates", $"Shape {candidates} was found; expected {scores.ToString()[..^1]}, ..], the shape of logits followed by that of one candidate.");
    }

    private static Tensor<double>? Noise<T>(SelectRequest request, Shape scores, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (request.Mode != SelectionMode.GumbelSoftmax)
        {
            return request.Uniforms is null
                ? null
                : throw new Numerics.OperandException("uniforms", "Uniform numbers were found, and only mode gumbel_softmax draws noise. Leave them out, or choose that mode.");
        }

        Tensor<double> noise = run.Rent<double>(scores);
        if (request.Uniforms is { } uniforms)
        {
            Require.Shape(uniforms.Shape, "uniforms", scores, "one number for each logit");
            GumbelNoise.From<T>(run.Floats<T>(uniforms).Span, noise.Span);
        }
        else
        {
            GumbelNoise.Draw(request.Seed, scores[-1], noise.Span);
        }

        return noise;
    }

    // One-hot + p - held p: outside a gradient check p is the held p, and exactly one-hot is left.
    private static Tensor<double> OneHot(SelectionOptions options, Tensor<double> probabilities, Tensor<int> chosen, int candidates, Evaluation run)
    {
        Tensor<int> choice = run.Hold("arg-max of the logits", () => chosen);
        bool through = options.Mode != SelectionMode.Hard;
        Tensor<double> replaced = through ? run.Hold("the probabilities that straight-through replaces", () => probabilities) : probabilities;
        Tensor<double> mask = run.Rent<double>(probabilities.Shape);
        for (int at = 0; at < mask.Length; at++)
        {
            double one = choice.Span[at / candidates] == at % candidates ? 1 : 0;
            double moved = probabilities.Span[at] - replaced.Span[at];
            mask.Span[at] = through && !double.IsNaN(moved) ? one + moved : one;
        }

        return mask;
    }
}

/// <summary>Scores, candidates and how to select.</summary>
public sealed record SelectRequest : DifferentiableRequest
{
    /// <summary>The scores of the candidates.</summary>
    [Differentiable]
    [Shape("[B, M] or [M]")]
    public required Tensor Logits { get; init; }

    /// <summary>The candidates: each operation's result.</summary>
    [Differentiable]
    [Shape("[B, M, ..] or [M, ..]")]
    public required Tensor Candidates { get; init; }

    /// <summary>Your own uniform numbers, above 0 and below 1, in place of the seeded ones. Only with <c>gumbel_softmax</c>.</summary>
    [Shape("[B, M] or [M]")]
    public Tensor? Uniforms { get; init; }

    /// <summary>How to select.</summary>
    public SelectionMode Mode { get; init; } = SelectionMode.Soft;

    /// <summary>What the logits are divided by: below 1 nearer to one candidate, above 1 nearer to the mean of all.</summary>
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double Temperature { get; init; } = 1;

    /// <summary>With <c>gumbel_softmax</c>: forwards the one candidate drawn, backwards the mixture (straight-through).</summary>
    public bool Hard { get; init; }

    /// <summary>Which noise: the same seed gives the same, on every machine. Only with <c>gumbel_softmax</c>.</summary>
    public long Seed { get; init; }
}

/// <summary>What was selected, and the gradients.</summary>
public sealed record SelectResponse
{
    /// <summary>The mixture, or the candidate chosen.</summary>
    [Objective]
    [Shape("[B, ..] or [..]")]
    public required Tensor Output { get; init; }

    /// <summary>The softmax of the (noisy) logits: what the gradient flows through.</summary>
    [Shape("[B, M] or [M]")]
    public required Tensor Probabilities { get; init; }

    /// <summary>What each candidate was multiplied by: the probabilities, or exactly one 1 and zeros.</summary>
    [Shape("[B, M] or [M]")]
    public required Tensor Mask { get; init; }

    /// <summary>The gradient of sum(upstream * output) by the logits; only when <c>upstream</c> is sent. Exactly zero under <c>hard</c>.</summary>
    [Shape("[B, M] or [M]")]
    public Tensor? GradLogits { get; init; }

    /// <summary>The gradient of sum(upstream * output) by the candidates; only when <c>upstream</c> is sent.</summary>
    [Shape("[B, M, ..] or [M, ..]")]
    public Tensor? GradCandidates { get; init; }
}
