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

    /// <summary>
    /// The slopes to both sides of a point where the objective bends, widened to what lies between them. Where it bends the gap between the
    /// slopes stays while the step shrinks; where it is only curved the gap shrinks with the step, and where it jumps the gap grows.
    /// </summary>
    /// <returns>The lowest and the highest slope, or null where there is no kink at x, or not the neighbours to tell.</returns>
    public static (Estimate Lowest, Estimate Highest)? Kink(Span<double> input, int at, double h, Func<double> objective)
    {
        const double Finer = 8;
        double here = objective();
        if (Sides(input, at, h, here, objective) is not { } wide || Sides(input, at, h / Finer, here, objective) is not { } near)
        {
            return null;
        }

        double gap = Math.Abs(wide.Above - wide.Below), nearGap = Math.Abs(near.Above - near.Below);
        if (!(gap > near.Rounding && nearGap > 0.5 * gap && nearGap < 2 * gap))
        {
            return null;
        }

        // (-3 f(x) + 4 f(x + h) - f(x + 2h)) / 2h is the slope without the curvature.
        if (Sides(input, at, 2 * h, here, objective) is not { } far)
        {
            return null;
        }

        double[] slopes = [wide.Below, wide.Above, (2 * wide.Below) - far.Below, (2 * wide.Above) - far.Above];
        return (new Estimate(slopes.Min(), wide.Rounding), new Estimate(slopes.Max(), wide.Rounding));
    }

    private static (double Below, double Above, double Rounding)? Sides(Span<double> input, int at, double h, double here, Func<double> objective)
    {
        if (!Steps(input[at], h, out double down, out double up))
        {
            return null;
        }

        double x = input[at];
        (double above, double below) = Around(input, at, down, up, objective);
        return ((here - below) / (x - down), (above - here) / (up - x), 4 * Rounding(above, below) / h);
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
