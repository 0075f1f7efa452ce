using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Service;

namespace GradService.Benchmarks.Models;

/// <summary>New versions of a model, and at last a corrupt one, come while callers go on.</summary>
internal static class Replacement
{
    private const int Side = 64;
    private const int Callers = 4;

    public static void Run(BenchmarkOptions options, FindingTable table, string app)
    {
        int versions = options.Quick ? 2 : 6;
        DirectoryInfo root = Directory.CreateTempSubdirectory("gradservice-models-");
        try
        {
            byte[] model = File.ReadAllBytes(Path.Combine(app, "models", StreetScenes.Name, "1", "model.onnx"));
            Put(root, 1, model);
            using ServerProcess server = Servers.Own(app, out _, $"--Onnx:ModelRepository={root.FullName}", "--Onnx:PollSeconds=0.2");
            byte[] request = StreetScenes.Infer(Side, Side, 1);
            byte[] answer = StreetScenes.Answer(server.Port, request, out int header);
            var seen = new SortedSet<int>();
            CrowdReport? report = null;
            using var done = new ManualResetEventSlim();
            var crowd = new Thread(() => report = Until(done, server.Port, request, answer[header..], seen));
            crowd.Start();
            for (int version = 2; version <= versions; version++)
            {
                Put(root, version, model);
                Await(server.Port, version, "READY");
            }

            Put(root, versions + 1, [.. model.AsSpan(0, model.Length / 2)]);
            string reason = Await(server.Port, versions + 1, "UNAVAILABLE");
            Thread.Sleep(options.Quick ? 100 : 1000);
            done.Set();
            crowd.Join();
            string name = string.Create(CultureInfo.InvariantCulture, $"replacement: {versions - 1} new versions and a corrupt one, {Callers} callers");
            if (report!.Wrong + report.Lost > 0 || report.Count(200) != report.Total || seen.Max != versions)
            {
                table.Add(Finding.Disagreement(name, "one version", $"{report.Statuses}; {report.Wrong} wrong, {report.Lost} connections broke; versions {string.Join(", ", seen)} answered"));
                return;
            }

            table.Add(new Finding(name, $"answers, by versions {string.Join(", ", seen)}", report.Total));
            table.Add(new Finding(name, "answers that failed or were wrong", report.Total - report.Count(200) + report.Wrong + report.Lost));
            table.Add(new Finding(name, "ms, p99", 1e3 * report.At(0.99)));
            table.Add(Finding.Absent(name, "the corrupt version", reason));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    // Written beside and moved into place, as the documentation tells people to.
    private static void Put(DirectoryInfo root, int version, byte[] model)
    {
        string place = Path.Combine(root.CreateSubdirectory(StreetScenes.Name).FullName, version.ToString(CultureInfo.InvariantCulture));
        DirectoryInfo beside = root.CreateSubdirectory(".incoming");
        File.WriteAllBytes(Path.Combine(beside.FullName, "model.onnx"), model);
        beside.MoveTo(place);
    }

    private static CrowdReport Until(ManualResetEventSlim done, int port, byte[] request, byte[] tensor, SortedSet<int> seen)
    {
        Func<MemoryStream, int, bool> hasTensor = Crowd.HasTensor(tensor);
        var parts = new List<CrowdReport>();
        while (!done.IsSet)
        {
            parts.Add(Crowd.Run(port, request, Callers, TimeSpan.FromSeconds(0.25), (body, header) =>
            {
                int version = int.Parse((string)JsonNode.Parse(body.GetBuffer().AsSpan(0, header))!["model_version"]!, CultureInfo.InvariantCulture);
                lock (seen)
                {
                    seen.Add(version);
                }

                return hasTensor(body, header);
            }));
        }

        return new CrowdReport(
            parts.Sum(part => part.Seconds),
            parts.SelectMany(part => part.Latencies).GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.SelectMany(entry => entry.Value).Order().ToArray()),
            parts.Sum(part => part.Wrong),
            parts.Sum(part => part.Lost));
    }

    private static string Await(int port, int version, string state)
    {
        byte[] index = HttpMessage.Post("/v2/repository/index", "application/json", "{}"u8);
        long begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(60))
        {
            JsonNode? entry = JsonNode.Parse(StreetScenes.Answer(port, index, out _))!.AsArray()
                .FirstOrDefault(entry => (string)entry!["name"]! == StreetScenes.Name && (string)entry["version"]! == version.ToString(CultureInfo.InvariantCulture));
            if ((string?)entry?["state"] == state)
            {
                return (string?)entry!["reason"] ?? string.Empty;
            }

            Thread.Sleep(20);
        }

        throw new InvalidOperationException($"Version {version} did not become {state}.");
    }
}
