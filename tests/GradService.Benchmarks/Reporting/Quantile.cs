namespace GradService.Benchmarks.Reporting;

/// <summary>Order statistics of measured times.</summary>
internal static class Quantile
{
    /// <summary>The middle value; between the two middle ones where there is none.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }

    /// <summary>The value that a share of all lie at or below.</summary>
    /// <param name="ordered">The values, ascending.</param>
    /// <param name="share">In [0, 1].</param>
    public static double Of(ReadOnlySpan<double> ordered, double share) =>
        ordered[Math.Clamp((int)Math.Ceiling(share * ordered.Length) - 1, 0, ordered.Length - 1)];
}
