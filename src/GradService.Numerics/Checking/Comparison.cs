namespace GradService.Numerics.Checking;

/// <summary>An analytic derivative beside a numeric one.</summary>
/// <param name="Analytic">The one.</param>
/// <param name="Numeric">The other.</param>
/// <param name="Error">|analytic - numeric|; 0 for two equal infinities, +infinity where either side is NaN.</param>
/// <param name="Excess">The error over what is allowed: they agree up to 1.</param>
/// <param name="AtKink">Whether the numeric one is a slope to one side, or between those to both.</param>
internal readonly record struct Comparison(double Analytic, double Numeric, double Error, double Excess, bool AtKink = false)
{
    /// <summary>Whether the error is allowed.</summary>
    public bool Agrees => Excess <= 1;

    /// <summary>Compares, allowing tolerance * max(scale, |a|, |n|) and the rounding of the estimate.</summary>
    public static Comparison Of(double analytic, Estimate numeric, double tolerance, double scale)
    {
        double error = Distance(analytic, numeric.Value);
        double magnitude = Math.Max(scale, Math.Max(Math.Abs(analytic), Math.Abs(numeric.Value)));
        double allowed = double.IsFinite(error) ? tolerance * magnitude + numeric.Rounding : 0;
        return new Comparison(analytic, numeric.Value, error, error == 0 ? 0 : error / allowed);
    }

    /// <summary>The error over the largest of both magnitudes and that of the whole gradient.</summary>
    public double RelativeTo(double scale) =>
        double.IsFinite(Error) && Error > 0 ? Error / Math.Max(scale, Math.Max(Math.Abs(Analytic), Math.Abs(Numeric))) : Error;

    private static double Distance(double a, double b) =>
        a == b ? 0 : double.IsNaN(a - b) ? double.PositiveInfinity : Math.Abs(a - b);
}
