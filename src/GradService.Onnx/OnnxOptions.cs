using GradService.Onnx.Repository;
using GradService.Onnx.Running;

namespace GradService.Onnx;

/// <summary>How models are found, loaded and run. The defaults serve; every bound is inclusive.</summary>
public sealed record OnnxOptions
{
    /// <summary>Whether models are served at all. When false the native library is never loaded. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The folder of models, <c>model/version/model.onnx</c> below it. It need not exist: then there are only the remote models.</summary>
    public required string ModelRepository { get; init; }

    /// <summary>What models run on. CUDA falls back to the CPU, with the reason reported, where it is not to be had. Default CPU.</summary>
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>The threads within one operator of a model, 0 to 1024. Default 0: as many as the process may use (its CPU quota, in a container).</summary>
    public int IntraOpThreads { get; init; }

    /// <summary>The operators of one model that run side by side, 1 to 1024. Default 1: one after the other.</summary>
    public int InterOpThreads { get; init; } = 1;

    /// <summary>The most runs of one model version at the same time, 0 to 1024. Default 0: as many as the process may use processors.</summary>
    public int MaxConcurrency { get; init; }

    /// <summary>The most runs that wait for one of those to end, 0 to 100,000; one more is refused as <see cref="ModelFault.Busy"/>. Default 16.</summary>
    public int QueueLength { get; init; } = 16;

    /// <summary>The longest that one run may take once it has begun; then it is stopped. 10 milliseconds to 1 day. Default 30 seconds.</summary>
    public TimeSpan RunTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest that the first run, on zeros, may take when a version is loaded. 10 milliseconds to 1 day. Default 5 minutes.</summary>
    public TimeSpan WarmUpTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The failures of a model itself, one after the other, that open its circuit, 2 to 1,000,000; 0 for never. Default 5.</summary>
    public int BreakerFailures { get; init; } = 5;

    /// <summary>How long an open circuit refuses before one run is tried again. Half a second to 1 day. Default 10 seconds.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request waits for others to run with it as one batch. 0 to 10 seconds. Default 0: batching is off.</summary>
    public TimeSpan BatchWindow { get; init; } = TimeSpan.Zero;

    /// <summary>The most rows of axis 0 in one batch, 1 to 100,000. Default 16.</summary>
    public int MaxBatchSize { get; init; } = 16;

    /// <summary>How often the folder is looked at for new, replaced and removed models. 50 milliseconds to 1 day; zero for never. Default 2 seconds.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Where fetched models are kept. Default: <c>gradservice/models</c> in the user's local data, or in the folder of temporary files where there are none.</summary>
    public string CacheFolder { get; init; } = DefaultCacheFolder;

    /// <summary>Models that are fetched by their address. Default none.</summary>
    public IReadOnlyList<RemoteModel> Remote { get; init; } = [];

    /// <summary>The most bytes of one model with its external data, 1 to 2,147,483,591. Default 2,000,000,000.</summary>
    public long MaxModelBytes { get; init; } = 2_000_000_000;

    /// <summary>How long to wait before a fetch that failed is tried again, the first time; then longer and longer.</summary>
    internal TimeSpan FetchDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a session keeps memory that it has freed, to use again.</summary>
    internal TimeSpan KeepsMemory { get; init; } = TimeSpan.FromMinutes(1);

    // Where a user has no home, as in most containers, there is still a folder for what may be lost.
    private static string DefaultCacheFolder =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } own
            ? Path.Combine(own, "gradservice", "models")
            : Path.Combine(Path.GetTempPath(), "gradservice-models");
}
