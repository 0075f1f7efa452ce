using System.Diagnostics;
using GradService.Benchmarks.Reporting;

namespace GradService.Benchmarks.Contests;

/// <summary>Times calls one by one.</summary>
internal static class Stopclock
{
    /// <summary>Calls until a slot of time has passed, once at least.</summary>
    /// <returns>The median seconds of a call, and how many there were.</returns>
    public static (double Seconds, int Calls) Time(Action work, TimeSpan slot)
    {
        var seconds = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        do
        {
            long before = Stopwatch.GetTimestamp();
            work();
            seconds.Add(Stopwatch.GetElapsedTime(before).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(begin) < slot);
        return (Quantile.Median(seconds), seconds.Count);
    }
}
