using CsCheck;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tests.Oracles;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Tests.Clustering;

public sealed class AssignmentTests
{
    private static int[] Assign<T>(T[] points, T[] centroids, int dimensions, int threads = 1, int lanes = 0)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var assignments = new int[points.Length / dimensions];
        ClusterPass.Run<T>(points, centroids, dimensions, default, true, assignments, default, null, new Execution(threads), lanes);
        return assignments;
    }

    private static double[] Cloud(int seed, int count, double offset, double spread)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => offset + (spread * ((2 * random.NextDouble()) - 1)))];
    }

    [Fact]
    public void Distances_and_assignments_are_those_of_the_worked_answer()
    {
        var item = WorkedAnswers.Item("2_kmeans");
        double[] points = item.GetProperty("inputs").GetProperty("X").Flat();
        double[] centroids = item.GetProperty("inputs").GetProperty("C").Flat();
        double[] all = item.GetProperty("sq_distances").Flat();
        (int[] assignments, double[] distances) = (new int[7], new double[7]);
        Assignment.Evaluate<double>(points, centroids, 2, assignments, distances);
        Assert.Equal(item.GetProperty("assignments").FlatIndices(), assignments);
        Close.All([.. assignments.Select((k, i) => all[(2 * i) + k])], distances, 1e-15);
    }

    // Sizes cross every width of panel and tile, the depth at which sums are put aside, and their tails.
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 1, 2)]
    [InlineData(7, 3, 9)]
    [InlineData(50, 2, 17)]
    [InlineData(49, 16, 33)]
    [InlineData(97, 31, 64)]
    [InlineData(131, 64, 70)]
    [InlineData(60, 127, 100)]
    [InlineData(60, 129, 130)]
    [InlineData(40, 300, 20)]
    [InlineData(40, 601, 70)]
    [InlineData(60, 33, 140)]
    [InlineData(20, 5, 3000)]
    [InlineData(64, 1, 2)]
    [InlineData(100, 3, 9)]
    [InlineData(150, 9, 20)]
    [InlineData(90, 300, 21)]
    [InlineData(70, 601, 70)]
    public void Every_vector_width_finds_what_the_definition_finds(int count, int dimensions, int clusters)
    {
        foreach (double offset in new[] { 0, 1e4, -3e6 })
        {
            float[] points = Direct.Narrow(Cloud(1, count * dimensions, offset, 1));
            float[] centroids = Direct.Narrow(Cloud(2, clusters * dimensions, offset, 1));
            int[] expected = Direct.Assign(Direct.Wide(points), Direct.Wide(centroids), dimensions);
            foreach (int lanes in new[] { 0, 16, 8, 4 })
            {
                Assert.Equal(expected, Assign(points, centroids, dimensions, lanes: lanes));
                Assert.Equal(expected, Assign(Direct.Wide(points), Direct.Wide(centroids), dimensions, lanes: lanes));
            }
        }
    }

    [Fact]
    public void Points_ten_thousand_from_the_origin_are_assigned_right_in_FP32()
    {
        float[] points = Direct.Narrow(Cloud(3, 20000 * 8, 1e4, 0.05));
        float[] centroids = Direct.Narrow(Cloud(4, 40 * 8, 1e4, 0.05));
        int[] expected = Direct.Assign(Direct.Wide(points), Direct.Wide(centroids), 8);
        Assert.Equal(expected, Assign(points, centroids, 8));

        // The expanded form in FP32, as many programs have it, gets most of them wrong: the case is a real one.
        int wrong = 0;
        for (int i = 0; i < 1000; i++)
        {
            int best = Enumerable.Range(0, 40).MinBy(k =>
            {
                float score = 0;
                for (int d = 0; d < 8; d++)
                {
                    float c = centroids[(k * 8) + d];
                    score += (c * c) - (2 * c * points[(i * 8) + d]);
                }

                return score;
            });
            wrong += best == expected[i] ? 0 : 1;
        }

        Assert.True(wrong > 500, $"{wrong} of 1000");
    }

    [Fact]
    public void A_tie_goes_to_the_lowest_index()
    {
        Assert.Equal([0], Assign<float>([0], [-1, 1], 1));
        Assert.Equal([1], Assign<float>([0], [5, 1, -1, 1], 1));
        Assert.Equal([0, 1, 0], Assign<double>([0, 0, 2, 0, 1, 0], [0, 0, 2, 0], 2));
        var grid = Enumerable.Range(0, 900).SelectMany(i => new[] { 1e4f + (i % 30), 1e4f + (i / 30) }).ToArray();
        var corners = Enumerable.Range(0, 64).SelectMany(k => new[] { 1e4f + (4 * (k % 8)), 1e4f + (4 * (k / 8)) }).ToArray();
        Assert.Equal(Direct.Assign(Direct.Wide(grid), Direct.Wide(corners), 2), Assign(grid, corners, 2));
    }

    [Fact]
    public void Equal_centroids_leave_all_points_to_the_first() => Assert.All(Assign<float>(Direct.Narrow(Cloud(5, 300, 2, 1)), [.. Enumerable.Repeat(1.5f, 3 * 40)], 3), k => Assert.Equal(0, k));

    [Fact]
    public void Near_ties_below_FP32_are_told_apart()
    {
        // Seen from 0 the centroids are 1 and 1 + 2^-23 away, and centring loses what lies below.
        float next = MathF.BitIncrement(1);
        Assert.Equal([1], Assign<float>([0, 0], [next, 1000, 1, 1000], 2));
        Assert.Equal([0], Assign<float>([0, 0], [1, 1000, next, 1000], 2));
    }

    [Theory]
    [InlineData(1e30)]
    [InlineData(1e-30)]
    [InlineData(1e38)]
    [InlineData(1e-42)]
    public void Huge_and_tiny_coordinates_are_measured_all_the_same(double scale)
    {
        float[] points = Direct.Narrow(Cloud(6, 200 * 3, 0, scale));
        float[] centroids = Direct.Narrow(Cloud(7, 25 * 3, 0, scale));
        Assert.Equal(Direct.Assign(Direct.Wide(points), Direct.Wide(centroids), 3), Assign(points, centroids, 3));
    }

    [Fact]
    public void One_centroid_or_point_far_out_spoils_nothing()
    {
        float[] points = Direct.Narrow(Cloud(8, 500 * 4, 0, 1));
        float[] centroids = Direct.Narrow(Cloud(9, 20 * 4, 0, 1));
        (points[0], points[5], centroids[0], centroids[9]) = (1e30f, -3e38f, 3e38f, -1e12f);
        Assert.Equal(Direct.Assign(Direct.Wide(points), Direct.Wide(centroids), 4), Assign(points, centroids, 4));
    }

    [Fact]
    public void What_is_no_number_loses()
    {
        const float NaN = float.NaN, Infinity = float.PositiveInfinity;
        Assert.Equal([1, 1, 0, 1], Assign<float>([0, 5, NaN, Infinity], [NaN, 3], 1));
        Assert.Equal([0, 0], Assign<float>([NaN, Infinity], [1, 3], 1));
        Assert.Equal([1], Assign<float>([2], [Infinity, 3, NaN], 1));
        Assert.Equal([0], Assign<float>([2], [NaN, NaN], 1));
        var distances = new float[2];
        Assignment.Evaluate<float>([NaN, Infinity], [1, 2], 1, new int[2], distances);
        Assert.Equal([NaN, Infinity], distances);
    }

    [Fact]
    public void No_points_have_no_assignments() => Assert.Empty(Assign<float>([], [1, 2], 2));

    [Fact]
    public void Any_number_of_threads_gives_the_same()
    {
        float[] points = Direct.Narrow(Cloud(10, 30000 * 5, 7, 1));
        float[] centroids = Direct.Narrow(Cloud(11, 30 * 5, 7, 1));
        int[] one = Assign(points, centroids, 5);
        Assert.Equal(one, Assign(points, centroids, 5, threads: 2));
        Assert.Equal(one, Assign(points, centroids, 5, threads: 3));
    }

    // What is far longer than most, or closer together than 16 bits tell apart, is found by other means.
    [Theory]
    [InlineData(1, 97, 1000f, 1f)]
    [InlineData(1, 1, 1000f, 1f)]
    [InlineData(3, 50, 1e6f, 1f)]
    [InlineData(1, 100000, 1f, 1e-5f)]
    [InlineData(1, 100000, 1f, 1e-9f)]
    [InlineData(2, 100, 1e-20f, 1e-30f)]
    public void Points_and_centroids_of_unequal_size_are_told_apart(int from, int every, float far, float close)
    {
        const int Dimensions = 32;
        float[] points = Direct.Narrow(Cloud(12, 2000 * Dimensions, 0, 1));
        float[] centroids = Direct.Narrow(Cloud(13, 70 * Dimensions, 0, 1));
        for (int i = from * Dimensions; i < points.Length; i++)
        {
            points[i] *= (i / Dimensions) % every == from ? far : 1;
        }

        for (int i = Dimensions; i < centroids.Length; i++)
        {
            centroids[i] *= close;
        }

        int[] expected = Direct.Assign(Direct.Wide(points), Direct.Wide(centroids), Dimensions);
        Assert.Equal(expected, Assign(points, centroids, Dimensions));
        Assert.Equal(expected, Assign(Direct.Wide(points), Direct.Wide(centroids), Dimensions));
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(7, 20)]
    [InlineData(16, 33)]
    [InlineData(64, 256)]
    [InlineData(201, 100)]
    public unsafe void Candidates_in_16_bits_leave_few_points_to_be_measured(int dimensions, int clusters)
    {
        const int Lanes = 16;
        Assert.SkipUnless(ShortProductTile.IsSupported, "This machine has no AVX-512.");
        float[] points = Direct.Narrow(Cloud(14, 6 * dimensions, 3, 1));
        float[] centroids = Direct.Narrow(Cloud(15, clusters * dimensions, 3, 1));
        var nearest = new int[6];
        fixed (float* p = points, c = centroids)
        fixed (int* n = nearest)
        {
            using var memory = new Scratch(CentroidPanels<float>.Room(clusters, dimensions, Lanes).Count + CoarsePanels<float>.Room(clusters, dimensions).Count, 5);
            Scratch taken = memory;
            var panels = new CentroidPanels<float>(c, clusters, dimensions, Lanes, ref taken);
            var coarse = new CoarsePanels<float>(panels, p, 6, ref taken);
            using var scores = new Scratch(NearestCentroid<float>.Room(panels.Padded, dimensions).Count, NearestCentroid<float>.Room(panels.Padded, dimensions).Parts);
            Assert.True(coarse.Usable);
            Assert.InRange(NearestCentroid<float>.Find(p, null, 6, panels, coarse, Lanes, scores, n, null), 0, 4);
        }

        Assert.Equal(Direct.Assign(Direct.Wide(points), Direct.Wide(centroids), dimensions), nearest);
    }

    [Fact]
    public void The_definition_agrees_on_anything_drawn() =>
        Gen.Select(Gen.Int[1, 150], Gen.Int[1, 40], Gen.Int[1, 70], Gen.Int[0, 1000], Gen.Int[-10, 25]).Sample((count, dimensions, clusters, seed, exponent) =>
        {
            // Few different values make ties; offsets of up to 2^25 leave few digits.
            var random = new Random(seed);
            float offset = MathF.ScaleB(1, exponent);
            float[] Draw(int length) => [.. Enumerable.Range(0, length).Select(_ => offset + (random.Next(2) == 0 ? random.Next(-2, 3) : random.NextSingle()))];
            float[] points = Draw(count * dimensions);
            float[] centroids = Draw(clusters * dimensions);
            int[] found = Assign(points, centroids, dimensions);
            double[] wide = Direct.Wide(points), wideCentroids = Direct.Wide(centroids);
            int[] expected = Direct.Assign(wide, wideCentroids, dimensions);
            for (int i = 0; i < count; i++)
            {
                // Sums in another order may part exact ties by a rounding.
                double To(int k) => Direct.SquaredDistance(wide.AsSpan(i * dimensions, dimensions), wideCentroids.AsSpan(k * dimensions, dimensions));
                Assert.True(found[i] == expected[i] || Math.Abs(To(found[i]) - To(expected[i])) <= 1e-13 * To(expected[i]));
            }
        });

    [Fact]
    public void Wrong_operands_are_refused_by_name()
    {
        Assert.Equal("centroids", Assert.Throws<OperandException>(() => Assignment.Evaluate<float>([1, 2], [], 2, new int[1], default)).Operand);
        Assert.Equal("centroids", Assert.Throws<OperandException>(() => Assignment.Evaluate<float>([1, 2], [1, 2, 3], 2, new int[1], default)).Operand);
        Assert.Equal("points", Assert.Throws<OperandException>(() => Assignment.Evaluate<float>([1, 2, 3], [1, 2], 2, new int[1], default)).Operand);
        Assert.Equal("points", Assert.Throws<OperandException>(() => Assignment.Evaluate<float>([], [], 0, [], default)).Operand);
    }

    [Fact]
    public void A_cancelled_assignment_stops() => Assert.Throws<OperationCanceledException>(() =>
        Assignment.Evaluate<float>([1], [1], 1, new int[1], default, new Execution(1, new CancellationToken(true))));
}
