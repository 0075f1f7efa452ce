using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace GradService.Tests.Golden;

/// <summary>Every golden case, posted whole and compared whole: in FP64 at the case's tolerance, in FP32 at the bounds promised.</summary>
public sealed class GoldenTests(ServiceFixture service)
{
    private const double GradientBound = 4e-7;
    private const double LossUnits = 2;

    // Where a loss is nearly 0 the FP64 reference itself has cancelled down to this.
    private const double ReferenceFloor = 1e-13;

    public static TheoryData<string, string> Runs()
    {
        var runs = new TheoryData<string, string>();
        foreach (string file in Directory.GetFiles(Folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            runs.Add(Path.GetRelativePath(Folder, file), "FP64");
            runs.Add(Path.GetRelativePath(Folder, file), "FP32");
        }

        return runs;
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Answers_are_the_oracles(string file, string dtype)
    {
        JsonNode document = JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken))!;
        var failures = new List<string>();
        int cases = 0;
        foreach (JsonNode? golden in document["cases"]!.AsArray())
        {
            if (golden!["dtypes"] is JsonArray only && only.All(name => (string)name! != dtype))
            {
                continue;
            }

            cases++;
            failures.AddRange((await DeviationsAsync($"/v1/{document["operation"]}", golden, dtype)).Select(found => $"{golden["name"]}: {found}"));
        }

        Assert.True(failures.Count == 0, $"{failures.Count} deviations in {cases} cases:\n{string.Join('\n', failures.Take(20))}");
        Assert.NotEqual(0, cases);
    }

    private async Task<List<string>> DeviationsAsync(string path, JsonNode golden, string dtype)
    {
        JsonObject request = golden["request"]!.DeepClone().AsObject();
        request["dtype"] = dtype;
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(path, request.ToJsonString());
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        int expectedStatus = (int?)golden["status"] ?? 200;
        if ((int)answer.StatusCode != expectedStatus)
        {
            return [$"status {(int)answer.StatusCode}, not {expectedStatus}: {text[..Math.Min(300, text.Length)]}"];
        }

        if (answer.StatusCode != HttpStatusCode.OK)
        {
            return [];
        }

        JsonObject response = JsonNode.Parse(text)!.AsObject();
        var deviations = new List<string>();
        foreach ((string name, JsonNode? expected) in golden["response"]!.AsObject())
        {
            if (!response.TryGetPropertyValue(name, out JsonNode? found))
            {
                deviations.Add($"{name} is missing");
                continue;
            }

            if (Deviation(name, expected!, found!, golden, dtype) is { } deviation)
            {
                deviations.Add($"{name}: {deviation}");
            }
        }

        deviations.AddRange((golden["absent"]?.AsArray() ?? []).Where(name => response.ContainsKey((string)name!)).Select(name => $"{name} should be absent"));
        if ((bool?)golden["warnings"] is { } warns && warns != response.ContainsKey("warnings"))
        {
            deviations.Add(warns ? "warnings are missing" : $"unexpected warnings {response["warnings"]}");
        }

        return deviations;
    }

    private static string? Deviation(string name, JsonNode expected, JsonNode found, JsonNode golden, string dtype)
    {
        (List<double> wanted, string shape) = Flatten(expected);
        (List<double> got, string gotShape) = Flatten(found);
        if (shape != gotShape)
        {
            return $"shape {gotShape}, not {shape}";
        }

        double largest = wanted.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < wanted.Count; i++)
        {
            if (!double.IsFinite(wanted[i]) || !double.IsFinite(got[i]))
            {
                if (!wanted[i].Equals(got[i]))
                {
                    return $"element {i} is {got[i]}, not {wanted[i]}";
                }

                continue;
            }

            double allowed = dtype == "FP64"
                ? (double)golden["tolerance"]!["absolute"]! + ((double)golden["tolerance"]!["relative"]! * Math.Abs(wanted[i]))
                : name == "loss" ? (LossUnits * UnitInTheLastPlace(wanted[i])) + ReferenceFloor : GradientBound * largest;
            if (Math.Abs(wanted[i] - got[i]) > allowed)
            {
                return string.Create(CultureInfo.InvariantCulture, $"element {i} is {got[i]:R}, not {wanted[i]:R}; off by {Math.Abs(wanted[i] - got[i]):G3}, allowed {allowed:G3}");
            }
        }

        return null;
    }

    private static double UnitInTheLastPlace(double value)
    {
        float magnitude = MathF.Abs((float)value);
        return (double)MathF.BitIncrement(magnitude) - magnitude;
    }

    private static (List<double> Values, string Shape) Flatten(JsonNode node)
    {
        var values = new List<double>();
        var shape = new List<int>();
        Walk(node, 0);
        return (values, string.Join(',', shape));

        void Walk(JsonNode at, int depth)
        {
            if (at is JsonArray array)
            {
                if (depth == shape.Count)
                {
                    shape.Add(array.Count);
                }

                foreach (JsonNode? item in array)
                {
                    Walk(item!, depth + 1);
                }
            }
            else
            {
                values.Add(at.GetValueKind() == System.Text.Json.JsonValueKind.String ? double.Parse((string)at!, CultureInfo.InvariantCulture) : (double)at);
            }
        }
    }
}
