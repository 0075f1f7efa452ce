using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GradService.Benchmarks.Reporting;

/// <summary>Collects the findings of a run, shows each as it comes and prints them all as one Markdown table.</summary>
internal sealed class FindingTable(TextWriter output)
{
    private readonly List<Finding> _findings = [];

    /// <summary>The findings so far.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Adds a finding.</summary>
    public void Add(Finding finding)
    {
        _findings.Add(finding);
        output.WriteLine(finding.ToMarkdown());
    }

    /// <summary>What the figures were measured on, and the table.</summary>
    public string ToMarkdown() => string.Join('\n',
    [
        Machine(),
        string.Empty,
        "| work | measure | GradService | peer | theirs | ratio | at least | |",
        "|---|---|---:|---|---:|---:|---:|---|",
        .. _findings.Select(finding => finding.ToMarkdown()),
        string.Empty,
    ]);

    private static string Machine()
    {
        string vectors = Vector512.IsHardwareAccelerated ? "AVX-512" : Vector256.IsHardwareAccelerated ? "256-bit vectors" : "128-bit vectors";
        string model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? string.Empty
            : string.Empty;
        return $"{Environment.ProcessorCount} processors{(model.Length > 0 ? $" ({model})" : string.Empty)}, {vectors}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}.";
    }
}
