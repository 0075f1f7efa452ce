using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Classification;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Classification;

/// <summary>The plane that a boundary is looked at in: its two axes and bounds, and where the other features stand.</summary>
internal static class BoundaryView
{
    // What a plot shows beyond the samples, of their extent.
    private const double Margin = 0.08;

    /// <summary>The values of all features: those sent, or the means over the samples, or 0.</summary>
    public static double[] FixedValues<T>(LogisticBoundaryRequest request, Tensor<T>? features, int count, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (request.Fixed is { } given)
        {
            Require.Shape(given.Shape, "fixed", new Shape(count), "one value for each feature; those of x_axis and y_axis are not looked at");
            double[] values = Doubles(run.Floats<T>(given, "fixed"), run.Scope);
            int wrong = Array.FindIndex(values, value => !double.IsFinite(value));
            return wrong < 0 ? values : throw new OperandException("fixed", $"{values[wrong]} was found; expected finite numbers.", wrong);
        }

        var means = new double[count];
        for (int f = 0; f < count && features is not null; f++)
        {
            (double sum, long finite) = (0, 0);
            for (int at = f; at < features.Length; at += count)
            {
                double value = double.CreateTruncating(features.Span[at]);
                (sum, finite) = double.IsFinite(value) ? (sum + value, finite + 1) : (sum, finite);
            }

            means[f] = finite == 0 ? 0 : sum / finite;
        }

        return means;
    }

    /// <summary>The axes and bounds: those sent, or what the samples take up and a little more.</summary>
    public static BoundaryPlane Plane<T>(LogisticBoundaryRequest request, Tensor<T>? features, int count, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (request.Bounds is { } bounds)
        {
            if (bounds.Length != 4)
            {
                throw new OperandException("bounds", $"Shape {bounds.Shape} was found; expected [4]: x_min, x_max, y_min, y_max.");
            }

            double[] box = Doubles(run.Floats<T>(bounds), run.Scope);
            return new BoundaryPlane(request.XAxis, request.YAxis, box[0], box[1], box[2], box[3]);
        }

        (double xMin, double xMax) = Range(features, count, request.XAxis);
        (double yMin, double yMax) = Range(features, count, request.YAxis);
        return new BoundaryPlane(request.XAxis, request.YAxis, xMin, xMax, yMin, yMax);
    }

    /// <summary>The few elements of a request's or an answer's tensor in FP64.</summary>
    public static double[] Doubles(Tensor tensor, TensorScope memory) => tensor.ToFloating<double>(memory, "features").Span.ToArray();

    private static (double Least, double Most) Range<T>(Tensor<T>? features, int count, int feature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (double least, double most) = (double.PositiveInfinity, double.NegativeInfinity);
        for (int at = feature; features is not null && feature >= 0 && feature < count && at < features.Length; at += count)
        {
            double value = double.CreateTruncating(features.Span[at]);
            (least, most) = double.IsFinite(value) ? (Math.Min(least, value), Math.Max(most, value)) : (least, most);
        }

        if (least > most)
        {
            return (-1, 1);
        }

        double margin = most > least ? Margin * (most - least) : Math.Max(1, Math.Abs(most));
        return (least - margin, most + margin);
    }
}
