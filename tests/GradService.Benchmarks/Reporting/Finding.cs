using System.Globalization;

namespace GradService.Benchmarks.Reporting;

/// <summary>One line of the table: a figure of the service beside that of a peer doing the same work.</summary>
/// <param name="Work">What was done.</param>
/// <param name="Measure">What was measured, with its unit.</param>
/// <param name="Own">The service's figure.</param>
/// <param name="Peer">The peer's name; empty where there is none.</param>
/// <param name="Theirs">The peer's figure.</param>
/// <param name="Ratio">How many times better the service is: the median of the rounds' ratios.</param>
/// <param name="Target">The least ratio aimed at, where there is one.</param>
internal sealed record Finding(string Work, string Measure, double Own, string Peer = "", double? Theirs = null, double? Ratio = null, double? Target = null)
{
    /// <summary>Why there is no figure: the peer is not installed, or its answer differs.</summary>
    public string? Remark { get; private init; }

    /// <summary>Whether a peer computed something else, which makes any comparison worthless.</summary>
    public bool IsWrong { get; private init; }

    /// <summary>Whether the target is met; null where there is none.</summary>
    public bool? IsMet => Target is { } target && Ratio is { } ratio ? ratio >= target : null;

    /// <summary>A peer that is not there to be compared with.</summary>
    /// <param name="work">What it would have done.</param>
    /// <param name="peer">Its name.</param>
    /// <param name="why">What is missing.</param>
    public static Finding Absent(string work, string peer, string why) => new(work, string.Empty, double.NaN, peer) { Remark = why };

    /// <summary>A peer that computed something else.</summary>
    /// <param name="work">What it did.</param>
    /// <param name="peer">Its name.</param>
    /// <param name="difference">What differs.</param>
    public static Finding Disagreement(string work, string peer, string difference) => new(work, string.Empty, double.NaN, peer) { Remark = difference, IsWrong = true };

    /// <summary>A figure the service must stay below, as a ratio of at least 1.</summary>
    /// <param name="work">What was done.</param>
    /// <param name="measure">What was measured.</param>
    /// <param name="own">The figure.</param>
    /// <param name="most">The most it may be.</param>
    public static Finding AtMost(string work, string measure, double own, double most) =>
        new(work, measure, own, "the most allowed", most, most / own, 1);

    /// <summary>The line of a Markdown table.</summary>
    public string ToMarkdown()
    {
        string verdict = IsMet switch { true => "met", false => "missed", null => string.Empty };
        return Remark is not null
            ? $"| {Work} | {Measure} | | {Peer} | {Remark} | | | |"
            : $"| {Work} | {Measure} | {Figure(Own)} | {Peer} | {Figure(Theirs)} | {Figure(Ratio)} | {Figure(Target)} | {verdict} |";
    }

    private static string Figure(double? value) => value switch
    {
        null => string.Empty,
        >= 1000 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.Value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("F1", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("G3", CultureInfo.InvariantCulture),
    };
}
