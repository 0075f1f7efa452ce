using System.Globalization;
using System.Numerics;

namespace GradService.Numerics.Classification;

/// <summary>
/// Where a linear classifier changes its mind: the hyperplane of two classes, or one for each pair of several. All in FP64, from the model
/// alone: a boundary is a property of coefficients and threshold, not of the samples.
/// </summary>
public sealed class DecisionBoundary
{
    /// <summary>The most numbers that the normals of all pairs may hold together: 128 MB.</summary>
    public const int MostNormals = 1 << 24;

    private readonly double[] _coef;
    private readonly double[] _intercept;

    private DecisionBoundary(LinearClassifier classifier, double[] coef, double[] intercept)
    {
        Classifier = classifier;
        (_coef, _intercept) = (coef, intercept);
    }

    /// <summary>The model's sizes.</summary>
    public LinearClassifier Classifier { get; }

    /// <summary>The classes that each hyperplane parts, the lower first; (0, 1) alone for two classes.</summary>
    public IReadOnlyList<(int First, int Second)> Pairs { get; private init; } = [];

    /// <summary>The normals, <c>[pairs, F]</c>: towards class 1 of two, towards the first class of a pair of several. Not of unit length.</summary>
    public double[] Normals { get; private init; } = [];

    /// <summary>The offsets, <c>[pairs]</c>: a point x is on the hyperplane where normalᵀx + offset = 0.</summary>
    public double[] Offsets { get; private init; } = [];

    /// <summary>Reads the boundary off a model.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="coef">One row of weights, <c>[F]</c>, or one for each class, <c>[K, F]</c>.</param>
    /// <param name="intercept">One for each row; empty for none.</param>
    /// <param name="classifier">F and the number of rows.</param>
    /// <param name="threshold">t of a binary model, above 0 and below 1: its boundary is wᵀx + b = log(t / (1 - t)). 0.5 for more classes.</param>
    /// <exception cref="OperandException">
    /// The lengths do not fit together, a value is not finite, the threshold is out of range, or there are so many classes that the normals of their pairs hold more than <see cref="MostNormals"/> numbers.
    /// </exception>
    public static DecisionBoundary Of<T>(ReadOnlySpan<T> coef, ReadOnlySpan<T> intercept, LinearClassifier classifier, double threshold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        classifier.CheckModel(coef, intercept);
        double cut = DecisionThreshold.Logit(threshold, classifier);
        double[] weights = Finite(coef, nameof(coef));
        double[] offsets = intercept.IsEmpty ? new double[classifier.Rows] : Finite(intercept, nameof(intercept));
        if (classifier.IsBinary)
        {
            offsets[0] -= cut;
            return new DecisionBoundary(classifier, weights, offsets) { Pairs = [(0, 1)], Normals = weights, Offsets = offsets };
        }

        int features = classifier.Features;
        CheckPairs(classifier);
        var pairs = new List<(int, int)>();
        for (int i = 0; i < classifier.Rows; i++)
        {
            for (int j = i + 1; j < classifier.Rows; j++)
            {
                pairs.Add((i, j));
            }
        }

        var normals = new double[pairs.Count * features];
        for (int pair = 0; pair < pairs.Count; pair++)
        {
            (int i, int j) = pairs[pair];
            for (int f = 0; f < features; f++)
            {
                normals[(pair * features) + f] = weights[(i * features) + f] - weights[(j * features) + f];
            }
        }

        return new DecisionBoundary(classifier, weights, offsets)
        {
            Pairs = pairs,
            Normals = normals,
            Offsets = [.. pairs.Select(pair => offsets[pair.Item1] - offsets[pair.Item2])],
        };
    }

    private static void CheckPairs(LinearClassifier classifier)
    {
        long pairs = classifier.Rows * (classifier.Rows - 1L) / 2;
        if (pairs > MostNormals / Math.Max(1, classifier.Features))
        {
            throw new OperandException(
                "coef",
                $"{classifier.Rows} classes make {pairs} pairs, each with a normal of {classifier.Features} numbers; at most {MostNormals} numbers are answered. Send the rows of the classes that you compare.");
        }
    }

    /// <summary>Computes how far points lie from each hyperplane, in the features' own unit.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="features">The points, <c>[N, F]</c>.</param>
    /// <param name="distances">
    /// Receives (normalᵀx + offset) / |normal|, <c>[N, pairs]</c>: above 0 on the side that the normal points to. Where a normal is zero there is no
    /// hyperplane, and the distance is infinite, with the sign of the side that all points are on.
    /// </param>
    /// <param name="execution">Until when to run.</param>
    public void Distances<T>(ReadOnlySpan<T> features, Span<T> distances, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = Classifier.Features;
        double[] lengths = [.. Enumerable.Range(0, Pairs.Count).Select(Length)];
        for (int at = 0; at < distances.Length; at++)
        {
            (int point, int pair) = Math.DivRem(at, Pairs.Count);
            if (pair == 0)
            {
                execution.Cancellation.ThrowIfCancellationRequested();
            }

            double sum = Offsets[pair];
            for (int f = 0; f < count; f++)
            {
                sum += Normals[(pair * count) + f] * double.CreateTruncating(features[(point * count) + f]);
            }

            distances[at] = T.CreateTruncating(lengths[pair] == 0 && sum == 0 ? 0 : sum / lengths[pair]);
        }
    }

    /// <summary>The length of a normal; 0 where the two classes differ by an offset alone and nothing parts them.</summary>
    /// <param name="pair">The index of the pair.</param>
    public double Length(int pair)
    {
        // Scaled, so that neither huge nor tiny weights leave the range of FP64 when squared.
        ReadOnlySpan<double> normal = Normals.AsSpan(pair * Classifier.Features, Classifier.Features);
        double largest = 0;
        foreach (double weight in normal)
        {
            largest = Math.Max(largest, Math.Abs(weight));
        }

        double sum = 0;
        foreach (double weight in normal)
        {
            sum += largest == 0 ? 0 : weight / largest * (weight / largest);
        }

        return largest * Math.Sqrt(sum);
    }

    /// <summary>The part of the plane's box where a class is the most probable: a convex polygon.</summary>
    /// <param name="plane">The plane and its bounds.</param>
    /// <param name="fixedValues">The values of all features, <c>[F]</c>; those of the two axes are not looked at.</param>
    /// <param name="label">The class.</param>
    /// <returns>The corners in order; none where the class is nowhere the most probable.</returns>
    /// <exception cref="OperandException">An axis is no feature, both are the same, or the bounds are not a box.</exception>
    public IReadOnlyList<(double X, double Y)> Region(BoundaryPlane plane, ReadOnlySpan<double> fixedValues, int label)
    {
        Check(plane);
        List<(double X, double Y)> corners = [(plane.XMin, plane.YMin), (plane.XMax, plane.YMin), (plane.XMax, plane.YMax), (plane.XMin, plane.YMax)];
        if (Classifier.IsBinary)
        {
            HalfPlane positive = Line(Normals, 0, Offsets[0], plane, fixedValues);
            return (label == 1 ? positive : new HalfPlane(-positive.A, -positive.B, -positive.C)).Cut(corners);
        }

        HalfPlane[] scores = Scores(plane, fixedValues);
        for (int k = 0; k < scores.Length && corners.Count > 0; k++)
        {
            corners = k == label ? corners : Above(scores[label], scores[k]).Cut(corners);
        }

        return corners;
    }

    /// <summary>The pieces of the boundary that lie inside the plane's bounds: where the classes of a pair are both the most probable.</summary>
    /// <param name="plane">The plane and its bounds.</param>
    /// <param name="fixedValues">The values of all features, <c>[F]</c>; those of the two axes are not looked at.</param>
    /// <param name="execution">Until when to run.</param>
    /// <exception cref="OperandException">An axis is no feature, both are the same, or the bounds are not a box.</exception>
    public IReadOnlyList<BoundarySegment> Segments(BoundaryPlane plane, ReadOnlySpan<double> fixedValues, Execution execution = default)
    {
        Check(plane);
        HalfPlane[] scores = Classifier.IsBinary ? [] : Scores(plane, fixedValues);
        var segments = new List<BoundarySegment>();
        for (int pair = 0; pair < Pairs.Count; pair++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            HalfPlane line = Line(Normals, pair, Offsets[pair], plane, fixedValues);
            if (!LineClip.TryStart(line, plane, out LineClip clip))
            {
                continue;
            }

            (int i, int j) = Pairs[pair];
            for (int k = 0; k < scores.Length && clip.Length > 0; k++)
            {
                if (k != i && k != j)
                {
                    clip.Keep(Above(scores[i], scores[k]));
                }
            }

            if (clip.Length > 0)
            {
                (double x1, double y1) = clip.From;
                (double x2, double y2) = clip.To;
                segments.Add(new BoundarySegment(pair, x1, y1, x2, y2));
            }
        }

        return segments;
    }

    /// <summary>Refuses a plane that is none.</summary>
    /// <param name="plane">The plane and its bounds.</param>
    /// <exception cref="OperandException">An axis is no feature, both are the same, or the bounds are not a box.</exception>
    public void Check(BoundaryPlane plane)
    {
        CheckAxis(plane.XAxis, "xAxis");
        CheckAxis(plane.YAxis, "yAxis");
        if (plane.XAxis == plane.YAxis)
        {
            throw new OperandException("yAxis", $"{plane.YAxis} is the x axis too; a plane needs two different features.");
        }

        if (!(plane.XMin < plane.XMax && plane.YMin < plane.YMax) || !double.IsFinite(plane.XMax - plane.XMin) || !double.IsFinite(plane.YMax - plane.YMin))
        {
            throw new OperandException(
                "bounds",
                string.Create(CultureInfo.InvariantCulture, $"[{plane.XMin}, {plane.XMax}, {plane.YMin}, {plane.YMax}] is not a box: expected finite [x_min, x_max, y_min, y_max] with x_min < x_max and y_min < y_max."));
        }
    }

    private void CheckAxis(int axis, string name)
    {
        if (axis < 0 || axis >= Classifier.Features)
        {
            throw new OperandException(name, $"{axis} is not a feature: coef has {Quantity.Of(Classifier.Features, "feature", "features")}, numbered from 0 to {Classifier.Features - 1}{(Classifier.Features < 2 ? ", and a plane needs two" : string.Empty)}.");
        }
    }

    // The score of every class as a function of the plane's two coordinates.
    private HalfPlane[] Scores(BoundaryPlane plane, ReadOnlySpan<double> fixedValues)
    {
        var scores = new HalfPlane[Classifier.Rows];
        for (int k = 0; k < scores.Length; k++)
        {
            scores[k] = Line(_coef, k, _intercept[k], plane, fixedValues);
        }

        return scores;
    }

    private static HalfPlane Above(HalfPlane own, HalfPlane other) => new(own.A - other.A, own.B - other.B, own.C - other.C);

    private HalfPlane Line(double[] rows, int row, double offset, BoundaryPlane plane, ReadOnlySpan<double> fixedValues)
    {
        int first = row * Classifier.Features;
        double c = offset;
        for (int f = 0; f < Classifier.Features; f++)
        {
            c += f == plane.XAxis || f == plane.YAxis ? 0 : rows[first + f] * fixedValues[f];
        }

        return new HalfPlane(rows[first + plane.XAxis], rows[first + plane.YAxis], c);
    }

    private static double[] Finite<T>(ReadOnlySpan<T> values, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = double.CreateTruncating(values[i]);
            if (!double.IsFinite(wide[i]))
            {
                throw new OperandException(name, $"{values[i].ToString(null, CultureInfo.InvariantCulture)} was found; a boundary needs finite numbers.", i);
            }
        }

        return wide;
    }
}
