using System.Text.Json;

namespace GradService.Numerics.Tests.Oracles;

/// <summary>Figures of other libraries, committed beside the tests.</summary>
internal static class OracleFile
{
    public static JsonElement Read(string name)
    {
        string path = Path.Combine(Repository.Root, "tests", "GradService.Numerics.Tests", "Oracles", name);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
