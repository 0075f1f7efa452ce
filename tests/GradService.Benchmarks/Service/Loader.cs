using System.Diagnostics;
using GradService.Benchmarks.Reporting;

namespace GradService.Benchmarks.Service;

/// <summary>What a load of requests came to.</summary>
/// <param name="Requests">How many were answered.</param>
/// <param name="PerSecond">How many in a second.</param>
/// <param name="Median">Seconds within which half of them were.</param>
/// <param name="Slowest">Seconds within which 99 in 100 were.</param>
internal sealed record LoadReport(int Requests, double PerSecond, double Median, double Slowest);

/// <summary>Sends one request over and over, on several connections at once, to a port of the loopback.</summary>
internal static class Loader
{
    // What a socket takes without waiting for its reader, with room to spare.
    private const int SmallRequest = 16 * 1024;

    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(2);

    /// <summary>Loads a server until a time has passed; each connection then ends its request.</summary>
    /// <param name="port">The server's.</param>
    /// <param name="request">The whole request.</param>
    /// <param name="connections">How many connections, each with one request under way.</param>
    /// <param name="duration">How long.</param>
    /// <exception cref="InvalidOperationException">An answer had another status than 200.</exception>
    public static LoadReport Run(int port, byte[] request, int connections, TimeSpan duration)
    {
        var latencies = new List<double>(1 << 16);
        long begin = Stopwatch.GetTimestamp();

        // Where sending must wait for the server, every connection needs a thread of its own.
        int threads = request.Length <= SmallRequest ? 1 : connections;
        Exception? failure = null;
        Thread[] callers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            try
            {
                List<double> seen = Load(port, request, connections / threads, begin, duration);
                lock (latencies)
                {
                    latencies.AddRange(seen);
                }
            }
            catch (InvalidOperationException exception)
            {
                failure = exception;
            }
        }))];
        Array.ForEach(callers, thread => thread.Start());
        Array.ForEach(callers, thread => thread.Join());
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        if (failure is not null)
        {
            throw new InvalidOperationException(failure.Message, failure);
        }

        double[] ordered = [.. latencies.Order()];
        return new LoadReport(ordered.Length, ordered.Length / seconds, Quantile.Of(ordered, 0.5), Quantile.Of(ordered, 0.99));
    }

    private static List<double> Load(int port, byte[] request, int connections, long begin, TimeSpan duration)
    {
        using var set = new ConnectionSet(port, connections);
        var latencies = new List<double>(1 << 16);
        bool goesOn = true;
        do
        {
            // One request on each connection, however short the time is.
            while (set.HasIdle && goesOn)
            {
                set.Send(request);
            }

            if (set.Lost > 0)
            {
                throw new InvalidOperationException($"The server on port {port} closed a connection.");
            }

            set.Receive(LongestAnswer, (connection, seconds) =>
            {
                latencies.Add(seconds);
                if (connection.Status != 200)
                {
                    throw new InvalidOperationException($"The server on port {port} answered {connection.Status}.");
                }
            });
            goesOn = Stopwatch.GetElapsedTime(begin) < duration;
        }
        while (set.Busy > 0 || goesOn || set.Lost > 0);
        return latencies;
    }
}
