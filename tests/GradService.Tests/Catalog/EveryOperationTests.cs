using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Operations;

namespace GradService.Tests.Catalog;

/// <summary>What holds for every operation of the catalogue. A new operation is tested here by being listed there.</summary>
public sealed class EveryOperationTests(ServiceFixture service)
{
    private static readonly OperationCatalog Catalogue = new();

    public static TheoryData<string> Names => [.. Catalogue.All.Select(operation => operation.Name)];

    public static TheoryData<string> WithGradients =>
        [.. Catalogue.All.Where(operation => operation.Signature.Differentiable.Count > 0).Select(operation => operation.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_example_of_the_catalogue_answers_what_the_catalogue_says(string name)
    {
        JsonNode entry = JsonNode.Parse(await service.Client.GetStringAsync($"/v1/operations/{name}", TestContext.Current.CancellationToken))!;
        using HttpResponseMessage answer = await service.Client.PostJsonAsync($"/v1/{name}", entry["example"]!["request"]!.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        JsonNode found = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.True(JsonNode.DeepEquals(entry["example"]!["response"], found), found.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(WithGradients))]
    public async Task The_gradients_of_the_example_are_those_of_finite_differences(string name)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync($"/v1/gradcheck/{name}", Operation(name).Example);
        JsonNode report = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.True((bool?)report["passed"], report.ToJsonString());
        JsonArray inputs = report["inputs"]!.AsArray();
        Assert.NotEmpty(inputs);
        Assert.All(inputs, input => Assert.True((int)input!["checked"]! > 0));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{name}: largest relative error {inputs.Max(input => (double)input!["max_relative_error"]!).ToString("G3", CultureInfo.InvariantCulture)}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_prose_is_whole(string name)
    {
        Operation operation = Operation(name);
        XmlDocumentation prose = XmlDocumentation.Of(operation.GetType());
        Assert.NotEmpty(prose.Summary);
        Assert.Contains("Edge cases", prose.Remarks, StringComparison.Ordinal);
        Assert.NotEmpty(prose.References);
        Assert.True(prose.Derivation.Count >= 2, "A derivation takes a few steps.");
        Assert.All(prose.Derivation, step => Assert.True(step.Text.Length > 0 && step.Latex.Length > 0));
        Assert.NotEmpty(prose.Formulas);
        Assert.All(operation.Signature.Differentiable, input => Assert.Contains(prose.Formulas, formula => formula.Name == input.Gradient!.Name));
        Assert.All(prose.Formulas, formula => Assert.Contains(operation.Signature.Outputs, output => output.Name == formula.Name));
        IEnumerable<Member> members = [.. operation.Signature.Inputs, .. operation.Signature.Parameters, .. operation.Signature.Outputs];
        Assert.All(members, member => Assert.True(member.Description.Length > 0, $"{member.Name} is not described."));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Bodies_that_make_no_sense_are_refused_with_a_path_and_a_message(string name)
    {
        Operation operation = Operation(name);
        JsonObject example = JsonNode.Parse(operation.Example)!.AsObject();
        var bodies = new List<(string Body, int[] Statuses)>
        {
            (string.Empty, [400]),
            ("[]", [400]),
            ("null", [400]),
            ("{", [400]),
            (operation.Example + "x", [400]),
            (operation.Example.TrimEnd()[..^1], [400]),
            (With(example, "no_such_member", 1), [400]),
            (With(example, "dtype", "FP16"), [422]),
            (With(example, "dtype", 32), [400]),
            (With(example, "tensor_format", "xml"), [422]),
        };
        foreach (InputMember input in operation.Signature.Inputs)
        {
            bodies.Add((With(example, input.Name, "seven"), [400, 422]));
            bodies.Add((With(example, input.Name, new JsonObject { ["shape"] = new JsonArray(-1), ["data"] = new JsonArray() }), [422]));
            bodies.Add((With(example, input.Name, new JsonArray(new JsonArray(1, 2), new JsonArray(1))), [422]));
            bodies.Add((With(example, input.Name, new JsonArray(1, "x")), [400, 422]));
            if (input.IsRequired)
            {
                JsonObject without = example.DeepClone().AsObject();
                without.Remove(input.Name);
                bodies.Add((without.ToJsonString(), [422]));
            }
        }

        foreach (ParameterMember parameter in operation.Signature.Parameters)
        {
            bodies.Add((With(example, parameter.Name, new JsonObject()), [400]));
            foreach (double outside in Outside(parameter))
            {
                bodies.Add((With(example, parameter.Name, outside), [422]));
            }
        }

        foreach ((string body, int[] statuses) in bodies)
        {
            using HttpResponseMessage answer = await service.Client.PostJsonAsync($"/v1/{name}", body);
            string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(statuses.Contains((int)answer.StatusCode), $"{(int)answer.StatusCode} for {body}: {text}");
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            JsonNode problem = JsonNode.Parse(text)!;
            Assert.Equal((int)answer.StatusCode, (int)problem["status"]!);
            Assert.All(problem["errors"]!.AsObject(), error => Assert.NotEmpty((string)error.Value![0]!));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_same_request_gives_the_same_bytes(string name)
    {
        byte[] first = await Answer(name);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(first, await Answer(name));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Results_that_are_not_finite_are_told_of_in_one_sentence(string name)
    {
        Operation operation = Operation(name);
        foreach (InputMember input in operation.Signature.Inputs.Where(input => input.Kind == GradService.Wire.TensorKind.Floating))
        {
            JsonObject example = JsonNode.Parse(operation.Example)!.AsObject();
            if (example[input.Name] is not { } value)
            {
                continue;
            }

            example[input.Name] = WithNaN(value);
            using HttpResponseMessage answer = await service.Client.PostJsonAsync($"/v1/{name}", example.ToJsonString());
            if (answer.StatusCode == HttpStatusCode.UnprocessableEntity)
            {
                continue;
            }

            JsonObject found = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
            string[] sentences = [.. (found["warnings"]?.AsArray() ?? []).Select(sentence => (string)sentence!)];
            found.Remove("warnings");
            found.Remove("explanation");
            bool finite = !found.ToJsonString().Contains("\"NaN\"", StringComparison.Ordinal) && !found.ToJsonString().Contains("Infinity\"", StringComparison.Ordinal);
            Assert.True(finite ? sentences.All(sentence => !sentence.Contains("not finite", StringComparison.Ordinal)) : sentences.Count(sentence => sentence.Contains("not finite", StringComparison.Ordinal)) == 1, $"{input.Name}: {found.ToJsonString()} {string.Join(' ', sentences)}");
        }
    }

    [Fact]
    public async Task The_catalogue_lists_every_operation_once()
    {
        JsonNode list = JsonNode.Parse(await service.Client.GetStringAsync("/v1/operations", TestContext.Current.CancellationToken))!;
        string[] names = [.. list["operations"]!.AsArray().Select(entry => (string)entry!["name"]!)];
        Assert.Equal(Catalogue.All.Select(operation => operation.Name), names);
        Assert.Equal(names.Distinct(), names);
        Assert.All(list["operations"]!.AsArray(), entry => Assert.NotEmpty((string)entry!["summary"]!));
    }

    [Fact]
    public void Record_names_are_unique_and_no_record_is_nested()
    {
        Type[] records = [.. Catalogue.All.SelectMany(operation => new[] { operation.RequestType, operation.ResponseType })];
        Assert.Equal(records.Length, records.Select(record => record.Name).Distinct().Count());
        Assert.All(records, record => Assert.False(record.IsNested));
    }

    private static Operation Operation(string name) => Catalogue.All.Single(operation => operation.Name == name);

    private static string With(JsonObject example, string name, JsonNode value)
    {
        JsonObject changed = example.DeepClone().AsObject();
        changed[name] = value;
        return changed.ToJsonString();
    }

    private static IEnumerable<double> Outside(ParameterMember parameter)
    {
        if (parameter.Range is not { } range)
        {
            yield break;
        }

        double least = Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture);
        double most = Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture);
        yield return range.MinimumIsExclusive ? least : least - 1;
        if (most < double.MaxValue)
        {
            yield return range.MaximumIsExclusive ? most : most + 1;
        }
    }

    private static JsonNode WithNaN(JsonNode value)
    {
        if (value is not JsonArray)
        {
            return "NaN";
        }

        JsonNode copy = value.DeepClone();
        JsonArray row = copy.AsArray();
        while (row[0] is JsonArray inner)
        {
            row = inner;
        }

        row[0] = "NaN";
        return copy;
    }

    private async Task<byte[]> Answer(string name)
    {
        using var content = new StringContent(Operation(name).Example, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await service.Client.PostAsync($"/v1/{name}", content, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }
}
