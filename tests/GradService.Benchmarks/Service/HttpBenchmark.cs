using GradService.Benchmarks.Contests;
using GradService.Benchmarks.Reporting;

namespace GradService.Benchmarks.Service;

/// <summary>The published service end to end, beside FastAPI and PyTorch and beside what a server of its kind costs at the least.</summary>
internal static class HttpBenchmark
{
    private const double Tolerance = 1e-4;
    private const double Mebibyte = 1 << 20;

    private const int LongerSlot = 3;

    public static void Run(BenchmarkOptions options, FindingTable table, string folder)
    {
        string app = Servers.Published(options, folder);
        using ServerProcess own = Servers.Own(app, out _);
        using ServerProcess floor = Servers.Floor();
        using ServerProcess? plain = Servers.FastApi(options.Python, "FastAPI + PyTorch", 1, Environment.ProcessorCount);
        using ServerProcess? tuned = Servers.FastApi(options.Python, "FastAPI + PyTorch, hand-tuned", 2, 1);
        if (plain is null)
        {
            table.Add(Finding.Absent("HTTP", "FastAPI + PyTorch", $"not installed for {options.Python}"));
        }

        foreach (HttpWork work in HttpWork.All(options.Quick).Select(work => work.Value).Where(work => options.Wants(work.Name)))
        {
            var entrants = new List<Entrant> { new(own, work.Own, null) };
            AddPeer(entrants, plain, work.Plain, work.OverPlain, work, table);
            AddPeer(entrants, tuned, work.Tuned, work.OverTuned, work, table);
            entrants.Add(new Entrant(floor, work.Own, null));
            Compete(entrants, work, options, table);
            Copy(work, options, table);
        }
    }

    private static void AddPeer(List<Entrant> entrants, ServerProcess? server, byte[]? request, double? target, HttpWork work, FindingTable table)
    {
        if (server is null || request is null)
        {
            return;
        }

        double[] answer = HttpAnswer.Numbers(entrants[0].Server.Port, work.Own, work.IsBinary);
        if (Agreement.Difference("the answer", answer, HttpAnswer.Numbers(server.Port, request, work.IsBinary), Tolerance) is { } difference)
        {
            table.Add(Finding.Disagreement(work.Name, server.Name, difference));
            return;
        }

        entrants.Add(new Entrant(server, request, target));
    }

    private static void Compete(IReadOnlyList<Entrant> entrants, HttpWork work, BenchmarkOptions options, FindingTable table)
    {
        foreach (Entrant entrant in entrants)
        {
            Loader.Run(entrant.Server.Port, entrant.Request, work.Connections, Servers.LongerWarmUp * options.WarmUp);
            entrant.Server.ForgetPeak();
        }

        for (int round = 0; round < options.Rounds; round++)
        {
            foreach (Entrant entrant in entrants)
            {
                double before = entrant.Server.ProcessorSeconds;
                LoadReport report = Loader.Run(entrant.Server.Port, entrant.Request, work.Connections, LongerSlot * options.Slot);
                entrant.Reports.Add(report);
                entrant.ProcessorSeconds.Add((entrant.Server.ProcessorSeconds - before) / report.Requests);
            }
        }

        Entrant own = entrants[0];
        foreach (Entrant peer in entrants.Skip(1))
        {
            table.Add(Finding("requests/s", entrant => entrant.Reports.Select(report => report.PerSecond), larger: true, peer.Target));
            table.Add(Finding("p50, ms", entrant => entrant.Reports.Select(report => 1e3 * report.Median)));
            table.Add(Finding("p99, ms", entrant => entrant.Reports.Select(report => 1e3 * report.Slowest)));
            table.Add(Finding("processor ms/request", entrant => entrant.ProcessorSeconds.Select(seconds => 1e3 * seconds)));
            table.Add(Finding("peak memory, MiB", entrant => [entrant.Server.PeakBytes / Mebibyte]));

            Finding Finding(string measure, Func<Entrant, IEnumerable<double>> figures, bool larger = false, double? target = null)
            {
                double[] ours = [.. figures(own)];
                double[] theirs = [.. figures(peer)];
                double ratio = Quantile.Median(ours.Zip(theirs, (left, right) => larger ? left / right : right / left));
                return new Finding(work.Name, measure, Quantile.Median(ours), peer.Server.Name, Quantile.Median(theirs), ratio, target);
            }
        }

        if (work.Tail is { } tail)
        {
            table.Add(Reporting.Finding.AtMost(work.Name, "p99 over p50", Quantile.Median(own.Reports.Select(report => report.Slowest / report.Median)), tail));
        }
    }

    /// <summary>The floor below the floor: the request's bytes copied once.</summary>
    private static void Copy(HttpWork work, BenchmarkOptions options, FindingTable table)
    {
        var into = new byte[work.Own.Length];
        double seconds = Contest.Run([new LocalContestant("a copy", () => work.Own.CopyTo(into, 0))], options with { Rounds = 1, Slot = options.Slot / 4 })[0][0];
        table.Add(new Finding(work.Name, "a copy of the request in memory, ms", 1e3 * seconds));
    }

    private sealed record Entrant(ServerProcess Server, byte[] Request, double? Target)
    {
        public List<LoadReport> Reports { get; } = [];

        public List<double> ProcessorSeconds { get; } = [];
    }
}
