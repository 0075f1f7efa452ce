using GradService.Benchmarks.Reporting;

namespace GradService.Benchmarks.Contests;

/// <summary>
/// Lets contestants do the same work in turns, so that what the machine does besides hits all alike: a ratio is taken within a round, and
/// the median of the rounds counts.
/// </summary>
internal static class Contest
{
    /// <summary>Runs the rounds.</summary>
    /// <param name="contestants">The service first.</param>
    /// <param name="options">Rounds and slots.</param>
    /// <returns>Each contestant's seconds in each round.</returns>
    public static IReadOnlyList<double[]> Run(IReadOnlyList<IContestant> contestants, BenchmarkOptions options)
    {
        var seconds = contestants.Select(_ => new double[options.Rounds]).ToArray();
        foreach (IContestant contestant in contestants)
        {
            contestant.Time(options.WarmUp);
        }

        for (int round = 0; round < options.Rounds; round++)
        {
            for (int index = 0; index < contestants.Count; index++)
            {
                seconds[index][round] = contestants[index].Time(options.Slot);
            }
        }

        return seconds;
    }

    /// <summary>Runs the rounds and reports the first contestant beside each of the others.</summary>
    /// <param name="table">Receives the findings.</param>
    /// <param name="work">What is done.</param>
    /// <param name="measure">The unit of the figures.</param>
    /// <param name="figure">From the seconds of a call to the figure.</param>
    /// <param name="contestants">The service first, then the others, each with the ratio aimed at.</param>
    /// <param name="options">Rounds and slots.</param>
    public static void Report(
        FindingTable table,
        string work,
        string measure,
        Func<double, double> figure,
        IReadOnlyList<(IContestant Contestant, double? Target)> contestants,
        BenchmarkOptions options)
    {
        IReadOnlyList<double[]> seconds = Run([.. contestants.Select(entry => entry.Contestant)], options);
        double own = figure(Quantile.Median(seconds[0]));
        if (contestants.Count == 1)
        {
            table.Add(new Finding(work, measure, own));
        }

        for (int index = 1; index < contestants.Count; index++)
        {
            double ratio = Quantile.Median(seconds[index].Zip(seconds[0], (theirs, ours) => theirs / ours));
            table.Add(new Finding(work, measure, own, contestants[index].Contestant.Name, figure(Quantile.Median(seconds[index])), ratio, contestants[index].Target));
        }
    }
}
