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
            double[] values = Doubles(run.Floats<T>(given));
            int wrong = Array.FindIndex(values, value => !double.IsFinite(value));
            return wrong < 0 ? values : throw new OperandException("fixed", $"{values[wrong]} was found; expected finite numbers.", wrong);
        }

        var means = new double[count];
        double[] samples = features is null ? [] : Doubles(features);
        for (int f = 0; f < count && samples.Length > 0; f++)
        {
            means[f] = Enumerable.Range(0, samples.Length / count).Select(i => samples[(i * count) + f]).Where(double.IsFinite).DefaultIfEmpty(0).Average();
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

            double[] box = Doubles(run.Floats<T>(bounds));
            return new BoundaryPlane(request.XAxis, request.YAxis, box[0], box[1], box[2], box[3]);
        }

        double[] samples = features is null ? [] : Doubles(features);
        (double xMin, double xMax) = Range(samples, count, request.XAxis);
        (double yMin, double yMax) = Range(samples, count, request.YAxis);
        return new BoundaryPlane(request.XAxis, request.YAxis, xMin, xMax, yMin, yMax);
    }

    /// <summary>The elements of a request's or an answer's tensor in FP64.</summary>
    public static double[] Doubles(Tensor tensor)
    {
        using var scope = new TensorScope(MemoryBudget.Unlimited);
        return tensor.ToFloating<double>(scope, "features").Span.ToArray();
    }

    private static (double Least, double Most) Range(double[] samples, int count, int feature)
    {
        double[] values = feature < 0 || feature >= count ? [] : [.. Enumerable.Range(0, samples.Length / count).Select(i => samples[(i * count) + feature]).Where(double.IsFinite)];
        if (values.Length == 0)
        {
            return (-1, 1);
        }

        (double least, double most) = (values.Min(), values.Max());
        double margin = most > least ? Margin * (most - least) : Math.Max(1, Math.Abs(most));
        return (least - margin, most + margin);
    }
}
