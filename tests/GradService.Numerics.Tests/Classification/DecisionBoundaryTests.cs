using CsCheck;
using GradService.Numerics.Classification;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Classification;

public sealed class DecisionBoundaryTests
{
    private static readonly BoundaryPlane Unit = new(0, 1, 0, 4, -2, 4);

    private static DecisionBoundary Of(double[] coef, double[] intercept, int features, double threshold = 0.5) =>
        DecisionBoundary.Of<double>(coef, intercept, new LinearClassifier(features, coef.Length / features), threshold);

    [Theory]
    [InlineData(0.5, 2.49193460419288)]
    [InlineData(0.7, 3.33302243157487)]
    public void The_worked_answers_line_is_found(double threshold, double atZero)
    {
        var answer = WorkedAnswers.Item("4_logistic");
        double[] coef = answer.GetProperty("sklearn_l2_C1").GetProperty("coef").Flat();
        double intercept = answer.GetProperty("sklearn_l2_C1").GetProperty("intercept").GetDouble();
        DecisionBoundary boundary = Of(coef, [intercept], 2, threshold);
        BoundarySegment piece = Assert.Single(boundary.Segments(Unit, [0, 0]));
        double slope = (piece.Y2 - piece.Y1) / (piece.X2 - piece.X1);
        Assert.Equal(answer.GetProperty("boundary").GetProperty("slope").GetDouble(), slope, 1e-12);
        Assert.Equal(atZero, piece.X1 < piece.X2 ? piece.Y1 : piece.Y2, 1e-12);
        Assert.Equal((0.0, 4.0), (Math.Min(piece.X1, piece.X2), Math.Max(piece.X1, piece.X2)));
        var distances = new double[1];
        boundary.Distances<double>([.5, 1.2], distances);
        if (threshold == 0.5)
        {
            Assert.Equal(answer.GetProperty("boundary").GetProperty("distance_of_point0").GetDouble(), distances[0], 1e-12);
        }
    }

    [Fact]
    public void Every_point_of_a_segment_has_the_threshold_as_probability() =>
        Gen.Select(Gen.Double[-3, 3].Array[4], Gen.Double[-3, 3], Gen.Double[0.05, 0.95], Gen.Double[-2, 2].Array[4]).Sample((coef, intercept, threshold, fixedValues) =>
        {
            var plane = new BoundaryPlane(3, 1, -5, 5, -4, 6);
            foreach (BoundarySegment piece in Of(coef, [intercept], 4, threshold).Segments(plane, fixedValues))
            {
                foreach (double share in new[] { 0, 0.3, 1 })
                {
                    double[] point = [.. fixedValues];
                    point[3] = piece.X1 + (share * (piece.X2 - piece.X1));
                    point[1] = piece.Y1 + (share * (piece.Y2 - piece.Y1));
                    double z = intercept + coef.Zip(point, (w, x) => w * x).Sum();
                    Assert.Equal(threshold, 1 / (1 + Math.Exp(-z)), 1e-12);
                    Assert.InRange(point[3], -5 - 1e-12, 5 + 1e-12);
                    Assert.InRange(point[1], -4 - 1e-12, 6 + 1e-12);
                }
            }
        });

    [Fact]
    public void A_segment_of_several_classes_parts_the_two_most_probable() =>
        Gen.Select(Gen.Double[-3, 3].Array[8], Gen.Double[-3, 3].Array[4]).Sample((coef, intercept) =>
        {
            DecisionBoundary boundary = Of(coef, intercept, 2);
            Assert.Equal(6, boundary.Pairs.Count);
            foreach (BoundarySegment piece in boundary.Segments(new BoundaryPlane(0, 1, -3, 3, -3, 3), [0, 0]))
            {
                (double x, double y) = ((piece.X1 + piece.X2) / 2, (piece.Y1 + piece.Y2) / 2);
                double[] scores = [.. Enumerable.Range(0, 4).Select(k => (coef[2 * k] * x) + (coef[(2 * k) + 1] * y) + intercept[k])];
                (int first, int second) = boundary.Pairs[piece.Pair];
                Assert.Equal(scores[first], scores[second], 1e-9);
                Assert.Equal(scores.Max(), scores[first], 1e-9);
            }
        });

    [Fact]
    public void The_regions_fill_the_box() => Gen.Select(Gen.Double[-3, 3].Array[6], Gen.Double[-3, 3].Array[3]).Sample((coef, intercept) =>
    {
        var plane = new BoundaryPlane(0, 1, -2, 3, -1, 2);
        DecisionBoundary boundary = Of(coef, intercept, 2);
        Assert.Equal(15, Enumerable.Range(0, 3).Sum(label => Area(boundary.Region(plane, [0, 0], label))), 1e-9);
        DecisionBoundary binary = Of(coef[..2], intercept[..1], 2, 0.3);
        Assert.Equal(15, Area(binary.Region(plane, [0, 0], 0)) + Area(binary.Region(plane, [0, 0], 1)), 1e-9);
    });

    [Fact]
    public void A_vertical_line_is_one_like_any_other()
    {
        BoundarySegment piece = Assert.Single(Of([2, 0], [-3], 2).Segments(Unit, [0, 0]));
        Assert.Equal((1.5, 1.5), (piece.X1, piece.X2));
        Assert.Equal([-2, 4], new[] { piece.Y1, piece.Y2 }.Order());
    }

    [Fact]
    public void Without_weights_there_is_no_boundary_and_the_distance_is_infinite()
    {
        DecisionBoundary boundary = Of([0, 0], [-1], 2);
        Assert.Empty(boundary.Segments(Unit, [0, 0]));
        var distances = new double[2];
        boundary.Distances<double>([1, 2, 3, 4], distances);
        Assert.Equal([double.NegativeInfinity, double.NegativeInfinity], distances);
        Of([0, 0], [0], 2).Distances<double>([1, 2, 3, 4], distances);
        Assert.Equal([0, 0], distances);
    }

    [Fact]
    public void A_boundary_outside_the_bounds_has_no_segments() => Assert.Empty(Of([1, 0], [-9], 2).Segments(Unit, [0, 0]));

    [Theory]
    [InlineData(1e200)]
    [InlineData(1e-200)]
    public void Huge_and_tiny_weights_keep_their_boundary(double scale)
    {
        DecisionBoundary boundary = Of([3 * scale, 4 * scale], [-5 * scale], 2);
        var distances = new double[1];
        boundary.Distances<double>([0, 0], distances);
        Assert.Equal(-1, distances[0], 1e-15);
        Assert.Single(boundary.Segments(Unit, [0, 0]));
    }

    [Theory]
    [InlineData("xAxis", 2, 1, 0, 1, 0, 1)]
    [InlineData("xAxis", -1, 1, 0, 1, 0, 1)]
    [InlineData("yAxis", 0, 0, 0, 1, 0, 1)]
    [InlineData("bounds", 0, 1, 1, 1, 0, 1)]
    [InlineData("bounds", 0, 1, 0, double.NaN, 0, 1)]
    [InlineData("bounds", 0, 1, double.MinValue, double.MaxValue, 0, 1)]
    public void A_plane_that_is_none_is_refused(string operand, int xAxis, int yAxis, double xMin, double xMax, double yMin, double yMax) =>
        Assert.Equal(operand, Assert.Throws<OperandException>(() => Of([1, 1], [0], 2).Segments(new BoundaryPlane(xAxis, yAxis, xMin, xMax, yMin, yMax), [0, 0])).Operand);

    [Fact]
    public void A_threshold_outside_its_range_or_for_several_classes_is_refused()
    {
        Assert.Equal("threshold", Assert.Throws<OperandException>(() => Of([1, 1], [0], 2, 1)).Operand);
        Assert.Equal("threshold", Assert.Throws<OperandException>(() => Of([1, 1], [0], 2, double.NaN)).Operand);
        Assert.Equal("threshold", Assert.Throws<OperandException>(() => Of([1, 1, 2, 2, 3, 3], [0, 0, 0], 2, 0.7)).Operand);
        Assert.Equal("coef", Assert.Throws<OperandException>(() => Of([1, double.NaN], [0], 2)).Operand);
    }

    private static double Area(IReadOnlyList<(double X, double Y)> corners) =>
        Math.Abs(corners.Select((corner, i) => (corner.X * corners[(i + 1) % corners.Count].Y) - (corners[(i + 1) % corners.Count].X * corner.Y)).Sum()) / 2;

    [Fact]
    public void Of_too_many_classes_no_pairs_are_laid_out()
    {
        OperandException error = Assert.Throws<OperandException>(() => Of(new double[2 * 5000], new double[5000], 2));
        Assert.StartsWith("5000 classes make 12497500 pairs, each with a normal of 2 numbers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_search_for_segments_can_be_stopped()
    {
        DecisionBoundary boundary = Of([1, 0, 0, 1, -1, -1], [0, 0, 0], 2);
        Assert.Throws<OperationCanceledException>(() => boundary.Segments(Unit, [0, 0], new Execution(1, new CancellationToken(canceled: true))));
    }
}
