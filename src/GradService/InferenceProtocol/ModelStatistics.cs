using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace GradService.InferenceProtocol;

/// <summary>
/// Counts and durations of the requests to a version of a model since the start, in the form of Triton's statistics extension. Counters are
/// added to without locks, so a reader may see a request in some of them and not yet in others.
/// </summary>
/// <remarks>Source: Triton Inference Server, "Statistics Extension".</remarks>
internal sealed class ModelStatistics
{
    private readonly Duration _success = new();
    private readonly Duration _fail = new();
    private readonly Duration _queue = new();
    private readonly Computation _all = new();
    private readonly ConcurrentDictionary<int, Computation> _byBatch = new();
    private long _lastInference;

    /// <summary>Notes a request that was answered.</summary>
    /// <param name="times">How long its steps took.</param>
    /// <param name="batchSize">The requests that were run together, this one included.</param>
    public void Succeeded(RequestTimes times, int batchSize)
    {
        _success.Add(times.Whole);
        _queue.Add(times.Queued);
        _all.Add(times);
        _byBatch.GetOrAdd(batchSize, _ => new Computation()).Add(times);
        Touch();
    }

    /// <summary>Notes a request that failed; the times are timestamps of <see cref="Stopwatch"/>.</summary>
    public void Failed(long begin, long end)
    {
        _fail.Add(Stopwatch.GetElapsedTime(begin, end));
        Touch();
    }

    /// <summary>The extension's <c>$model_stat</c>. Nothing is cached here, so those figures are 0.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="version">The version that the statistics are of.</param>
    public JsonObject Of(string model, string version)
    {
        var stats = new JsonObject { ["success"] = _success.Json(), ["fail"] = _fail.Json(), ["queue"] = _queue.Json() };
        _all.AddTo(stats, 1);
        stats["cache_hit"] = new Duration().Json();
        stats["cache_miss"] = new Duration().Json();
        KeyValuePair<int, Computation>[] batches = [.. _byBatch.OrderBy(batch => batch.Key)];
        return new JsonObject
        {
            ["name"] = model,
            ["version"] = version,
            ["last_inference"] = Interlocked.Read(ref _lastInference),
            ["inference_count"] = _success.Count,
            ["execution_count"] = batches.Sum(batch => Runs(batch.Value.Count, batch.Key)),
            ["inference_stats"] = stats,
            ["batch_stats"] = new JsonArray(
            [
                .. batches.Select(batch =>
                {
                    var row = new JsonObject { ["batch_size"] = batch.Key };
                    batch.Value.AddTo(row, batch.Key);
                    return (JsonNode)row;
                }),
            ]),
        };
    }

    // Each of the requests of a batch is counted; a batch not all of whose requests are answered yet counts as run.
    private static long Runs(long requests, int batchSize) => (requests + batchSize - 1) / batchSize;

    private void Touch() => Interlocked.Exchange(ref _lastInference, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    private sealed class Computation
    {
        private readonly Duration _input = new();
        private readonly Duration _infer = new();
        private readonly Duration _output = new();

        public long Count => _infer.Count;

        public void Add(RequestTimes times)
        {
            _input.Add(times.Input);
            _infer.Add(times.Infer);
            _output.Add(times.Output);
        }

        public void AddTo(JsonObject json, int batchSize)
        {
            json["compute_input"] = _input.Json(batchSize);
            json["compute_infer"] = _infer.Json(batchSize);
            json["compute_output"] = _output.Json(batchSize);
        }
    }

    private sealed class Duration
    {
        private long _count;
        private long _nanoseconds;

        public long Count => Interlocked.Read(ref _count);

        public void Add(TimeSpan duration)
        {
            Interlocked.Increment(ref _count);
            Interlocked.Add(ref _nanoseconds, duration.Ticks * TimeSpan.NanosecondsPerTick);
        }

        /// <summary>How often, and nanoseconds altogether: of batches where requests were run together, who all waited for the same run.</summary>
        public JsonObject Json(int batchSize = 1) => new() { ["count"] = Runs(Count, batchSize), ["ns"] = Interlocked.Read(ref _nanoseconds) / batchSize };
    }
}
