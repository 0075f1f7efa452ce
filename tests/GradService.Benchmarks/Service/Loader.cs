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
    /// <summary>Loads a server until a time has passed; each connection then ends its request.</summary>
    /// <param name="port">The server's.</param>
    /// <param name="request">The whole request.</param>
    /// <param name="connections">How many connections, each with one request under way.</param>
    /// <param name="duration">How long.</param>
    /// <exception cref="InvalidOperationException">An answer had another status than 200.</exception>
    public static LoadReport Run(int port, byte[] request, int connections, TimeSpan duration)
    {
        var latencies = new List<double>[connections];
        Exception? failure = null;
        long begin = Stopwatch.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, connections).Select(index => new Thread(() =>
        {
            try
            {
                latencies[index] = Load(port, request, begin, duration);
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or InvalidOperationException)
            {
                failure = exception;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        if (failure is not null)
        {
            throw new InvalidOperationException(failure.Message, failure);
        }

        double[] ordered = [.. latencies.SelectMany(each => each).Order()];
        return new LoadReport(ordered.Length, ordered.Length / seconds, Quantile.Of(ordered, 0.5), Quantile.Of(ordered, 0.99));
    }

    private static List<double> Load(int port, byte[] request, long begin, TimeSpan duration)
    {
        using var connection = new HttpConnection(port);
        var latencies = new List<double>(1 << 16);
        do
        {
            long before = Stopwatch.GetTimestamp();
            connection.Exchange(request);
            latencies.Add(Stopwatch.GetElapsedTime(before).TotalSeconds);
            if (connection.Status != 200)
            {
                throw new InvalidOperationException($"The server on port {port} answered {connection.Status}.");
            }
        }
        while (Stopwatch.GetElapsedTime(begin) < duration);
        return latencies;
    }
}
