using System.Net;
using System.Text.Json.Nodes;

namespace GradService.Tests.Clustering;

/// <summary>k-means over HTTP: what one call alone does not show.</summary>
public sealed class KmeansTests(ServiceFixture service)
{
    private const string Points = "[[1, 1], [1.5, 2], [3, 4], [5, 7], [3.5, 5], [4.5, 5], [3.5, 4.5]]";
    private const string Centroids = "[[1, 1], [5, 7]]";

    private async Task<JsonNode> AskAsync(string operation, string body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync($"/v1/kmeans/{operation}", body);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == expected, text);
        return JsonNode.Parse(text)!;
    }

    private static double[] Flat(JsonNode? node) => node is JsonArray array ? [.. array.SelectMany(Flat)] : [(double)node!];

    [Fact]
    public async Task A_full_Newton_step_is_Lloyds_and_the_answer_says_why()
    {
        JsonNode step = await AskAsync("step", $$"""{"points": {{Points}}, "centroids": {{Centroids}}, "method": "newton", "learning_rate": 1, "explain": true, "dtype": "FP64"}""");
        Assert.Equal([-5, -8, 7, 13], Flat(step["gradient"]));
        Assert.Equal([6, 6, 8, 8], Flat(step["hessian_diagonal"]));
        double[] newton = Flat(step["newton_step"]), lloyd = Flat(step["lloyd_step"]);
        Assert.All(newton.Zip(lloyd), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
        Assert.Equal(newton, Flat(step["centroids"]));
        string[] sentences = [.. step["explanation"]!.AsArray().Select(sentence => (string)sentence!)];
        Assert.Contains(sentences, sentence => sentence.Contains("A full Newton step is Lloyd's step", StringComparison.Ordinal));
        Assert.Contains(sentences, sentence => sentence.StartsWith("gradient_step", StringComparison.Ordinal) && sentence.Contains("s = 6: as far beyond", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Shards_and_one_machine_make_the_same_step()
    {
        JsonNode first = await AskAsync("partial", $$"""{"points": [[1, 1], [1.5, 2], [3, 4]], "centroids": {{Centroids}}, "dtype": "FP64"}""");
        JsonNode second = await AskAsync("partial", $$"""{"points": [[5, 7], [3.5, 5], [4.5, 5], [3.5, 4.5]], "centroids": {{Centroids}}, "dtype": "FP64"}""");
        JsonNode combined = await AskAsync("combine", new JsonObject
        {
            ["sums"] = new JsonArray(first["sums"]!.DeepClone(), second["sums"]!.DeepClone()),
            ["counts"] = new JsonArray(first["counts"]!.DeepClone(), second["counts"]!.DeepClone()),
            ["loss"] = new JsonArray(first["loss"]!.DeepClone(), second["loss"]!.DeepClone()),
            ["centroids"] = JsonNode.Parse(Centroids),
            ["dtype"] = "FP64",
        }.ToJsonString());
        JsonNode step = await AskAsync("step", $$"""{"points": {{Points}}, "centroids": {{Centroids}}, "dtype": "FP64"}""");
        foreach (string member in new[] { "centroids", "loss", "shift", "counts" })
        {
            Assert.Equal(Flat(step[member]), Flat(combined[member]));
        }
    }

    [Fact]
    public async Task Of_many_starts_the_least_inertia_is_answered_and_a_seed_repeats_it()
    {
        string Body(int starts, int seed) => $$"""{"points": [[0], [1], [10], [11], [20], [21], [40], [43]], "n_clusters": 3, "init": "random", "n_init": {{starts}}, "seed": {{seed}}}""";
        double[] each = [.. (await Task.WhenAll(Enumerable.Range(7, 6).Select(seed => AskAsync("fit", Body(1, seed))))).Select(fit => (double)fit["loss"]!)];
        JsonNode best = await AskAsync("fit", Body(6, 7));
        Assert.Equal(each.Min(), (double)best["loss"]!);
        Assert.True(each.Max() > each.Min(), "Starts that all end alike show nothing.");
        Assert.Equal(best.ToJsonString(), (await AskAsync("fit", Body(6, 7))).ToJsonString());
    }

    [Theory]
    [InlineData("FP32")]
    [InlineData("FP64")]
    public async Task A_learning_rate_that_is_too_large_is_named_with_the_one_that_contracts(string dtype)
    {
        JsonNode fit = await AskAsync("fit", $$"""{"points": {{Points}}, "centroids": {{Centroids}}, "method": "sgd", "learning_rate": 2, "max_iter": 100000, "dtype": "{{dtype}}"}""");
        Assert.Equal("diverged", (string?)fit["stop_reason"]);
        Assert.False((bool)fit["converged"]!);
        Assert.All(Flat(fit["loss_history"]), loss => Assert.True(double.IsFinite(loss)));
        Assert.All(Flat(fit["centroids"]), value => Assert.True(double.IsFinite(value)));
        Assert.Contains("contracts below 1/n", (string?)fit["warnings"]![0], StringComparison.Ordinal);
        JsonNode swinging = await AskAsync("fit", """{"points": [[0], [1]], "centroids": [[0.25]], "method": "sgd", "learning_rate": 0.5, "max_iter": 50}""");
        Assert.Equal("max_iter", (string?)swinging["stop_reason"]);
        Assert.Contains("the heaviest cluster of any step had n = 2, so below 0.5.", (string?)swinging["warnings"]![0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_start_that_init_answers_is_the_one_that_fit_takes()
    {
        JsonNode chosen = await AskAsync("init", $$"""{"points": {{Points}}, "n_clusters": 3, "seed": 11, "init": "k-means++"}""");
        JsonNode given = await AskAsync("fit", $$"""{"points": {{Points}}, "centroids": {{chosen["centroids"]!.ToJsonString()}}}""");
        JsonNode found = await AskAsync("fit", $$"""{"points": {{Points}}, "n_clusters": 3, "seed": 11}""");
        Assert.Equal(found.ToJsonString(), given.ToJsonString());
        Assert.Equal("assignments_repeat", (string?)found["stop_reason"]);
    }

    [Fact]
    public async Task The_catalogue_spells_k_means_plus_plus_as_requests_do()
    {
        JsonNode entry = JsonNode.Parse(await service.Client.GetStringAsync("/v1/operations/kmeans/init", TestContext.Current.CancellationToken))!;
        JsonNode init = entry["parameters"]!.AsArray().Single(parameter => (string?)parameter!["name"] == "init")!;
        Assert.Equal(["k-means++", "random"], init["values"]!.AsArray().Select(value => (string)value!));
        Assert.Equal("k-means++", (string?)init["default"]);
    }

    [Theory]
    [InlineData("keep", "Clusters 1, 2 have no points and stayed")]
    [InlineData("relocate", "2 of 2 found a use by relocate")]
    [InlineData("split", "2 of 2 found a use by split.")]
    public async Task What_became_of_empty_clusters_is_told(string empty, string said)
    {
        JsonNode step = await AskAsync("step", $$"""{"points": {{Points}}, "centroids": [[3, 4], [90, 90], [91, 91]], "empty": "{{empty}}"}""");
        Assert.Contains(said, (string?)step["warnings"]![0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("step", """{"points": [[1], [2]], "centroids": [[1], [9]], "empty": "error"}""", "centroids[1]", "Cluster 1 has no points")]
    [InlineData("step", """{"points": [[1], [2]], "centroids": [[1]], "method": "sgd"}""", "learning_rate", "needs a learning_rate")]
    [InlineData("fit", """{"points": [[1], [2]], "n_clusters": 3}""", "n_clusters", "3 clusters were asked for, and there are 2 points")]
    [InlineData("fit", """{"points": [[1], [2]], "n_clusters": 1000000000}""", "n_clusters", "1000000000 clusters were asked for, and there are 2 points")]
    [InlineData("fit", """{"points": [[1], [2]], "n_clusters": -1}""", "n_clusters", "-1 was found; expected at least 1 cluster.")]
    [InlineData("init", """{"points": [[1], [2]], "n_clusters": -1}""", "n_clusters", "-1 was found; expected at least 1 cluster.")]
    [InlineData("init", """{"points": [[1], [2]], "n_clusters": 1000000000}""", "n_clusters", "1000000000 clusters were asked for, and there are 2 points")]
    [InlineData("fit", """{"points": [[1], ["NaN"]], "n_clusters": 1}""", "points[1][0]", "NaN was found; clustering needs finite coordinates")]
    [InlineData("assign", """{"points": [[1, 2]], "centroids": [[1, 2, 3]]}""", "centroids", "expected [1, 2], as the points [1, 2] have 2 coordinates each")]
    [InlineData("loss", """{"points": [[1], [2]], "centroids": [[1]], "sample_weight": [1, -2]}""", "sample_weight[1]", "-2 is not the weight of a point")]
    [InlineData("init", """{"points": [[1], [2]], "n_clusters": 1, "init": "kmeans++"}""", "init", "k-means++")]
    public async Task Wrong_requests_are_answered_with_the_place_and_the_reason(string operation, string body, string path, string reason)
    {
        JsonNode problem = await AskAsync(operation, body, HttpStatusCode.UnprocessableEntity);
        (string found, JsonNode? messages) = Assert.Single(problem["errors"]!.AsObject());
        Assert.Equal(path, found);
        Assert.Contains(reason, (string?)messages![0], StringComparison.Ordinal);
    }
}
