using System.Text.Json;

namespace GradService.Numerics.Tests.Oracles;

/// <summary>Figures of other libraries, committed beside the tests.</summary>
internal static class OracleFile
{
    public static JsonElement Read(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "GradService.sln")))
        {
            folder = folder.Parent ?? throw new FileNotFoundException("The tests were moved out of the repository.", "GradService.sln");
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder.FullName, "tests", "GradService.Numerics.Tests", "Oracles", name)));
        return document.RootElement.Clone();
    }
}
