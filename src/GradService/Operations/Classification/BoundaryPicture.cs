using GradService.Numerics.Classification;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Classification;

/// <summary>Gathers from a request and its answer what a plot of the boundary shows.</summary>
internal static class BoundaryPicture
{
    // A point in the list, and again in what the plot keeps of it.
    private const int PointBytes = 64;

    public static ReadOnlyMemory<byte> Draw(LogisticBoundaryRequest request, LogisticBoundaryResponse response, string mediaType, TensorScope memory)
    {
        double[] coef = BoundaryView.Doubles(request.Coef, memory);
        var classifier = new LinearClassifier(request.Coef.Shape[-1], request.Coef.Shape.Rank == 1 ? 1 : request.Coef.Shape[0]);
        DecisionBoundary boundary = DecisionBoundary.Of<double>(coef, request.Intercept is null ? [] : BoundaryView.Doubles(request.Intercept, memory), classifier, request.Threshold);
        double[] box = BoundaryView.Doubles(response.Bounds, memory);
        var plane = new BoundaryPlane(request.XAxis, request.YAxis, box[0], box[1], box[2], box[3]);
        double[] fixedValues = BoundaryView.Doubles(response.Fixed, memory);
        return BoundaryPlot.Draw(
            new BoundaryScene
            {
                Boundary = boundary,
                Plane = plane,
                FixedValues = fixedValues,
                Segments = boundary.Segments(plane, fixedValues),
                Points = Points(request, plane, memory),
                FeatureName = feature => request.FeatureNames?[feature] ?? $"feature {feature}",
                ClassName = label => request.ClassNames?[label] ?? $"class {label}",
                BoundaryName = classifier.IsBinary ? $"p = {BoundaryPlot.Text(request.Threshold)}" : "boundary",
                Title = Title(request, plane, fixedValues),
                Width = request.Width,
                Height = request.Height,
            },
            mediaType);
    }

    private static string Title(LogisticBoundaryRequest request, BoundaryPlane plane, double[] fixedValues)
    {
        string[] others =
        [
            .. Enumerable.Range(0, fixedValues.Length)
                .Where(feature => feature != plane.XAxis && feature != plane.YAxis)
                .Select(feature => $"{request.FeatureNames?[feature] ?? $"feature {feature}"} = {BoundaryPlot.Text(fixedValues[feature])}"),
        ];
        const int Shown = 3;
        string where = others.Length == 0 ? string.Empty
            : others.Length <= Shown ? $" at {string.Join(", ", others)}"
            : $" at {string.Join(", ", others[..Shown])}, and {others.Length - Shown} more";
        return "Decision boundary" + where;
    }

    private static List<(double X, double Y, int? Label)> Points(LogisticBoundaryRequest request, BoundaryPlane plane, TensorScope memory)
    {
        if (request.Features is null)
        {
            return [];
        }

        ReadOnlySpan<double> features = request.Features.ToFloating<double>(memory, "features").Span;
        ReadOnlySpan<int> labels = request.Labels is null ? [] : request.Labels.ToIntegers<int>(memory, "labels").Span;
        int count = request.Features.Shape[-1];
        int samples = count == 0 ? 0 : features.Length / count;
        memory.Reserve((long)samples * PointBytes);
        var points = new List<(double X, double Y, int? Label)>(samples);
        for (int i = 0; i < samples; i++)
        {
            (double x, double y) = (features[(i * count) + plane.XAxis], features[(i * count) + plane.YAxis]);
            if (double.IsFinite(x) && double.IsFinite(y))
            {
                points.Add((x, y, request.Labels is null ? null : labels[i]));
            }
        }

        return points;
    }
}
