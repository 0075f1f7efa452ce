using System.Globalization;
using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Service;
using GradService.Benchmarks.Workloads;

namespace GradService.Benchmarks.Models;

/// <summary>Requests that arrive within a window run as one, beside each by itself.</summary>
internal static class Batching
{
    private static readonly double[] Windows = [1, 3];

    public static void Run(BenchmarkOptions options, FindingTable table, string app)
    {
        int side = options.Quick ? 16 : 64;
        Run(options, table, app, $"street-scenes [1, 3, {side}, {side}]", StreetScenes.Infer(side, side, 1));
        int width = options.Quick ? 64 : 2048;
        DirectoryInfo root = Directory.CreateTempSubdirectory("gradservice-models-");
        try
        {
            File.WriteAllBytes(Path.Combine(root.CreateSubdirectory(Path.Combine(Dense.Name, "1")).FullName, "model.onnx"), Dense.File(width));
            byte[] request = StreetScenes.Infer(Dense.Name, Dense.Input, new Draw(1).Normal(1, 1, width), Dense.Output);
            Run(options, table, app, $"dense layers [1, {width}]", request, $"--Onnx:ModelRepository={root.FullName}");
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static void Run(BenchmarkOptions options, FindingTable table, string app, string work, byte[] request, params string[] settings)
    {
        using ServerProcess alone = Serve(app, 0, settings);
        byte[] answer = StreetScenes.Answer(alone.Port, request, out int header);
        foreach (double window in Windows)
        {
            using ServerProcess batched = Serve(app, window, settings);
            foreach (int callers in options.Quick ? [4] : new[] { 1, 8, 16 })
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"batching within {window} ms, {work}, {callers} {(callers == 1 ? "caller" : "callers")}");
                Compare(options, table, name, alone.Port, batched.Port, request, answer[header..], callers);
            }
        }
    }

    private static void Compare(BenchmarkOptions options, FindingTable table, string name, int alone, int batched, byte[] request, byte[] tensor, int callers)
    {
        TimeSpan slot = TimeSpan.FromMilliseconds(options.Quick ? 50 : 800);
        var rounds = new List<(CrowdReport Alone, CrowdReport Batched)>();
        for (int round = 0; round <= options.Rounds; round++)
        {
            rounds.Add((Crowd.Run(alone, request, callers, slot, Crowd.IsNear(tensor)), Crowd.Run(batched, request, callers, slot, Crowd.IsNear(tensor))));
        }

        // The first round warms up.
        rounds.RemoveAt(0);
        int wrong = rounds.Sum(round => round.Alone.Wrong + round.Batched.Wrong + round.Alone.Lost + round.Batched.Lost);
        if (wrong > 0)
        {
            table.Add(Finding.Disagreement(name, "each by itself", $"{wrong} answers differ"));
            return;
        }

        table.Add(new Finding(
            name,
            "answers/s",
            Quantile.Median([.. rounds.Select(round => round.Batched.Good)]),
            "each by itself",
            Quantile.Median([.. rounds.Select(round => round.Alone.Good)]),
            Quantile.Median([.. rounds.Select(round => round.Batched.Good / round.Alone.Good)])));
        table.Add(new Finding(
            name,
            "ms, p50",
            1e3 * Quantile.Median([.. rounds.Select(round => round.Batched.At(0.5))]),
            "each by itself",
            1e3 * Quantile.Median([.. rounds.Select(round => round.Alone.At(0.5))]),
            Quantile.Median([.. rounds.Select(round => round.Alone.At(0.5) / round.Batched.At(0.5))])));
    }

    private static ServerProcess Serve(string app, double window, string[] settings) => Servers.Own(
        app, out _, [string.Create(CultureInfo.InvariantCulture, $"--Onnx:BatchWindowMilliseconds={window}"), "--Onnx:QueueLength=64", .. settings]);
}
