using System.Diagnostics;
using GradService.Benchmarks.Models;
using GradService.Benchmarks.Service;

namespace GradService.Benchmarks.Overload;

/// <summary>
/// An open loop: requests are due at a fixed rate, whether or not those before them have been answered. So many callers at once are
/// enough for that: whoever waits for the processor does not wait for long, and refusals are quick.
/// </summary>
internal static class Offer
{
    /// <summary>Enough callers for every rate that is offered.</summary>
    public const int Callers = 192;

    /// <summary>Offers requests in turn until a time has passed.</summary>
    /// <param name="port">The server's, on the loopback.</param>
    /// <param name="requests">The requests, sent one after the other and again.</param>
    /// <param name="perSecond">How many are due in a second.</param>
    /// <param name="duration">How long.</param>
    /// <param name="callers">How many at once.</param>
    public static CrowdReport Run(int port, IReadOnlyList<byte[]> requests, double perSecond, TimeSpan duration, int callers = Callers)
    {
        var seen = new Dictionary<int, List<double>>[callers];
        long tickets = 0;
        long last = (long)Math.Clamp(perSecond * duration.TotalSeconds, 1, long.MaxValue / 2);
        int wrong = 0;
        int lost = 0;
        long begin = Stopwatch.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, callers).Select(index => new Thread(() => Call(seen[index] = []), 256 * 1024))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return new CrowdReport(
            Stopwatch.GetElapsedTime(begin).TotalSeconds,
            seen.SelectMany(each => each).GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.SelectMany(entry => entry.Value).Order().ToArray()),
            wrong,
            lost);

        void Call(Dictionary<int, List<double>> latencies)
        {
            HttpConnection? connection = null;
            for (long ticket; (ticket = Interlocked.Increment(ref tickets) - 1) < last && Stopwatch.GetElapsedTime(begin) < duration;)
            {
                TimeSpan early = TimeSpan.FromSeconds(ticket / perSecond) - Stopwatch.GetElapsedTime(begin);
                if (early > TimeSpan.Zero)
                {
                    Thread.Sleep(early);
                }

                try
                {
                    connection ??= new HttpConnection(port);
                    long before = Stopwatch.GetTimestamp();
                    connection.Exchange(requests[(int)(ticket % requests.Count)]);
                    double took = Stopwatch.GetElapsedTime(before).TotalSeconds;
                    Interlocked.Add(ref wrong, connection.Status is 429 or 503 && !connection.HasRetryAfter ? 1 : 0);
                    (latencies.TryGetValue(connection.Status, out List<double>? each) ? each : latencies[connection.Status] = []).Add(took);
                }
                catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
                {
                    Interlocked.Increment(ref lost);
                    connection?.Dispose();
                    connection = null;
                }
            }

            connection?.Dispose();
        }
    }
}
