using System.Numerics;

namespace GradService.Numerics.Activations;

/// <summary>
/// The softmax of one position in FP64, kept so that what is small stays exact: <c>1 - p</c> of the top class is the sum of
/// the other probabilities rather than a difference from 1, and its log-probability goes through log1p.
/// </summary>
internal readonly struct SoftmaxRow
{
    private readonly int _top;
    private readonly double _others;

    private SoftmaxRow(int top, double others)
    {
        _top = top;
        _others = others;
    }

    /// <summary>
    /// Computes p = softmax(z / T) and log p. As PyTorch: a logit of +infinity or NaN, and a row of nothing but -infinity,
    /// give NaN throughout; a single -infinity gives probability 0.
    /// </summary>
    /// <param name="row">Holds the logits z, at least one; receives log p.</param>
    /// <param name="probabilities">Receives p, of the row's length.</param>
    /// <param name="temperature">T, finite and above 0.</param>
    public static SoftmaxRow Evaluate(Span<double> row, Span<double> probabilities, double temperature)
    {
        int top = 0;
        for (int j = 1; j < row.Length; j++)
        {
            top = row[j] > row[top] ? j : top;
        }

        double highest = row[top];
        double rest = 0;
        for (int j = 0; j < row.Length; j++)
        {
            row[j] = (row[j] - highest) / temperature;
            probabilities[j] = Math.Exp(row[j]);
            rest += j == top ? 0 : probabilities[j];
        }

        double total = probabilities[top] + rest;
        // The top of the row is 0 here, or NaN when the highest logit is not finite; adding it carries the NaN on.
        double logTotal = row[top] + LogOnePlus(rest);
        for (int j = 0; j < row.Length; j++)
        {
            row[j] -= logTotal;
            probabilities[j] /= total;
        }

        return new SoftmaxRow(top, rest / total);
    }

    /// <summary>1 - p of one class, without cancellation: only the top class can have a p above a half.</summary>
    /// <param name="probabilities">What <see cref="Evaluate"/> wrote.</param>
    /// <param name="index">The class.</param>
    public double Complement(ReadOnlySpan<double> probabilities, int index) =>
        index == _top ? _others : 1 - probabilities[index];

    /// <summary>Writes row <paramref name="index"/> of diag(p) - p pᵀ.</summary>
    /// <param name="probabilities">What <see cref="Evaluate"/> wrote.</param>
    /// <param name="index">The row.</param>
    /// <param name="scale">A factor on every element.</param>
    /// <param name="row">Receives the row.</param>
    public void WriteJacobianRow<T>(ReadOnlySpan<double> probabilities, int index, double scale, Span<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double p = probabilities[index] * scale;
        for (int j = 0; j < row.Length; j++)
        {
            // 0 - x rather than -x: a product that underflows is written 0, not -0.
            row[j] = T.CreateTruncating(0 - p * probabilities[j]);
        }

        row[index] = T.CreateTruncating(p * Complement(probabilities, index));
    }

    // double.LogP1 is Log(x + 1), which is 0 for every x below 1e-16. W. Kahan's correction.
    private static double LogOnePlus(double x)
    {
        double sum = 1 + x;
        return sum == 1 || double.IsInfinity(sum) ? x : Math.Log(sum) * (x / (sum - 1));
    }
}
