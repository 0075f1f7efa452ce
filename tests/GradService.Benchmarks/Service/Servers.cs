using System.Diagnostics;
using GradService.Benchmarks.Contests;

namespace GradService.Benchmarks.Service;

/// <summary>The servers that are compared: the published service, its floor, and FastAPI with PyTorch.</summary>
internal static class Servers
{
    /// <summary>How much longer a server is warmed up than other work: while a load holds all processors, the runtime takes some seconds to compile what is hot anew.</summary>
    public const int LongerWarmUp = 8;

    /// <summary>The service's name in the table.</summary>
    public const string OwnName = "GradService";

    /// <summary>The published service.</summary>
    /// <param name="app">Its folder.</param>
    /// <param name="seconds">From start to ready.</param>
    /// <param name="settings">Settings on its command line.</param>
    public static ServerProcess Own(string app, out double seconds, params string[] settings) => ServerProcess.Start(
        OwnName,
        port => new ProcessStartInfo("dotnet", [Path.Combine(app, "GradService.dll"), "--urls", $"http://127.0.0.1:{port}", .. settings]),
        "/health/ready",
        out seconds);

    /// <summary>The least a server of this kind can cost: one that reads the body and drops it.</summary>
    public static ServerProcess Floor() => ServerProcess.Start(
        "a server that drops the body",
        port => new ProcessStartInfo(Environment.ProcessPath!, [.. Self.Arguments, FloorServer.Verb, $"http://127.0.0.1:{port}"]),
        "/",
        out _);

    /// <summary>FastAPI and PyTorch; null where they are not installed.</summary>
    /// <param name="python">The Python.</param>
    /// <param name="name">Its name in the table.</param>
    /// <param name="workers">Its processes.</param>
    /// <param name="threads">PyTorch's threads in each.</param>
    public static ServerProcess? FastApi(string python, string name, int workers, int threads) =>
        !PeerEnvironment.HasModules(python, "fastapi", "uvicorn", "torch", "numpy")
            ? null
            : ServerProcess.Start(
                name,
                port =>
                {
                    var start = new ProcessStartInfo(python, ["-m", "uvicorn", "fastapi_peer:app", "--host", "127.0.0.1", "--port", $"{port}", "--workers", $"{workers}", "--log-level", "critical"])
                    {
                        WorkingDirectory = PeerEnvironment.Scripts,
                    };
                    start.Environment["PEER_THREADS"] = $"{threads}";
                    return start;
                },
                "/ready",
                out _);

    /// <summary>The folder of the published service: the one given, or one published now.</summary>
    /// <param name="options">The options.</param>
    /// <param name="folder">Where to publish to.</param>
    public static string Published(BenchmarkOptions options, string folder)
    {
        if (options.App is not null)
        {
            return options.App;
        }

        string app = Path.Combine(folder, "app");
        if (!Directory.Exists(app))
        {
            string project = Path.Combine(Self.Repository, "src", "GradService");
            if (!PeerEnvironment.Succeeds("dotnet", "publish", project, "-c", "Release", "-p:UseAppHost=false", "-o", app))
            {
                throw new InvalidOperationException($"dotnet publish {project} failed.");
            }
        }

        return app;
    }
}
