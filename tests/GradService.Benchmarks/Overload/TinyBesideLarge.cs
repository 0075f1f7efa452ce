using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Service;
using GradService.Benchmarks.Workloads;

namespace GradService.Benchmarks.Overload;

/// <summary>How long tiny requests take alone, and while large ones saturate the service.</summary>
internal static class TinyBesideLarge
{
    private const int TinyCallers = 2;
    private const int LargeCallers = 8;

    public static void Run(BenchmarkOptions options, FindingTable table, string app)
    {
        TimeSpan duration = TimeSpan.FromSeconds(options.Quick ? 0.3 : 10);
        int side = options.Quick ? 16 : 256;
        byte[] tiny = Post(HttpWork.Tiny());
        byte[] large = Post(HttpWork.Pictures(side));
        using ServerProcess server = Servers.Own(app, out _, "--Onnx:Enabled=false");
        Loader.Run(server.Port, tiny, TinyCallers, duration / 3);
        LoadReport alone = Loader.Run(server.Port, tiny, TinyCallers, duration);
        Loader.Run(server.Port, large, LargeCallers, duration / 3);

        LoadReport? beside = null;
        var saturating = new Thread(() => beside = Loader.Run(server.Port, large, LargeCallers, duration * 1.2));
        saturating.Start();
        Thread.Sleep(duration * 0.1);
        LoadReport together = Loader.Run(server.Port, tiny, TinyCallers, duration);
        saturating.Join();

        string name = $"tiny [8, 12] beside {LargeCallers} callers with [1, {side}, {side}, 12], JSON";
        table.Add(new Finding(name, "ms, p50 of tiny", 1e3 * together.Median, "tiny alone", 1e3 * alone.Median, alone.Median / together.Median));
        table.Add(new Finding(name, "ms, p99 of tiny", 1e3 * together.Slowest, "tiny alone", 1e3 * alone.Slowest, alone.Slowest / together.Slowest));
        table.Add(new Finding(name, "tiny/s", together.PerSecond, "tiny alone", alone.PerSecond, together.PerSecond / alone.PerSecond));
        table.Add(new Finding(name, "ms, p50 of large", 1e3 * beside!.Median));
        table.Add(new Finding(name, "large/s", beside.PerSecond));
    }

    private static byte[] Post(Workload workload) => HttpMessage.Post($"/v1/{workload.Operation.Name}", "application/json", HttpMessage.Json(workload));
}
