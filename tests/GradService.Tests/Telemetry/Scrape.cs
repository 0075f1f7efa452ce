using System.Globalization;
using System.Text.RegularExpressions;

namespace GradService.Tests.Telemetry;

/// <summary>What <c>/metrics</c> answered: the types by name, and every sample.</summary>
internal sealed partial class Scrape
{
    private static readonly string[] HistogramParts = ["_bucket", "_sum", "_count"];

    private readonly List<(string Name, SortedDictionary<string, string> Labels, double Value)> _samples = [];

    private Scrape(string text)
    {
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                Types[words[2]] = words[3];
            }
            else if (!line.StartsWith('#'))
            {
                Match sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
                foreach (Match label in Label().Matches(sample.Groups["labels"].Value))
                {
                    labels[label.Groups["name"].Value] = label.Groups["value"].Value;
                }

                labels.Remove("otel_scope_name");
                _samples.Add((sample.Groups["name"].Value, labels, double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture)));
            }
        }
    }

    /// <summary>The type of each metric.</summary>
    public Dictionary<string, string> Types { get; } = new(StringComparer.Ordinal);

    /// <summary>The values of a label over all samples.</summary>
    public IReadOnlyList<string> ValuesOf(string label) =>
        [.. _samples.Where(sample => sample.Labels.ContainsKey(label)).Select(sample => sample.Labels[label]).Distinct().Order(StringComparer.Ordinal)];

    public static async Task<Scrape> OfAsync(HttpClient client) => new(await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken));

    /// <summary>Scrapes until something is true: requests are counted after the last byte of their answer, and an answer to a scrape is kept for a moment.</summary>
    public static async Task<Scrape> UntilAsync(HttpClient client, Func<Scrape, bool> isTrue)
    {
        for (int attempt = 0; ; attempt++)
        {
            Scrape scrape = await OfAsync(client);
            if (isTrue(scrape))
            {
                return scrape;
            }

            Assert.True(attempt < 100, $"It has not become true within ten seconds:\n{string.Join('\n', scrape._samples.Where(sample => sample.Value != 0).Select(sample => $"{sample.Name} {string.Join(',', sample.Labels)} {sample.Value}"))}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The names of the labels of a metric's samples, without a histogram's own.</summary>
    public IReadOnlyList<string> LabelsOf(string metric)
    {
        IEnumerable<string> names = Types[metric] == "histogram" ? HistogramParts.Select(part => metric + part) : [metric];
        string[] sets = [.. _samples.Where(sample => names.Contains(sample.Name)).Select(sample => string.Join(',', sample.Labels.Keys.Where(label => label != "le"))).Distinct()];
        return Assert.Single(sets).Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The upper bounds of a histogram's buckets.</summary>
    public IReadOnlyList<string> BoundsOf(string metric) =>
        [.. _samples.Where(sample => sample.Name == $"{metric}_bucket").Select(sample => sample.Labels["le"]).Distinct()];

    /// <summary>The sum of the samples with these labels; 0 when there are none.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels) => Of(name, labels).Sum(sample => sample.Value);

    /// <summary>Whether there is a sample with these labels.</summary>
    public bool Has(string name, params (string Label, string Value)[] labels) => Of(name, labels).Any();

    private IEnumerable<(string Name, SortedDictionary<string, string> Labels, double Value)> Of(string name, (string Label, string Value)[] labels) =>
        _samples.Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Label) == label.Value));

    [GeneratedRegex(@"^(?<name>\w+)(\{(?<labels>.*)\})? (?<value>\S+)$")]
    private static partial Regex Sample();

    [GeneratedRegex("(?<name>\\w+)=\"(?<value>[^\"]*)\"")]
    private static partial Regex Label();
}
