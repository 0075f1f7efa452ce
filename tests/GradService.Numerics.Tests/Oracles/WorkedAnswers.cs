using System.Text.Json;

namespace GradService.Numerics.Tests.Oracles;

/// <summary>Questions people ask, answered with numbers by PyTorch 1.13 in FP64: <c>worked_answers.json</c>.</summary>
internal static class WorkedAnswers
{
    private static readonly Lazy<JsonElement> All = new(() => OracleFile.Read("worked_answers.json"));

    public static JsonElement Item(string name) => All.Value.GetProperty(name);

    public static double[] Flat(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().SelectMany(Flat)] : [element.GetDouble()];

    public static int[] FlatIndices(this JsonElement element) => [.. element.Flat().Select(value => (int)value)];
}
