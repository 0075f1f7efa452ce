using System.Globalization;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Clustering;

/// <summary>A step of k-means taken apart: the gradient, the Hessian, where the methods lead, and what to see in it.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class StepExplanation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public StepExplanation(KmeansOperands<T> operands, KmeansStepRequest request, StepSummary step, Evaluation run)
    {
        ClusterSums sums = step.Sums;
        Shape shape = operands.Centroids.Shape;
        ReadOnlySpan<T> centroids = operands.Centroids.Span;
        Gradient = run.Rent<T>(shape);
        HessianDiagonal = run.Rent<T>(shape);
        NewtonStep = run.Rent<T>(shape);
        LloydStep = run.Rent<T>(shape);
        Inertia.CentroidGradient(centroids, sums, 1, Gradient.Span);
        for (int i = 0; i < shape.Length; i++)
        {
            HessianDiagonal.Span[i] = T.CreateTruncating(2 * sums.Weights[i / sums.Dimensions]);
        }

        CentroidStep.Lead(StepMethod.Newton, centroids, sums, 1, NewtonStep.Span);
        CentroidStep.Lead(StepMethod.Lloyd, centroids, sums, 1, LloydStep.Span);
        if (request.LearningRate is { } rate)
        {
            GradientStep = run.Rent<T>(shape);
            CentroidStep.Lead(StepMethod.Sgd, centroids, sums, rate, GradientStep.Span);
        }

        Sentences = [.. Explain(sums, request.LearningRate)];
    }

    public Tensor<T> Gradient { get; }

    public Tensor<T> HessianDiagonal { get; }

    public Tensor<T> NewtonStep { get; }

    public Tensor<T> LloydStep { get; }

    public Tensor<T>? GradientStep { get; }

    public IReadOnlyList<string> Sentences { get; }

    private IEnumerable<string> Explain(ClusterSums sums, double? rate)
    {
        int k = Array.FindIndex(sums.Weights, weight => weight > 0);
        if (k < 0)
        {
            yield return "No point has a weight above 0, so the gradient and the Hessian are 0 and nothing moves.";
            yield break;
        }

        double weight = sums.Weights[k];
        string n = weight.ToString("G6", CultureInfo.InvariantCulture);
        double largest = 0;
        for (int i = 0; i < LloydStep.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(double.CreateTruncating(LloydStep.Span[i]) - double.CreateTruncating(NewtonStep.Span[i])));
        }

        yield return $"gradient = 2 (n_k c_k - S_k): with the assignments held, each point of cluster k pulls at its centroid with twice the difference. Cluster {k} has n = {n} and S = {Row(sums.Sums, k, sums.Dimensions)}; its gradient is {Row(Gradient, k, sums.Dimensions)}.";
        yield return $"hessian_diagonal = 2 n_k: the inertia is a quadratic in each coordinate of a centroid, with no mixed terms. For cluster {k} it is 2 * {n} = {(2 * weight).ToString("G6", CultureInfo.InvariantCulture)}.";
        yield return $"newton_step = c - gradient / hessian_diagonal: the bottom of that quadratic in one step. For cluster {k} it is {Row(NewtonStep, k, sums.Dimensions)}.";
        yield return $"lloyd_step = S_k / n_k, the mean of the cluster's points. A full Newton step is Lloyd's step: here the two differ by {largest.ToString("G3", CultureInfo.InvariantCulture)} at most, which is rounding.";
        if (rate is { } given)
        {
            double share = 2 * given * weight;
            yield return $"gradient_step = c - learning_rate gradient = (1 - s) c + s mean with s = 2 learning_rate n_k. For cluster {k} s = {share.ToString("G6", CultureInfo.InvariantCulture)}: {(share < 1 ? "part of the way to the mean" : share == 1 ? "exactly Lloyd's step" : share < 2 ? "beyond the mean, but nearer to it than before" : "as far beyond the mean as before or farther, so that repeated steps do not converge")}.";
        }

        int empty = sums.Weights.Count(0.0);
        if (empty > 0)
        {
            yield return $"{empty} of {Quantity.Of(sums.Clusters, "cluster", "clusters")} {(empty == 1 ? "has" : "have")} no points: gradient and Hessian are 0 there, Newton's quotient 0/0 is taken as no move, and the parameter empty says what becomes of them.";
        }
    }

    private static string Row(Tensor<T> tensor, int k, int dimensions)
    {
        var row = new double[dimensions];
        for (int d = 0; d < dimensions; d++)
        {
            row[d] = double.CreateTruncating(tensor.Span[(k * dimensions) + d]);
        }

        return Row(row, 0, dimensions);
    }

    private static string Row(double[] values, int k, int dimensions)
    {
        const int Shown = 8;
        IEnumerable<string> texts = values.Skip(k * dimensions).Take(Math.Min(Shown, dimensions)).Select(value => value.ToString("G6", CultureInfo.InvariantCulture));
        return $"[{string.Join(", ", texts)}{(dimensions > Shown ? ", ..." : string.Empty)}]";
    }
}
