using GradService.Wire;

namespace GradService.Hosting;

/// <summary>What one request, and all together, may take.</summary>
public sealed class Limits
{
    /// <summary>Reads the section <c>Limits</c>.</summary>
    /// <param name="configuration">The host's configuration.</param>
    /// <exception cref="SettingException">A value that is not allowed.</exception>
    public Limits(IConfiguration configuration)
    {
        MaxRequestBytes = configuration.Whole("Limits:MaxRequestBytes", 64L << 20, 1024, 2_000_000_000);
        MaxInFlightBytes = configuration.Whole("Limits:MaxInFlightBytes", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2, 1 << 20, long.MaxValue);
        RequestTimeoutSeconds = (int)configuration.Whole("Limits:RequestTimeoutSeconds", 100, 1, 86_400);
        MaxJsonDepth = (int)configuration.Whole("Limits:MaxJsonDepth", 64, 4, 1000);
        MaxTensorElements = (int)configuration.Whole("Limits:MaxTensorElements", 256L << 20, 1, int.MaxValue);
        Threads = (int)configuration.Whole("Limits:Threads", Environment.ProcessorCount, 1, 1024);
        Concurrency = (int)configuration.Whole("Limits:Concurrency", Environment.ProcessorCount, 1, 1024);
        SmallRequestBytes = configuration.Whole("Limits:SmallRequestBytes", 64 << 10, 0, 2_000_000_000);
        QueueLength = (int)configuration.Whole("Limits:QueueLength", 64, 0, 100_000);
        SmallQueueLength = (int)configuration.Whole("Limits:SmallQueueLength", 1024, 0, 100_000);
        QueueSeconds = configuration.Number("Limits:QueueSeconds", 2, 0.01, 3600);
        DrainSeconds = configuration.Number("Limits:DrainSeconds", 0, 0, 3600);
        ShutdownSeconds = configuration.Number("Limits:ShutdownSeconds", 30, 0, 86_400);
    }

    /// <summary>The most bytes of a request body, as sent and again when decompressed. Default 67108864.</summary>
    public long MaxRequestBytes { get; }

    /// <summary>The most bytes of bodies, tensors and scratch of all requests together. Default: half of the memory that the process may use.</summary>
    public long MaxInFlightBytes { get; }

    /// <summary>The most seconds a request may take before its work is stopped. Default 100.</summary>
    public int RequestTimeoutSeconds { get; }

    /// <summary>The deepest nesting of a JSON body. Default 64.</summary>
    public int MaxJsonDepth { get; }

    /// <summary>The most elements of one tensor, read or answered. Default 268435456.</summary>
    public int MaxTensorElements { get; }

    /// <summary>The most threads that one request is read and computed on. Default: one for each processor.</summary>
    public int Threads { get; }

    /// <summary>The most requests that compute at once, of the small and again of the large ones. Default: one for each processor.</summary>
    public int Concurrency { get; }

    /// <summary>The most bytes of a body, decompressed, that has the lane of small requests. Default 65536.</summary>
    public long SmallRequestBytes { get; }

    /// <summary>The most large requests that wait for the processor. Default 64.</summary>
    public int QueueLength { get; }

    /// <summary>The most small requests that wait for the processor. Default 1024.</summary>
    public int SmallQueueLength { get; }

    /// <summary>The most seconds that a request waits for the processor; one that would wait longer is refused at once. Default 2.</summary>
    public double QueueSeconds { get; }

    /// <summary>The seconds between the service's saying that it is not ready and its refusing requests, when it stops. Default 0.</summary>
    public double DrainSeconds { get; }

    /// <summary>The most seconds that requests in flight then have to end. Default 30.</summary>
    public double ShutdownSeconds { get; }

    /// <summary>What of it the reading of tensors has to know.</summary>
    internal WireLimits Wire => new(MaxJsonDepth, MaxTensorElements) { Threads = Threads };
}
