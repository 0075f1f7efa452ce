using GradService.Numerics.Classification;

namespace GradService.Operations.Classification;

/// <summary>Gathers from a request and its answer what a plot of the boundary shows.</summary>
internal static class BoundaryPicture
{
    public static ReadOnlyMemory<byte> Draw(LogisticBoundaryRequest request, LogisticBoundaryResponse response, string mediaType)
    {
        double[] coef = BoundaryView.Doubles(request.Coef);
        var classifier = new LinearClassifier(request.Coef.Shape[-1], request.Coef.Shape.Rank == 1 ? 1 : request.Coef.Shape[0]);
        DecisionBoundary boundary = DecisionBoundary.Of<double>(coef, request.Intercept is null ? [] : BoundaryView.Doubles(request.Intercept), classifier, request.Threshold);
        double[] box = BoundaryView.Doubles(response.Bounds);
        var plane = new BoundaryPlane(request.XAxis, request.YAxis, box[0], box[1], box[2], box[3]);
        double[] fixedValues = BoundaryView.Doubles(response.Fixed);
        return BoundaryPlot.Draw(
            new BoundaryScene
            {
                Boundary = boundary,
                Plane = plane,
                FixedValues = fixedValues,
                Segments = boundary.Segments(plane, fixedValues),
                Points = Points(request, plane),
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

    private static List<(double X, double Y, int? Label)> Points(LogisticBoundaryRequest request, BoundaryPlane plane)
    {
        var points = new List<(double X, double Y, int? Label)>();
        if (request.Features is null)
        {
            return points;
        }

        double[] features = BoundaryView.Doubles(request.Features);
        double[]? labels = request.Labels is null ? null : BoundaryView.Doubles(request.Labels);
        int count = request.Features.Shape[-1];
        for (int i = 0; (i + 1) * count <= features.Length; i++)
        {
            (double x, double y) = (features[(i * count) + plane.XAxis], features[(i * count) + plane.YAxis]);
            if (double.IsFinite(x) && double.IsFinite(y))
            {
                points.Add((x, y, labels is null ? null : (int)labels[i]));
            }
        }

        return points;
    }
}
