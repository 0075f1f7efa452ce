extern alias Plotting;

using System.Globalization;
using Plotting::ScottPlot;
using Plotting::ScottPlot.TickGenerators;

namespace GradService.Benchmarks.Growth;

/// <summary>A plot with both axes logarithmic, where what grows in proportion is a straight line at 45 degrees.</summary>
internal static class LogLogPlot
{
    private const int Width = 720;
    private const int Height = 480;
    private const double FewDecades = 2.5;
    private const string FontName = "DejaVu Sans";

    static LogLogPlot() => Fonts.AddFontFile(FontName, Path.Combine(AppContext.BaseDirectory, "Fonts", "DejaVuSans.ttf"));

    /// <summary>Draws and saves a plot.</summary>
    /// <param name="file">A PNG.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="across">The horizontal axis.</param>
    /// <param name="up">The vertical axis.</param>
    /// <param name="lines">Each line's name and points, all above 0.</param>
    public static void Save(string file, string title, string across, string up, IEnumerable<(string Name, IReadOnlyList<(double X, double Y)> Points)> lines)
    {
        using var plot = new Plot();
        var xs = new List<double>();
        var ys = new List<double>();
        foreach ((string name, IReadOnlyList<(double X, double Y)> points) in lines)
        {
            double[] x = [.. points.Select(point => Math.Log10(point.X))];
            double[] y = [.. points.Select(point => Math.Log10(point.Y))];
            xs.AddRange(x);
            ys.AddRange(y);
            var line = plot.Add.Scatter(x, y);
            line.LegendText = name;
            line.LineWidth = 2;
            line.MarkerSize = 7;
        }

        plot.Axes.Bottom.TickGenerator = Ticks(xs);
        plot.Axes.Left.TickGenerator = Ticks(ys);
        plot.Title(title, 16);
        plot.XLabel(across);
        plot.YLabel(up);
        plot.ShowLegend(Alignment.UpperLeft);
        plot.Font.Set(FontName);
        plot.SavePng(file, Width, Height);
    }

    // Powers of ten have their number; where they are few, twice and five times as much have theirs too.
    private static NumericManual Ticks(List<double> logarithms)
    {
        int from = (int)Math.Floor(logarithms.Min());
        int to = (int)Math.Ceiling(logarithms.Max());
        int[] numbered = logarithms.Max() - logarithms.Min() < FewDecades ? [1, 2, 5] : [1];
        var ticks = new NumericManual();
        for (int power = from; power <= to; power++)
        {
            for (int times = 1; times < 10; times++)
            {
                double value = times * Math.Pow(10, power);
                if (numbered.Contains(times))
                {
                    ticks.AddMajor(Math.Log10(value), value.ToString(value is >= 1 and < 1e5 ? "N0" : "G3", CultureInfo.InvariantCulture));
                }
                else
                {
                    ticks.AddMinor(Math.Log10(value));
                }
            }
        }

        return ticks;
    }
}
