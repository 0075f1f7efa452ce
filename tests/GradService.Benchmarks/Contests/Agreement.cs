using System.Globalization;
using GradService.Numerics.Tensors;

namespace GradService.Benchmarks.Contests;

/// <summary>Whether two contestants computed the same thing, which is asked before either is timed.</summary>
internal static class Agreement
{
    /// <summary>
    /// Compares what two answers have in common, by the largest magnitude: near a probability of 1 a gradient's relative error is large by
    /// cancellation, with PyTorch as with the service.
    /// </summary>
    /// <param name="own">One answer.</param>
    /// <param name="theirs">The other.</param>
    /// <param name="tolerance">How far they may differ, of the largest magnitude.</param>
    /// <returns>Null when they agree in at least one tensor and differ in none; otherwise what is wrong.</returns>
    public static string? Difference(IReadOnlyDictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> theirs, double tolerance)
    {
        string[] common = [.. own.Keys.Intersect(theirs.Keys)];
        return common.Length == 0
            ? "the answers have nothing in common"
            : common.Select(name => Difference(name, Values(own[name]), Values(theirs[name]), tolerance)).FirstOrDefault(difference => difference is not null);
    }

    /// <summary>Compares two lists of numbers.</summary>
    /// <returns>Null when they agree; otherwise what is wrong.</returns>
    public static string? Difference(string name, IReadOnlyList<double> own, IReadOnlyList<double> theirs, double tolerance)
    {
        if (own.Count != theirs.Count)
        {
            return $"{name} has {own.Count} elements and {theirs.Count}";
        }

        double largest = theirs.Count == 0 ? 0 : theirs.Max(Math.Abs);
        double difference = own.Zip(theirs, (left, right) => Math.Abs(left - right)).DefaultIfEmpty().Max();
        return difference <= tolerance * largest || difference == 0
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{name} differs by {difference:G3}, at most {largest:G3} large");
    }

    private static double[] Values(Tensor tensor) => tensor switch
    {
        Tensor<float> values => [.. values.Span.ToArray().Select(value => (double)value)],
        Tensor<double> values => values.Span.ToArray(),
        Tensor<int> values => [.. values.Span.ToArray().Select(value => (double)value)],
        Tensor<long> values => [.. values.Span.ToArray().Select(value => (double)value)],
        Tensor<bool> values => [.. values.Span.ToArray().Select(value => value ? 1.0 : 0)],
        _ => [],
    };
}
