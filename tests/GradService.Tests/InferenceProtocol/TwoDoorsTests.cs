using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using GradService.Catalog;
using GradService.Operations;

namespace GradService.Tests.InferenceProtocol;

/// <summary>Both doors give the same numbers, to the bit, whatever the operation, the type and the form of the tensors.</summary>
public sealed class TwoDoorsTests(ServiceFixture service)
{
    private static readonly OperationCatalog Catalogue = new();

    public static MatrixTheoryData<string, string, bool> Cases => new(Catalogue.All.Select(operation => operation.Name), ["FP32", "FP64"], [false, true]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_operations_example_gives_the_same_through_both(string name, string dtype, bool binary)
    {
        Operation operation = Catalogue.All.Single(candidate => candidate.Name == name);
        JsonObject body = JsonNode.Parse(operation.Example)!.AsObject();
        body["dtype"] = dtype;
        body.Remove("tensor_format");
        await TwoDoors.CompareAsync(service.Client, operation, body, () => binary);
    }

    [Fact]
    public void Random_cross_entropies_give_the_same_through_both_in_any_mixture_of_forms()
    {
        Operation operation = Catalogue.ByModel("losses.cross_entropy")!;
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                TwoDoors.CompareAsync(service.Client, operation, CrossEntropy(random), () => random.Next(2) == 0).GetAwaiter().GetResult();
            },
            iter: 300,
            threads: 1);
    }

    private static JsonObject CrossEntropy(Random random)
    {
        int[] batch = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => random.Next(1, 5))];
        int classes = random.Next(1, 7);
        string dtype = random.Next(2) == 0 ? "FP32" : "FP64";
        string reduction = ((string[])["none", "sum", "mean", "mean_elements", "mean_batch"])[random.Next(5)];
        bool probabilities = random.Next(3) == 0;
        var body = new JsonObject
        {
            ["logits"] = Fill([.. batch, classes], () => Real(random, dtype)),
            ["labels"] = probabilities ? Fill([.. batch, classes], () => JsonValue.Create(random.Next(1, 8) / 8.0)) : Fill(batch, () => JsonValue.Create(random.Next(classes))),
            ["reduction"] = reduction,
            ["dtype"] = dtype,
        };
        if (random.Next(2) == 0)
        {
            body["weight"] = Fill([classes], () => JsonValue.Create(random.Next(1, 16) / 4.0));
        }

        if (random.Next(2) == 0)
        {
            body["upstream"] = Fill(reduction == "none" ? batch : [], () => Real(random, dtype));
        }

        if (random.Next(3) == 0)
        {
            body["gradients"] = random.Next(2) == 0 ? new JsonArray() : new JsonArray("logits");
        }

        if (random.Next(3) == 0)
        {
            body["label_smoothing"] = random.Next(8) / 8.0;
        }

        return body;
    }

    private static JsonValue Real(Random random, string dtype)
    {
        double value = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 3));
        return dtype == "FP64"
            ? JsonValue.Create(value)
            : JsonValue.Create(decimal.Parse(((float)value).ToString("F20", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
    }

    private static JsonNode Fill(int[] shape, Func<JsonNode> leaf) =>
        shape.Length == 0 ? leaf() : new JsonArray([.. Enumerable.Range(0, shape[0]).Select(_ => Fill(shape[1..], leaf))]);
}
