using System.Text.RegularExpressions;

namespace GradService.Tests.Telemetry;

/// <summary>The tables of deploy/observability/README.md, which rules and dashboard are held against as well.</summary>
internal static partial class DocumentedMetrics
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "observability", "README.md"));

    /// <summary>Every metric with its type and labels.</summary>
    public static IReadOnlyList<(string Name, string Type, string[] Labels)> All { get; } =
        [.. Row().Matches(Readme).Select(row => (row.Groups["name"].Value, row.Groups["type"].Value, Names(row.Groups["labels"].Value)))];

    /// <summary>The instrument of each metric of the service's own, and its unit.</summary>
    public static IReadOnlyDictionary<string, (string Instrument, string? Unit)> Instruments { get; } =
        Instrument().Matches(Readme).ToDictionary(
            row => row.Groups["name"].Value,
            row => (row.Groups["instrument"].Value, row.Groups["unit"].Success ? row.Groups["unit"].Value : null));

    /// <summary>The bounds of a kind of histogram.</summary>
    /// <param name="kind">"durations, in seconds" or "batch sizes".</param>
    public static string[] Buckets(string kind) => Names(Regex.Match(Readme, $@"f {kind}: (?<bounds>[\d., ]*\d)").Groups["bounds"].Value);

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<type>counter|gauge|histogram) \|(?<labels>[\w, ]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| `(?<name>gradservice_\w+)` \| .* \| `(?<instrument>[\w.]+)`, (`(?<unit>[^`]+)`|none) \|$", RegexOptions.Multiline)]
    private static partial Regex Instrument();
}
