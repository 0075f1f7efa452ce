using System.Text.Json.Nodes;
using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Service;

namespace GradService.Benchmarks.Models;

/// <summary>From a PNG to its mask, beside what the network alone takes by the service's own statistics.</summary>
internal static class OnePicture
{
    public static void Run(BenchmarkOptions options, FindingTable table, string app)
    {
        TimeSpan slot = TimeSpan.FromSeconds(options.Quick ? 0.1 : 2);
        using ServerProcess server = Servers.Own(app, out _);
        byte[] mask = StreetScenes.Answer(server.Port, StreetScenes.Segment, out _);
        _ = Crowd.Run(server.Port, StreetScenes.Segment, 1, slot, Crowd.Is(mask));
        var medians = new List<double>();
        for (int round = 0; round < options.Rounds; round++)
        {
            CrowdReport report = Crowd.Run(server.Port, StreetScenes.Segment, 1, slot, Crowd.Is(mask));
            if (report.Wrong + report.Lost > 0)
            {
                table.Add(Finding.Disagreement("one picture to its mask", "the first answer", report.Statuses));
                return;
            }

            medians.Add(1e3 * report.At(0.5));
        }

        byte[] tensor = StreetScenes.Infer(StreetScenes.Height, StreetScenes.Width, 1);
        _ = Crowd.Run(server.Port, tensor, 1, slot, (_, _) => true);
        double whole = Quantile.Median(medians);
        double network = Network(server.Port);
        table.Add(new Finding("one picture to its mask: PNG, one caller", "ms, p50", whole, "ONNX Runtime's run alone, mean", network, network / whole));
    }

    // Mean milliseconds of a run.
    private static double Network(int port)
    {
        JsonNode statistics = JsonNode.Parse(StreetScenes.Answer(port, HttpMessage.Get($"/v2/models/{StreetScenes.Name}/stats"), out _))!["model_stats"]![0]!["inference_stats"]!["compute_infer"]!;
        return (double)statistics["ns"]! / 1e6 / (double)statistics["count"]!;
    }
}
