using System.Diagnostics;
using GradService.Benchmarks.Models;
using GradService.Benchmarks.Service;

namespace GradService.Benchmarks.Overload;

/// <summary>
/// An open loop: requests are due at a fixed rate, to the millisecond, whether or not those before them have been answered. So many
/// callers at once are enough for that: whoever waits for the processor does not wait for long, and refusals are quick.
/// </summary>
internal static class Offer
{
    /// <summary>Enough callers for every rate that is offered.</summary>
    public const int Callers = 192;

    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(2);

    /// <summary>Offers requests in turn until a time has passed.</summary>
    /// <param name="port">The server's, on the loopback.</param>
    /// <param name="requests">The requests, sent one after the other and again.</param>
    /// <param name="perSecond">How many are due in a second.</param>
    /// <param name="duration">How long.</param>
    /// <param name="callers">How many at once.</param>
    public static CrowdReport Run(int port, IReadOnlyList<byte[]> requests, double perSecond, TimeSpan duration, int callers = Callers)
    {
        using var set = new ConnectionSet(port, callers);
        var seen = new Dictionary<int, List<double>>();
        int wrong = 0;
        long sent = 0;
        long begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < duration)
        {
            TimeSpan early = Early();
            while (set.HasIdle && early <= TimeSpan.Zero)
            {
                set.Send(requests[(int)(sent++ % requests.Count)]);
                early = Early();
            }

            set.Receive(early > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(early.TotalMilliseconds)) : LongestAnswer, Note);
        }

        while (set.Busy > 0)
        {
            set.Receive(LongestAnswer, Note);
        }

        return new CrowdReport(
            Stopwatch.GetElapsedTime(begin).TotalSeconds,
            seen.ToDictionary(entry => entry.Key, entry => entry.Value.Order().ToArray()),
            wrong,
            set.Lost);

        TimeSpan Early() => TimeSpan.FromSeconds(sent / perSecond) - Stopwatch.GetElapsedTime(begin);

        void Note(HttpConnection connection, double seconds)
        {
            wrong += connection.Status is 429 or 503 && !connection.HasRetryAfter ? 1 : 0;
            (seen.TryGetValue(connection.Status, out List<double>? each) ? each : seen[connection.Status] = []).Add(seconds);
        }
    }
}
