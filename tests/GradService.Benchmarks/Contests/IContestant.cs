namespace GradService.Benchmarks.Contests;

/// <summary>Somebody who does a piece of work over and over: the service itself, a library in this process, or a peer in another.</summary>
internal interface IContestant
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>Does the work until a slot of time has passed, once at least.</summary>
    /// <param name="slot">How long.</param>
    /// <returns>The median seconds of one call.</returns>
    double Time(TimeSpan slot);
}

/// <summary>Work done in this process.</summary>
/// <param name="name">Its name in the table.</param>
/// <param name="work">One call.</param>
internal sealed class LocalContestant(string name, Action work) : IContestant
{
    public string Name => name;

    public double Time(TimeSpan slot) => Stopclock.Time(work, slot).Seconds;
}
