extern alias Plotting;

using Plotting::ScottPlot;
using Plotting::ScottPlot.TickGenerators;

namespace GradService.Benchmarks.Growth;

/// <summary>A plot with both axes logarithmic, where what grows in proportion is a straight line at 45 degrees.</summary>
internal static class LogLogPlot
{
    private const int Width = 720;
    private const int Height = 480;
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
        foreach ((string name, IReadOnlyList<(double X, double Y)> points) in lines)
        {
            double[] logarithms = [.. points.Select(point => Math.Log10(point.X))];
            var line = plot.Add.Scatter(logarithms, points.Select(point => Math.Log10(point.Y)).ToArray());
            line.LegendText = name;
            line.LineWidth = 2;
            line.MarkerSize = 7;
        }

        plot.Axes.Bottom.TickGenerator = Decades();
        plot.Axes.Left.TickGenerator = Decades();
        plot.Title(title, 16);
        plot.XLabel(across);
        plot.YLabel(up);
        plot.ShowLegend(Alignment.UpperLeft);
        plot.Font.Set(FontName);
        plot.SavePng(file, Width, Height);
    }

    private static NumericAutomatic Decades() => new()
    {
        MinorTickGenerator = new LogMinorTickGenerator(),
        IntegerTicksOnly = true,
        LabelFormatter = value => Math.Pow(10, value).ToString("G3", System.Globalization.CultureInfo.InvariantCulture),
    };
}
