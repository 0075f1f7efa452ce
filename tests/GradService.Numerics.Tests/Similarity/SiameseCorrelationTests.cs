using CsCheck;
using GradService.Numerics.Similarity;
using GradService.Numerics.Tensors;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Similarity;

public sealed class SiameseCorrelationTests
{
    private static readonly double[] Z = WorkedAnswers.Item("3_conv_similarity").GetProperty("inputs").GetProperty("z").Flat();
    private static readonly double[] X = WorkedAnswers.Item("3_conv_similarity").GetProperty("inputs").GetProperty("x").Flat();

    private static readonly Gen<(int[] Template, int[] Search, bool PerChannel, long[] Padding, SimilarityNormalization Normalization, int Seed)> Problems =
        from planes in Gen.Select(Gen.Int[0, 3], Gen.Int[1, 3])
        from template in Gen.Select(Gen.Int[1, 3], Gen.Int[2, 4])
        from search in Gen.Select(Gen.Int[4, 8], Gen.OneOf(Gen.Int[4, 20], Gen.Int[250, 280]))
        from perChannel in Gen.Bool
        from padding in Gen.Long[0, 3].Array[4]
        from normalization in Gen.Int[0, 2]
        from seed in Gen.Int[0, 1 << 20]
        select (
            new[] { planes.Item1, planes.Item2, template.Item1, template.Item2 },
            new[] { planes.Item1, planes.Item2, search.Item1, search.Item2 },
            perChannel,
            padding,
            (SimilarityNormalization)normalization,
            seed);

    [Fact]
    public void Responses_are_those_of_the_definition() => Problems.Sample(
        p =>
        {
            SiameseGeometry g = Geometry(p.Template, p.Search, p.PerChannel, p.Padding);
            (double[] template, double[] search) = Draw(p.Template, p.Search, p.Seed);
            Close.All(Defined(template, search, g, p.Normalization), Forward(template, search, g, p.Normalization), 1e-11, 1e-12);
        },
        iter: 100);

    [Fact]
    public void Gradients_are_those_of_finite_differences() => Problems.Sample(
        p =>
        {
            (int[] shape, int[] area) = ([Math.Min(p.Template[0], 2), .. p.Template[1..]], [Math.Min(p.Search[0], 2), p.Search[1], 5, 6]);
            SiameseGeometry g = Geometry(shape, area, p.PerChannel, p.Padding);
            (double[] template, double[] search) = Draw(shape, area, p.Seed);
            double[] upstream = Correlation<double>.Draw(p.Seed + 2, g.Response.Length);
            (double[] byTemplate, double[] bySearch) = Backward(template, search, upstream, g, p.Normalization);
            double Loss() => Forward(template, search, g, p.Normalization).Zip(upstream, (r, u) => r * u).Sum();
            Close.All(Differences(template, Loss), byTemplate, 1e-5, 1e-6);
            Close.All(Differences(search, Loss), bySearch, 1e-5, 1e-6);
        },
        iter: 40);

    [Fact]
    public void The_worked_answers_are_answered()
    {
        var item = WorkedAnswers.Item("3_conv_similarity");
        SiameseGeometry g = Geometry([1, 1, 2, 2], [1, 1, 4, 4]);
        Assert.Equal(item.GetProperty("conv2d_valid").Flat(), Forward(Z, X, g, SimilarityNormalization.None));
        Close.All(item.GetProperty("cosine").Flat(), Forward(Z, X, g, SimilarityNormalization.Cosine), 1e-14, 1e-15);
        double[] zncc = Forward(Z, X, g, SimilarityNormalization.Zncc);
        Close.All(item.GetProperty("zncc").Flat(), zncc, 1e-14, 1e-15);
        Assert.Equal(4, Array.IndexOf(zncc, zncc.Max())); // (1, 1), where the patch is the template; the plain response peaks at (1, 2)
    }

    [Fact]
    public void Pairs_meet_only_themselves_and_channels_add_up_to_the_plain_response()
    {
        var item = WorkedAnswers.Item("3_conv_similarity").GetProperty("batched_cross_correlation");
        (double[] search, double[] template) = (item.GetProperty("search").Flat(), item.GetProperty("template").Flat());
        double[] plain = Forward(template, search, Geometry([2, 2, 2, 1], [2, 2, 2, 4]), SimilarityNormalization.None);
        double[] each = Forward(template, search, Geometry([2, 2, 2, 1], [2, 2, 2, 4], perChannel: true), SimilarityNormalization.None);
        Close.All(item.GetProperty("siamfc_groups_N").Flat(), plain, 1e-14);
        Close.All(item.GetProperty("siamrpnpp_depthwise_groups_NC").Flat(), each, 1e-14);
        Close.All(plain, [.. Enumerable.Range(0, 8).Select(i => each[(i / 4 * 8) + (i % 4)] + each[(i / 4 * 8) + 4 + (i % 4)])], 1e-14);
    }

    [Fact]
    public void Normalised_responses_know_no_contrast_and_zncc_no_brightness() => Problems.Sample(
        p =>
        {
            SiameseGeometry g = Geometry(p.Template, p.Search, p.PerChannel, [0, 0, 0, 0]);
            (double[] template, double[] search) = Draw(p.Template, p.Search, p.Seed);
            double[] zncc = Forward(template, search, g, SimilarityNormalization.Zncc);
            Close.All(zncc, Forward(template, [.. search.Select(x => (3 * x) + 10000)], g, SimilarityNormalization.Zncc), 1e-9, 1e-9);
            Close.All(zncc, Forward([.. template.Select(z => (0.5 * z) - 70)], search, g, SimilarityNormalization.Zncc), 1e-11, 1e-11);
            Close.All(
                Forward(template, search, g, SimilarityNormalization.Cosine),
                Forward([.. template.Select(z => 7 * z)], [.. search.Select(x => 0.1 * x)], g, SimilarityNormalization.Cosine),
                1e-12,
                1e-13);
            Assert.All(zncc, r => Assert.InRange(r, -1 - 1e-12, 1 + 1e-12));
        },
        iter: 40);

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e-150)]
    [InlineData(1e150)]
    [InlineData(1e300)]
    public void Scales_whose_squares_leave_the_range_of_numbers_change_nothing(double scale)
    {
        SiameseGeometry g = Geometry([1, 1, 2, 2], [1, 1, 4, 4]);
        foreach (SimilarityNormalization normalization in new[] { SimilarityNormalization.Cosine, SimilarityNormalization.Zncc })
        {
            double[] scaled = [.. X.Select(x => x * scale)];
            Close.All(Forward(Z, X, g, normalization), Forward(Z, scaled, g, normalization), 1e-14, 1e-15);
            Close.All(Forward(Z, X, g, normalization), Forward([.. Z.Select(z => z / scale)], X, g, normalization), 1e-14, 1e-15);
            (double[] template, double[] search) = Backward(Z, X, [1, 2, 3, 4, 5, 6, 7, 8, 9], g, normalization);
            (double[] sameTemplate, double[] scaledSearch) = Backward(Z, scaled, [1, 2, 3, 4, 5, 6, 7, 8, 9], g, normalization);
            Close.All(template, sameTemplate, 1e-12, 1e-13);
            Close.All(search, [.. scaledSearch.Select(value => value * scale)], 1e-12, 1e-13);
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1e8 + 0.3)]
    [InlineData(-7e-30)]
    public void Constant_patches_and_templates_are_like_nothing(double value)
    {
        SiameseGeometry g = Geometry([1, 1, 2, 3], [1, 1, 2, 4]);
        double[] flat = [.. Enumerable.Repeat(value, 6)];
        double[] search = [value, value, value, 3, value, value, value, 5];
        double[] response = Forward([1, 2, 3, 4, 5, 6], search, g, SimilarityNormalization.Zncc);
        Assert.Equal(0, response[0]);
        Assert.NotEqual(0, response[1]);
        Assert.Equal([0.0, 0], Forward(flat, search, g, SimilarityNormalization.Zncc));
        Assert.Equal(new double[14], Joined(Backward(flat, search, [1, 1], g, SimilarityNormalization.Zncc)));
        Assert.Equal(new double[14], Joined(Backward([1, 2, 3, 4, 5, 6], search, [1, 0], g, SimilarityNormalization.Zncc)));
    }

    [Fact]
    public void What_is_not_a_number_stays_within_the_patches_that_hold_it()
    {
        SiameseGeometry g = Geometry([1, 1, 1, 2], [1, 1, 1, 9]);
        double[] search = [1, 2, 4, 8, 16, 32, 64, 128, double.NaN];
        foreach (SimilarityNormalization normalization in Enum.GetValues<SimilarityNormalization>())
        {
            double[] response = Forward([1, 2], search, g, normalization);
            Assert.All(response[..7], r => Assert.True(double.IsFinite(r)));
            Assert.True(double.IsNaN(response[7]));
            (double[] _, double[] bySearch) = Backward([1, 2], search, [1, 1, 1, 1, 1, 1, 1, 0], g, normalization);
            Assert.All(bySearch[..7], r => Assert.True(double.IsFinite(r)));
        }
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        SiameseGeometry g = Geometry([3, 8, 5, 5], [3, 8, 40, 300], padding: [2, 2, 2, 2]);
        (double[] template, double[] search) = Draw([3, 8, 5, 5], [3, 8, 40, 300], 5);
        double[] upstream = Correlation<double>.Draw(9, g.Response.Length);
        foreach (SimilarityNormalization normalization in Enum.GetValues<SimilarityNormalization>())
        {
            Assert.Equal(Forward(template, search, g, normalization), Forward(template, search, g, normalization, threads: 4));
            Assert.Equal(Joined(Backward(template, search, upstream, g, normalization)), Joined(Backward(template, search, upstream, g, normalization, threads: 4)));
        }
    }

    [Fact]
    public void FP32_answers_are_the_FP64_ones_rounded_once()
    {
        SiameseGeometry g = Geometry([2, 3, 3, 3], [2, 3, 9, 20]);
        (double[] template, double[] search) = Draw([2, 3, 3, 3], [2, 3, 9, 20], 11);
        foreach (SimilarityNormalization normalization in Enum.GetValues<SimilarityNormalization>())
        {
            var narrow = new float[g.Response.Length];
            SiameseCorrelation.Forward<float>([.. template.Select(v => (float)v)], [.. search.Select(v => (float)v)], g, normalization, narrow);
            Assert.Equal([.. Forward(template, search, g, normalization).Select(v => (float)v)], narrow);
        }
    }

    [Fact]
    public void Pairs_that_do_not_fit_together_are_refused()
    {
        Assert.Equal("template", Assert.Throws<OperandException>(() => Geometry([1, 1, 2, 2], [2, 1, 4, 4])).Operand);
        Assert.Equal("template", Assert.Throws<OperandException>(() => Geometry([1, 2, 2, 2], [1, 1, 4, 4])).Operand);
        Assert.Equal("template", Assert.Throws<OperandException>(() => Geometry([1, 1, 5, 2], [1, 1, 4, 4])).Operand);
        Assert.Equal("search", Assert.Throws<OperandException>(() => Geometry([1, 1, 2, 2], [4, 4])).Operand);
        Assert.Equal("padding", Assert.Throws<OperandException>(() => Geometry([1, 1, 2, 2], [1, 1, 4, 4], padding: [-1])).Operand);
    }

    private static double[] Defined(double[] template, double[] search, SiameseGeometry g, SimilarityNormalization normalization)
    {
        int area = g.Rows.Kernel * g.Columns.Kernel;
        var responses = new List<double>();
        var positions =
            from unit in Enumerable.Range(0, g.Units)
            from i in Enumerable.Range(0, (int)g.Rows.Output)
            from j in Enumerable.Range(0, (int)g.Columns.Output)
            select (unit, i, j);
        foreach ((int unit, int i, int j) in positions)
        {
            double[] z = [.. Enumerable.Range(unit * g.UnitChannels * area, g.UnitChannels * area).Select(at => template[at])];
            double[] u = new double[z.Length];
            for (int at = 0; at < z.Length; at++)
            {
                int row = i + (at % area / g.Columns.Kernel) - g.Rows.Before;
                int column = j + (at % g.Columns.Kernel) - g.Columns.Before;
                bool inside = row >= 0 && row < g.Rows.Input && column >= 0 && column < g.Columns.Input;
                u[at] = inside ? search[((((unit * g.UnitChannels) + (at / area)) * g.Rows.Input) + row) * g.Columns.Input + column] : 0;
            }

            bool flat = normalization == SimilarityNormalization.Zncc ? u.Distinct().Count() == 1 || z.Distinct().Count() == 1 : u.All(v => v == 0) || z.All(v => v == 0);
            if (normalization == SimilarityNormalization.Zncc)
            {
                (double uMean, double zMean) = (u.Average(), z.Average());
                u = [.. u.Select(v => v - uMean)];
                z = [.. z.Select(v => v - zMean)];
            }

            double product = u.Zip(z, (a, b) => a * b).Sum();
            responses.Add(normalization == SimilarityNormalization.None ? product : flat ? 0 : product / Math.Sqrt(u.Sum(v => v * v) * z.Sum(v => v * v)));
        }

        return [.. responses];
    }

    private static double[] Joined((double[] Template, double[] Search) gradients) => [.. gradients.Template, .. gradients.Search];

    private static double[] Differences(double[] values, Func<double> loss)
    {
        var slopes = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double kept = values[i];
            values[i] = kept + 1e-6;
            double above = loss();
            values[i] = kept - 1e-6;
            slopes[i] = (above - loss()) / 2e-6;
            values[i] = kept;
        }

        return slopes;
    }

    private static SiameseGeometry Geometry(int[] template, int[] search, bool perChannel = false, long[]? padding = null) =>
        SiameseGeometry.Of(new Shape(template), new Shape(search), perChannel, PaddingRule.Explicit, padding ?? [0]);

    private static (double[] Template, double[] Search) Draw(int[] template, int[] search, int seed) =>
        (Correlation<double>.Draw(seed, new Shape(template).Length), Correlation<double>.Draw(seed + 1, new Shape(search).Length));

    private static double[] Forward(double[] template, double[] search, SiameseGeometry g, SimilarityNormalization normalization, int threads = 1)
    {
        var response = new double[g.Response.Length];
        SiameseCorrelation.Forward<double>(template, search, g, normalization, response, new Execution(threads));
        return response;
    }

    private static (double[] Template, double[] Search) Backward(
        double[] template, double[] search, double[] upstream, SiameseGeometry g, SimilarityNormalization normalization, int threads = 1)
    {
        (double[] byTemplate, double[] bySearch) = (new double[template.Length], new double[search.Length]);
        SiameseCorrelation.Backward<double>(template, search, upstream, g, normalization, byTemplate, bySearch, new Execution(threads));
        return (byTemplate, bySearch);
    }
}
