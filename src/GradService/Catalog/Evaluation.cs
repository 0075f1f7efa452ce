using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using GradService.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Catalog;

/// <summary>One run of an operation: its memory, how it may execute, which gradients are wanted, and what it warns of.</summary>
public sealed class Evaluation(ElementType floating, TensorScope scope, Execution execution, IReadOnlyList<string>? gradients = null)
{
    // By the expressions that the compiler fills in, of which there are so many as calls in the source.
    private static readonly ConcurrentDictionary<string, string> Operands = new(StringComparer.Ordinal);

    private List<string>? _warnings;

    /// <summary>FP32 or FP64: the type of all floating tensors of the run.</summary>
    public ElementType Floating => floating;

    /// <summary>What the run's tensors are rented from.</summary>
    public TensorScope Scope => scope;

    /// <summary>On how many threads, and until when.</summary>
    public Execution Execution => execution;

    /// <summary>The choices that a gradient check holds still; null outside one.</summary>
    internal HeldChoices? Held { get; init; }

    /// <summary>Sentences that a careful user would want to read beside the result.</summary>
    public IReadOnlyList<string> Warnings => _warnings ?? [];

    /// <summary>Adds a sentence to <see cref="Warnings"/>.</summary>
    /// <param name="sentence">What the result does not show by itself.</param>
    public void Warn(string sentence) => (_warnings ??= []).Add(sentence);

    /// <summary>Whether a sentence says already why results are not finite.</summary>
    internal bool HasWarnedOfNonFinite { get; private set; }

    /// <summary>Adds a sentence that says why results are NaN or infinite, where the operation knows better than the numbers do.</summary>
    /// <param name="sentence">What they came of.</param>
    public void WarnOfNonFinite(string sentence)
    {
        HasWarnedOfNonFinite = true;
        Warn(sentence);
    }

    /// <summary>A result of which the operation knows that all its numbers are finite, as it had them in its hands; null for none.</summary>
    internal Tensor? KnownFinite { get; private set; }

    /// <summary>Spares a result a look for NaN and infinities.</summary>
    /// <param name="result">A result that has none.</param>
    public void KnowsFinite(Tensor result) => KnownFinite = result;

    /// <summary>Whether the gradient by an input is wanted.</summary>
    /// <param name="input">The input's C# name: <c>nameof(request.Logits)</c>.</param>
    public bool Wants(string input) => gradients is null || gradients.Contains(WireName.Of(input));

    /// <summary>Rents a tensor for a result or for scratch. Its elements are undefined.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="shape">Its shape.</param>
    public Tensor<T> Rent<T>(Shape shape)
        where T : unmanaged => scope.Rent<T>(shape);

    /// <summary>The tensor in the run's floating type.</summary>
    /// <typeparam name="T">The run's floating type.</typeparam>
    /// <param name="tensor">A request's tensor.</param>
    /// <param name="operand">Its C# name, filled in by the compiler.</param>
    public Tensor<T> Floats<T>(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string operand = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => tensor.ToFloating<T>(scope, Operand(operand));

    /// <summary>The request's upstream gradient, checked against what it multiplies; null where the caller left it out.</summary>
    /// <typeparam name="T">The run's floating type.</typeparam>
    /// <param name="upstream">The request's member.</param>
    /// <param name="expected">The shape of what it multiplies. For a scalar, one element of any rank will do.</param>
    /// <param name="what">What it multiplies: "loss".</param>
    public Tensor<T>? Upstream<T>(Tensor? upstream, Shape expected, string what)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (upstream is null)
        {
            return null;
        }

        if (expected.Rank > 0 || upstream.Length != 1)
        {
            Require.Shape(upstream.Shape, "upstream", expected, $"the shape of the {what}");
        }

        return Floats<T>(upstream);
    }

    /// <summary>The tensor as 32-bit indices; whole floats count as integers.</summary>
    /// <param name="tensor">A request's tensor.</param>
    /// <param name="operand">Its C# name, filled in by the compiler.</param>
    public Tensor<int> Indices(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string operand = "") =>
        tensor.ToIntegers<int>(scope, Operand(operand));

    /// <summary>The tensor as 64-bit counts; whole floats count as integers.</summary>
    /// <param name="tensor">A request's tensor.</param>
    /// <param name="operand">Its C# name, filled in by the compiler.</param>
    public Tensor<long> Counts(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string operand = "") =>
        tensor.ToIntegers<long>(scope, Operand(operand));

    /// <summary>
    /// A choice that jumps as the inputs move (an arg-max, an assignment). It is made anew in every run, except that a gradient
    /// check makes it once and holds it while it moves the inputs.
    /// </summary>
    /// <typeparam name="T">The element type of the choice.</typeparam>
    /// <param name="what">The choice in words: "arg-max of the logits".</param>
    /// <param name="choose">Makes it.</param>
    public Tensor<T> Hold<T>(string what, Func<Tensor<T>> choose)
        where T : unmanaged => Held is null ? choose() : Held.Once(what, choose);

    private static string Operand(string expression) =>
        Operands.GetOrAdd(expression, static expression => JsonNamingPolicy.CamelCase.ConvertName(expression[(expression.LastIndexOf('.') + 1)..]));
}

/// <summary>Choices made in the first of many runs and replayed in the others.</summary>
internal sealed class HeldChoices
{
    private readonly Dictionary<string, Tensor> _choices = [];

    public IReadOnlyCollection<string> Names => _choices.Keys;

    public Tensor<T> Once<T>(string what, Func<Tensor<T>> choose)
        where T : unmanaged
    {
        if (_choices.TryGetValue(what, out Tensor? held))
        {
            return (Tensor<T>)held;
        }

        Tensor<T> chosen = choose();
        _choices[what] = new Tensor<T>(chosen.Shape, chosen.Span);
        return chosen;
    }
}
