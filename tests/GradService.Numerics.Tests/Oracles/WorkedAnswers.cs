using System.Text.Json;

namespace GradService.Numerics.Tests.Oracles;

/// <summary>Questions people ask, answered with numbers by PyTorch 1.13 in FP64: <c>worked_answers.json</c>.</summary>
internal static class WorkedAnswers
{
    private static readonly Lazy<JsonElement> All = new(() => Read("worked_answers.json"));

    public static JsonElement Item(string name) => All.Value.GetProperty(name);

    public static double[] Flat(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().SelectMany(Flat)] : [element.GetDouble()];

    public static int[] FlatIndices(this JsonElement element) => [.. element.Flat().Select(value => (int)value)];

    /// <summary>One of the files beside this one.</summary>
    public static JsonElement Read(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "GradService.sln")))
        {
            folder = folder.Parent ?? throw new FileNotFoundException("The tests were moved out of the repository.", "GradService.sln");
        }

        string path = Path.Combine(folder.FullName, "tests", "GradService.Numerics.Tests", "Oracles", name);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
