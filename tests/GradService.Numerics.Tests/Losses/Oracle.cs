using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace GradService.Numerics.Tests.Losses;

/// <summary>Figures computed elsewhere; see the "source" of each file.</summary>
internal static partial class Oracle
{
    public static JsonElement Read(string file)
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Oracles", file));
        return JsonDocument.Parse(Bare().Replace(text, "$1\"$2\"")).RootElement;
    }

    /// <summary>The numbers of a nested array, row-major.</summary>
    public static double[] Flat(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => [.. element.EnumerateArray().SelectMany(Flat)],
        JsonValueKind.String => [double.Parse(element.GetString()!, CultureInfo.InvariantCulture)],
        _ => [element.GetDouble()],
    };

    /// <summary>The lengths of a nested array's axes.</summary>
    public static int[] Lengths(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? [element.GetArrayLength(), .. element.GetArrayLength() == 0 ? [] : Lengths(element[0])] : [];

    // Python writes non-finite numbers bare, which JSON does not know.
    [GeneratedRegex("""([\[,:]\s*)(-?Infinity|NaN)(?=\s*[\],}])""")]
    private static partial Regex Bare();
}
