namespace GradService.Numerics.Checking;

/// <summary>A derivative by differences, and how much of it may be rounding.</summary>
/// <param name="Value">The derivative.</param>
/// <param name="Rounding">The error that rounding in the objective may have brought.</param>
internal readonly record struct Estimate(double Value, double Rounding);

/// <summary>Central differences of a scalar with respect to one element of its input, which is restored whatever happens.</summary>
internal static class CentralDifference
{
    /// <summary>
    /// The step of a fourth-order difference of best accuracy: h⁴ f⁽⁵⁾ / 30 and eps f / h are both about 1e-13 for derivatives near 1.
    /// </summary>
    public const double WideStep = 1e-3;

    // A difference of two values, each a few units in the last place from the truth, and some room for long sums.
    private const double RoundingFactor = 16;

    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>(f(x + h) - f(x - h)) / 2h.</summary>
    /// <returns>The derivative, or null where x has no two finite neighbours at that distance.</returns>
    public static Estimate? SecondOrder(Span<double> input, int at, double h, Func<double> objective)
    {
        if (!Steps(input[at], h, out double down, out double up))
        {
            return null;
        }

        (double above, double below) = Around(input, at, down, up, objective);
        return new Estimate((above - below) / (up - down), Rounding(above, below) / h);
    }

    /// <summary>The difference at h extrapolated with the one at 2h: 4/3 of the one less 1/3 of the other.</summary>
    /// <returns>The derivative, or null where x has no four finite neighbours at those distances.</returns>
    public static Estimate? FourthOrder(Span<double> input, int at, double h, Func<double> objective)
    {
        if (SecondOrder(input, at, h, objective) is { } near && SecondOrder(input, at, 2 * h, objective) is { } far)
        {
            return new Estimate(near.Value + (near.Value - far.Value) / 3, Math.Max(near.Rounding, far.Rounding));
        }

        return null;
    }

    private static bool Steps(double x, double h, out double down, out double up)
    {
        (down, up) = (x - h, x + h);
        return double.IsFinite(down) && double.IsFinite(up) && down < x && x < up;
    }

    private static (double Above, double Below) Around(Span<double> input, int at, double down, double up, Func<double> objective)
    {
        double x = input[at];
        try
        {
            input[at] = up;
            double above = objective();
            input[at] = down;
            return (above, objective());
        }
        finally
        {
            input[at] = x;
        }
    }

    private static double Rounding(double above, double below)
    {
        double size = Math.Max(1, Math.Max(Math.Abs(above), Math.Abs(below)));
        return double.IsFinite(size) ? RoundingFactor * Epsilon * size : 0;
    }
}
