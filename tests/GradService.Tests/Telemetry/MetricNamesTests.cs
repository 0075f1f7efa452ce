using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using GradService.Onnx.Tests;
using GradService.Tests.InferenceProtocol;

namespace GradService.Tests.Telemetry;

/// <summary>The names that dashboards and alerts go by: what the tables of deploy/observability/README.md say is what <c>/metrics</c> answers.</summary>
public sealed class MetricNamesTests
{
    [Fact]
    public async Task Every_documented_metric_is_there_with_its_type_and_labels_and_none_of_ours_is_undocumented()
    {
        using var folder = new ModelFolder();
        folder.Put("fickle", 1, ModelFiles.TwoRows());
        using var service = new RunningService(folder.Settings());
        Scrape scrape = await TrafficAsync(service);
        (string Name, string Type, string[] Labels)[] expected = [.. DocumentedMetrics.All];
        Assert.True(expected.Length > 20, "The tables were not found.");
        Assert.All(expected, metric =>
        {
            Assert.Equal(metric.Type, scrape.Types.GetValueOrDefault(metric.Name, "not there"));
            IReadOnlyList<string> labels = scrape.LabelsOf(metric.Name);
            if (metric.Name.StartsWith("gradservice_", StringComparison.Ordinal))
            {
                Assert.Equal(metric.Labels.Order(StringComparer.Ordinal), labels);
            }
            else
            {
                Assert.Subset(labels.ToHashSet(), metric.Labels.ToHashSet());
            }
        });
        Assert.Equal(
            expected.Select(metric => metric.Name).Where(IsOurs).Order(StringComparer.Ordinal),
            scrape.Types.Keys.Where(IsOurs).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Histograms_have_the_documented_buckets()
    {
        using var folder = new ModelFolder();
        folder.Put("fickle", 1, ModelFiles.TwoRows());
        using var service = new RunningService(folder.Settings());
        Scrape scrape = await TrafficAsync(service);
        string[] durations = [.. DocumentedMetrics.Buckets("durations, in seconds"), "+Inf"];
        Assert.Equal(17, durations.Length);
        string[] batches = [.. DocumentedMetrics.Buckets("batch sizes"), "+Inf"];
        Assert.Equal(7, batches.Length);
        Assert.All(
            scrape.Types.Where(metric => metric.Value == "histogram" && IsOurs(metric.Key)),
            metric => Assert.Equal(metric.Key.EndsWith("_seconds", StringComparison.Ordinal) ? durations : batches, scrape.BoundsOf(metric.Key)));
    }

    [Fact]
    public void Instruments_have_the_documented_names_and_units()
    {
        var found = new ConcurrentDictionary<string, string?>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => Note(instrument, found) };
        using var service = new RunningService();
        listener.Start();
        Assert.Equal(DocumentedMetrics.All.Count(metric => IsOurs(metric.Name)), DocumentedMetrics.Instruments.Count);
        Assert.Equal(
            DocumentedMetrics.Instruments.Values.Select(row => $"{row.Instrument} {row.Unit}").Order(StringComparer.Ordinal),
            found.Select(instrument => $"{instrument.Key} {instrument.Value}").Order(StringComparer.Ordinal));
    }

    private static void Note(Instrument instrument, ConcurrentDictionary<string, string?> found)
    {
        if (instrument.Meter.Name == "GradService")
        {
            found[instrument.Name] = instrument.Unit;
        }
    }

    private static async Task<Scrape> TrafficAsync(RunningService service)
    {
        const string Small = """{"logits":[[2,0.5,-1]],"labels":[0]}""";
        using HttpResponseMessage good = await service.Client.PostJsonAsync("/v1/losses/cross-entropy", Small);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        using HttpResponseMessage wrong = await service.Client.PostJsonAsync("/v1/losses/cross-entropy", "{}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Equal(200, (await RunAsync(service, "[2]", "[1,2]")).Status);
        Assert.Equal(503, (await RunAsync(service, "[1]", "[1]")).Status);
        return await Scrape.UntilAsync(service.Client, scrape => scrape.Sum("gradservice_requests_total") == 4);
    }

    private static Task<InferenceReply> RunAsync(RunningService service, string shape, string data) =>
        service.Client.InferAsync("fickle", $$"""{"inputs":[{"name":"x","datatype":"FP32","shape":{{shape}},"data":{{data}}}]}""");

    private static bool IsOurs(string name) => name.StartsWith("gradservice_", StringComparison.Ordinal);
}
