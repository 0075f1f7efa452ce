using GradService.Benchmarks.Workloads;

namespace GradService.Benchmarks.Service;

/// <summary>One kind of request, as the service takes it and as its peers do.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Connections">How many are under way at once.</param>
/// <param name="Own">The service's request.</param>
internal sealed record HttpWork(string Name, int Connections, byte[] Own)
{
    /// <summary>The request to the plain peer; null where it has no part.</summary>
    public byte[]? Plain { get; init; }

    /// <summary>The request to the hand-tuned peer.</summary>
    public required byte[] Tuned { get; init; }

    /// <summary>The ratio of requests in a second to the plain peer aimed at.</summary>
    public double? OverPlain { get; init; }

    /// <summary>The ratio of requests in a second to the hand-tuned peer aimed at.</summary>
    public double? OverTuned { get; init; }

    /// <summary>How many times the median the 99th percentile may be; null where that is not asked.</summary>
    public double? Tail { get; init; }

    /// <summary>Whether the answers are raw tensors.</summary>
    public bool IsBinary { get; init; }

    /// <summary>All of it.</summary>
    /// <param name="quick">Whether it is to be small.</param>
    public static IEnumerable<Lazy<HttpWork>> All(bool quick)
    {
        (int medium, int large, int points) = quick ? (4, 8, 1000) : (64, 256, 100_000);
        return
        [
            new(() => Json("tiny [8, 12]", 16, Tiny()) with { OverPlain = 20, OverTuned = 3.5 }),
            new(() => Json($"medium [1, {medium}, {medium}, 12]", 4, Pictures(medium)) with { OverPlain = 25, OverTuned = 3, Tail = 5 }),
            new(() => Json($"large [1, {large}, {large}, 12]", 2, Pictures(large)) with { OverPlain = 18, OverTuned = 5 }),
            new(() => Binary("tiny [8, 12]", 16, Tiny(), "cross-entropy", "loss", "grad_logits") with { OverTuned = 4 }),
            new(() => Binary($"medium [1, {medium}, {medium}, 12]", 4, Pictures(medium), "cross-entropy", "loss", "grad_logits") with { OverTuned = 1.2 }),
            new(() => Binary($"large [1, {large}, {large}, 12]", 2, Pictures(large), "cross-entropy", "loss", "grad_logits") with { OverTuned = 1.5 }),
            new(() => Binary($"k-means step [{points}, 64], K = 20", 2, PeerWork.Clustered(points, 64, 20), "kmeans-step", "centroids")),
            new(() => Binary("correlation [1, 256, 64, 64] * [1, 256, 8, 8], gradients", 2, PeerWork.Correlated(gradients: true), "correlation", "output", "grad_input", "grad_kernel")),
        ];
    }

    /// <summary>Eight pixels of twelve classes.</summary>
    public static Workload Tiny()
    {
        var draw = new Draw(1);
        return new Workload(WorkloadTable.Operation("losses/cross-entropy"), [], new Dictionary<string, Numerics.Tensors.Tensor>
        {
            ["logits"] = draw.Normal(2, 8, 12),
            ["labels"] = draw.Classes(12, 8),
            ["weight"] = draw.Uniform(0.2, 3, 12),
        });
    }

    /// <summary>One picture of twelve classes, channels last.</summary>
    public static Workload Pictures(int side) => PeerWork.Segmented("losses/cross-entropy", -1, 1, side, side, weighted: true);

    private static HttpWork Json(string name, int connections, Workload workload)
    {
        byte[] body = HttpMessage.Json(workload);
        return new HttpWork($"{name}, JSON, {connections} connections", connections, HttpMessage.Post($"/v1/{workload.Operation.Name}", "application/json", body))
        {
            Plain = HttpMessage.Post("/plain/cross-entropy", "application/json", body),
            Tuned = HttpMessage.Post("/tuned/cross-entropy", "application/json", body),
        };
    }

    private static HttpWork Binary(string name, int connections, Workload workload, string peer, params string[] outputs) =>
        new($"{name}, binary, {connections} connections", connections, HttpMessage.Inference(workload, outputs))
        {
            Tuned = HttpMessage.Post($"/tuned/binary/{peer}", "application/octet-stream", HttpMessage.Framed(workload)),
            IsBinary = true,
        };
}
