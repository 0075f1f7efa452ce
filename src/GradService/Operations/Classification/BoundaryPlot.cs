extern alias Plotting;

using System.Globalization;
using System.Text;
using GradService.Numerics.Classification;
using Plotting::ScottPlot;
using Plotting::ScottPlot.Plottables;

namespace GradService.Operations.Classification;

/// <summary>What a plot of a decision boundary shows.</summary>
internal sealed record BoundaryScene
{
    public required DecisionBoundary Boundary { get; init; }

    public required BoundaryPlane Plane { get; init; }

    /// <summary>The values of all features; those of the two axes are not looked at.</summary>
    public required double[] FixedValues { get; init; }

    public required IReadOnlyList<BoundarySegment> Segments { get; init; }

    /// <summary>The samples as points of the plane, with their class; null for one without.</summary>
    public required IReadOnlyList<(double X, double Y, int? Label)> Points { get; init; }

    public required Func<int, string> FeatureName { get; init; }

    public required Func<int, string> ClassName { get; init; }

    public required string BoundaryName { get; init; }

    public required string Title { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }
}

/// <summary>
/// Draws a decision boundary: regions, line, points and legend. Each class has a colour of the Okabe-Ito palette, which people with any kind of
/// colour blindness can tell apart (M. Okabe and K. Ito, Color Universal Design, 2008), and a marker of its own besides.
/// </summary>
internal static class BoundaryPlot
{
    public const string Png = "image/png";
    public const string Svg = "image/svg+xml";

    private const double RegionOpacity = 0.22;
    private const float MarkerSize = 8;

    // Below it a legend at the side would leave the plot no room.
    private const int NarrowWidth = 600;
    private const int LongestName = 40;
    private const string Unlabelled = "#595959";

    private static readonly string[] Palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442"];

    // Of five shapes and seven colours every pair is different for the first 35 classes.
    private static readonly MarkerShape[] Shapes =
        [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond, MarkerShape.FilledTriangleDown];

    // A font of our own: a container has none, and then the plot would have no letters.
    private const string FontName = "DejaVu Sans";

    static BoundaryPlot() => Fonts.AddFontFile(FontName, Path.Combine(AppContext.BaseDirectory, "Fonts", "DejaVuSans.ttf"));

    public static ReadOnlyMemory<byte> Draw(BoundaryScene scene, string mediaType)
    {
        using var plot = new Plot();
        AddRegions(plot, scene);
        AddPoints(plot, scene);
        AddLines(plot, scene);
        plot.Axes.SetLimits(scene.Plane.XMin, scene.Plane.XMax, scene.Plane.YMin, scene.Plane.YMax);
        bool narrow = scene.Width < NarrowWidth;
        plot.XLabel(Short(scene.FeatureName(scene.Plane.XAxis)));
        plot.YLabel(Short(scene.FeatureName(scene.Plane.YAxis)));
        plot.Title(scene.Title, narrow ? 12 : 16);
        plot.HideGrid();
        plot.Legend.Orientation = narrow ? Orientation.Horizontal : Orientation.Vertical;
        plot.ShowLegend(narrow ? Edge.Bottom : Edge.Right);
        plot.Font.Set(FontName);
        return mediaType == Svg
            ? Encoding.UTF8.GetBytes(plot.GetSvgXml(scene.Width, scene.Height))
            : plot.GetImageBytes(scene.Width, scene.Height, ImageFormat.Png);
    }

    private static void AddRegions(Plot plot, BoundaryScene scene)
    {
        for (int label = 0; label < scene.Boundary.Classifier.Classes; label++)
        {
            Coordinates[] corners = [.. scene.Boundary.Region(scene.Plane, scene.FixedValues, label).Select(corner => new Coordinates(corner.X, corner.Y))];
            if (corners.Length > 0)
            {
                Polygon region = plot.Add.Polygon(corners);
                region.FillColor = ColorOf(label).WithAlpha(RegionOpacity);
                region.LineWidth = 0;
                region.LegendText = $"predicted {Short(scene.ClassName(label))}";
            }
        }
    }

    private static void AddPoints(Plot plot, BoundaryScene scene)
    {
        foreach (IGrouping<int?, (double X, double Y, int? Label)> group in scene.Points.GroupBy(point => point.Label).OrderBy(group => group.Key))
        {
            Markers points = plot.Add.Markers(group.Select(point => new Coordinates(point.X, point.Y)).ToArray());
            points.MarkerShape = group.Key is { } label ? Shapes[label % Shapes.Length] : MarkerShape.FilledCircle;
            points.MarkerSize = MarkerSize;
            points.MarkerFillColor = group.Key is { } own ? ColorOf(own) : Color.FromHex(Unlabelled);
            points.MarkerLineColor = Colors.Black;
            points.MarkerLineWidth = 0.8f;
            points.LegendText = group.Key is { } named ? Short(scene.ClassName(named)) : "samples";
        }
    }

    private static void AddLines(Plot plot, BoundaryScene scene)
    {
        bool named = false;
        foreach (BoundarySegment segment in scene.Segments)
        {
            LinePlot line = plot.Add.Line(segment.X1, segment.Y1, segment.X2, segment.Y2);
            line.LineColor = Colors.Black;
            line.LineWidth = 2.5f;
            line.MarkerSize = 0;
            line.LegendText = named ? string.Empty : scene.BoundaryName;
            named = true;
        }
    }

    private static Color ColorOf(int label) => Color.FromHex(Palette[label % Palette.Length]);

    private static string Short(string name) => name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";

    /// <summary>A number as it is written in a title.</summary>
    public static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
