using System.Diagnostics;
using System.Text.Json.Nodes;

namespace GradService.InferenceProtocol;

/// <summary>
/// Counts and durations of a model's requests since the start, in the form of Triton's statistics extension. Counters are added to
/// without locks, so a reader may see a request in some of them and not yet in others.
/// </summary>
/// <remarks>Source: Triton Inference Server, "Statistics Extension".</remarks>
internal sealed class ModelStatistics
{
    private readonly Duration _success = new();
    private readonly Duration _fail = new();
    private readonly Duration _input = new();
    private readonly Duration _infer = new();
    private readonly Duration _output = new();
    private long _lastInference;

    /// <summary>Notes a request that was answered; all times are timestamps of <see cref="Stopwatch"/>.</summary>
    public void Succeeded(long begin, long bodyRead, long ready, long computed, long written)
    {
        _success.Add(begin, written);
        _input.Add(bodyRead, ready);
        _infer.Add(ready, computed);
        _output.Add(computed, written);
        Interlocked.Exchange(ref _lastInference, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    /// <summary>Notes a request that failed.</summary>
    public void Failed(long begin, long end)
    {
        _fail.Add(begin, end);
        Interlocked.Exchange(ref _lastInference, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    /// <summary>The extension's <c>$model_stat</c>. Nothing is queued, batched or cached here, so those figures are 0 or empty.</summary>
    public JsonObject Of(InferenceModel model) => new()
    {
        ["name"] = model.Name,
        ["version"] = model.Version,
        ["last_inference"] = Interlocked.Read(ref _lastInference),
        ["inference_count"] = _success.Count,
        ["execution_count"] = _infer.Count,
        ["inference_stats"] = new JsonObject
        {
            ["success"] = _success.Json(),
            ["fail"] = _fail.Json(),
            ["queue"] = new Duration(_success.Count).Json(),
            ["compute_input"] = _input.Json(),
            ["compute_infer"] = _infer.Json(),
            ["compute_output"] = _output.Json(),
            ["cache_hit"] = new Duration().Json(),
            ["cache_miss"] = new Duration().Json(),
        },
        ["batch_stats"] = new JsonArray(),
    };

    private sealed class Duration(long count = 0)
    {
        private long _count = count;
        private long _nanoseconds;

        public long Count => Interlocked.Read(ref _count);

        public void Add(long from, long to)
        {
            Interlocked.Increment(ref _count);
            Interlocked.Add(ref _nanoseconds, Stopwatch.GetElapsedTime(from, to).Ticks * TimeSpan.NanosecondsPerTick);
        }

        public JsonObject Json() => new() { ["count"] = Count, ["ns"] = Interlocked.Read(ref _nanoseconds) };
    }
}
