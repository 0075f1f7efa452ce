using System.Globalization;

namespace GradService.Numerics.Checking;

/// <summary>Holds an analytic gradient against central finite differences in FP64.</summary>
public static class GradientCheck
{
    /// <summary>The step when none is given, in units of max(1, |x|).</summary>
    public const double DefaultStep = 1e-6;

    /// <summary>The tolerance when none is given.</summary>
    public const double DefaultTolerance = 1e-6;

    /// <summary>Inputs with more elements than this are checked at a sample of positions.</summary>
    public const int LargestWhole = 10_000;

    /// <summary>How many positions such a sample has, beside that of the largest analytic gradient.</summary>
    public const int SampleSize = 256;

    /// <summary>Compares the gradient of one input.</summary>
    /// <param name="input">The input, changed in place one element at a time and given back as it was, whatever happens.</param>
    /// <param name="analytic">The gradient to be checked, of the input's length.</param>
    /// <param name="objective">The scalar the gradient is of; it reads <paramref name="input"/> and must give the same value for the same input.</param>
    /// <param name="step">The step h, in units of max(1, |x|); finite and above 0.</param>
    /// <param name="tolerance">The error allowed, relative to the gradient; finite and at least 0.</param>
    /// <param name="cancellation">Looked at before each position.</param>
    /// <exception cref="OperandException">The step or the tolerance is out of range.</exception>
    /// <remarks>
    /// <para>A position agrees when |a - n| is at most tolerance * max(s, |a|, |n|) + 16 eps max(1, |f|) / h. Here s is the largest
    /// |analytic| of the input, but at most 1: a mean over a million elements has gradients of 1e-6, and measured against 1
    /// alone they would all pass as 0. The second term is what rounding in f comes to after division by h.</para>
    /// <para>n is (f(x + h) - f(x - h)) over the distance of the two points as represented. Where that does not agree, the
    /// fourth-order difference over four points is asked, with the same step and with one of 1e-3, and the closest of the three
    /// counts: the first errs by h² f''' / 6, which is too much at a large |x|, and by rounding, which is too much in a long sum.
    /// A wrong gradient agrees with none of them.</para>
    /// <para>Near 0 a step of h may be larger than the scale on which f changes, as in log x: there a step of h |x| is tried, too, if
    /// rounding leaves it as exact as the tolerance asks.</para>
    /// <para>Where nothing agrees, the slopes to both sides are looked at. At a kink, such as the edge of a clip, these differ however small the
    /// step; a gradient that equals one of them or lies between them passes there, and the result counts such positions.</para>
    /// <para>NaN agrees with nothing. An element that is not finite, or so large that it has no
    /// neighbours to step to, is not compared and not counted as checked. The sample of a large input is drawn with a fixed seed:
    /// the same positions every time.</para>
    /// </remarks>
    public static GradientCheckResult Evaluate(
        Span<double> input,
        ReadOnlySpan<double> analytic,
        Func<double> objective,
        double step = DefaultStep,
        double tolerance = DefaultTolerance,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        CheckSettings(step, tolerance);
        if (analytic.Length != input.Length)
        {
            throw new ArgumentException($"The input has {input.Length} elements and its gradient {analytic.Length}.", nameof(analytic));
        }

        double largest = SamplePositions.LargestMagnitude(analytic, out int largestAt);
        double scale = double.IsFinite(largest) ? largest : 0;
        var worst = new Comparison(double.NaN, double.NaN, 0, -1);
        (int position, int compared, bool passed, double absolute, double relative) = (-1, 0, true, 0.0, 0.0);
        (int kinks, int firstKink) = (0, -1);
        foreach (int at in SamplePositions.Choose(input.Length, largestAt))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Compare(input, at, analytic[at], objective, step, tolerance, Math.Min(1, scale)) is not { } found)
            {
                continue;
            }

            compared++;
            if (found.AtKink)
            {
                firstKink = kinks++ == 0 ? at : firstKink;
            }

            passed &= found.Agrees;
            absolute = Math.Max(absolute, found.Error);
            relative = Math.Max(relative, found.RelativeTo(scale));
            if (found.Excess > worst.Excess)
            {
                (worst, position) = (found, at);
            }
        }

        passed &= compared > 0 || input.IsEmpty;
        return new GradientCheckResult(passed, absolute, relative, position, worst.Analytic, worst.Numeric, compared, input.Length, kinks, firstKink);
    }

    private static Comparison? Compare(
        Span<double> input, int at, double analytic, Func<double> objective, double step, double tolerance, double scale)
    {
        double h = step * Math.Max(1, Math.Abs(input[at]));
        if (CentralDifference.SecondOrder(input, at, h, objective) is not { } first)
        {
            return null;
        }

        Comparison best = Comparison.Of(analytic, first, tolerance, scale);
        double close = step * Math.Abs(input[at]);
        foreach (double other in (ReadOnlySpan<double>)[h, Math.Max(CentralDifference.WideStep, step), close])
        {
            if (!best.Agrees && CentralDifference.FourthOrder(input, at, other, objective) is { } estimate && (other != close || IsExact(analytic, estimate, tolerance)))
            {
                Comparison second = Comparison.Of(analytic, estimate, tolerance, scale);
                best = second.Excess < best.Excess ? second : best;
            }
        }

        foreach (double other in (ReadOnlySpan<double>)[h, close])
        {
            if (!best.Agrees && CentralDifference.Kink(input, at, other, objective) is var (lowest, highest) && (other != close || IsExact(analytic, highest, tolerance)))
            {
                Estimate nearest = analytic <= lowest.Value ? lowest : analytic >= highest.Value ? highest : new Estimate(analytic, 0);
                Comparison sided = Comparison.Of(analytic, nearest, tolerance, scale) with { AtKink = true };
                best = sided.Agrees ? sided : best;
            }
        }

        return best;
    }

    // A step closer than h is only worth its answer if rounding does not drown what the tolerance would find.
    private static bool IsExact(double analytic, Estimate estimate, double tolerance) =>
        estimate.Rounding <= tolerance * Math.Max(Math.Abs(analytic), Math.Abs(estimate.Value));

    private static void CheckSettings(double step, double tolerance)
    {
        if (!(step > 0) || double.IsInfinity(step))
        {
            throw new OperandException(nameof(step), string.Create(CultureInfo.InvariantCulture, $"The step is {step}; it must be a finite number above 0."));
        }

        if (!(tolerance >= 0) || double.IsInfinity(tolerance))
        {
            throw new OperandException(nameof(tolerance), string.Create(CultureInfo.InvariantCulture, $"The tolerance is {tolerance}; it must be a finite number of at least 0."));
        }
    }
}
