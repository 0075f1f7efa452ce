using System.Diagnostics;
using System.Runtime.InteropServices;
using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Service;

namespace GradService.Benchmarks.Models;

/// <summary>What a crowd of callers was answered.</summary>
/// <param name="Seconds">How long it called.</param>
/// <param name="Latencies">The seconds of each answer, in order, by status.</param>
/// <param name="Wrong">Answers with 200 that were not what they should be, and refusals that do not say when to come again.</param>
/// <param name="Lost">Connections that broke.</param>
internal sealed record CrowdReport(double Seconds, IReadOnlyDictionary<int, double[]> Latencies, int Wrong, int Lost)
{
    public double Good => Count(200) / Seconds;

    public int Total => Latencies.Values.Sum(each => each.Length);

    public int Count(int status) => Latencies.TryGetValue(status, out double[]? each) ? each.Length : 0;

    public double At(double share, int status = 200) => Count(status) == 0 ? double.NaN : Quantile.Of(Latencies[status], share);

    /// <summary>The statuses answered and how often, most often first.</summary>
    public string Statuses => string.Join(", ", Latencies.OrderByDescending(entry => entry.Value.Length).Select(entry => $"{entry.Value.Length} x {entry.Key}"));
}

/// <summary>Many callers at once, each of which asks again as soon as it is answered, or soon after it was refused.</summary>
internal static class Crowd
{
    /// <summary>A tenth of the least that a refusal tells its caller to wait.</summary>
    public static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(100);

    /// <summary>Calls until a time has passed.</summary>
    /// <param name="port">The server's, on the loopback.</param>
    /// <param name="request">The whole request.</param>
    /// <param name="callers">How many.</param>
    /// <param name="duration">How long.</param>
    /// <param name="isRight">Whether the body of an answer with 200 is right.</param>
    public static CrowdReport Run(int port, byte[] request, int callers, TimeSpan duration, Func<MemoryStream, int, bool> isRight)
    {
        var latencies = new Dictionary<int, List<double>>[callers];
        int wrong = 0;
        int lost = 0;
        long begin = Stopwatch.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, callers).Select(index => new Thread(() => Call(latencies[index] = []), 256 * 1024))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        return new CrowdReport(
            seconds,
            latencies.SelectMany(each => each).GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.SelectMany(entry => entry.Value).Order().ToArray()),
            wrong,
            lost);

        void Call(Dictionary<int, List<double>> seen)
        {
            try
            {
                using var connection = new HttpConnection(port);
                using var body = new MemoryStream();
                do
                {
                    body.SetLength(0);
                    long before = Stopwatch.GetTimestamp();
                    connection.Exchange(request, body);
                    double took = Stopwatch.GetElapsedTime(before).TotalSeconds;
                    bool right = connection.Status switch
                    {
                        200 => isRight(body, connection.InferenceHeaderLength),
                        503 => connection.HasRetryAfter,
                        _ => true,
                    };
                    Interlocked.Add(ref wrong, right ? 0 : 1);
                    (seen.TryGetValue(connection.Status, out List<double>? each) ? each : seen[connection.Status] = []).Add(took);
                    Thread.Sleep(connection.Status == 503 ? Impatience : TimeSpan.Zero);
                }
                while (Stopwatch.GetElapsedTime(begin) < duration);
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
            {
                Interlocked.Increment(ref lost);
            }
        }
    }

    /// <summary>Whether a body is the one expected, to the byte.</summary>
    public static Func<MemoryStream, int, bool> Is(byte[] expected) => (body, _) => body.GetBuffer().AsSpan(0, (int)body.Length).SequenceEqual(expected);

    /// <summary>Whether what lies behind the protocol's header is the FP32 tensor expected, as near as another order of its sums allows.</summary>
    public static Func<MemoryStream, int, bool> IsNear(byte[] expected) => (body, header) =>
    {
        ReadOnlySpan<float> found = MemoryMarshal.Cast<byte, float>(body.GetBuffer().AsSpan(header, (int)body.Length - header));
        ReadOnlySpan<float> numbers = MemoryMarshal.Cast<byte, float>(expected);
        for (int index = 0; index < numbers.Length && found.Length == numbers.Length; index++)
        {
            if (!(Math.Abs(found[index] - numbers[index]) <= 1e-4f * Math.Max(1, Math.Abs(numbers[index]))))
            {
                return false;
            }
        }

        return found.Length == numbers.Length;
    };

    /// <summary>Whether what lies behind the protocol's header is the tensor expected, to the byte.</summary>
    public static Func<MemoryStream, int, bool> HasTensor(byte[] expected) => (body, header) => body.GetBuffer().AsSpan(header, (int)body.Length - header).SequenceEqual(expected);
}
