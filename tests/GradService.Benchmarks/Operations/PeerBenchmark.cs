using GradService.Benchmarks.Contests;
using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Workloads;
using GradService.Numerics.Tensors;

namespace GradService.Benchmarks.Operations;

/// <summary>The operations beside PyTorch and scikit-learn: the same operands, the same threads, answers compared before anything is timed.</summary>
internal static class PeerBenchmark
{
    // What the runtime reads to leave AVX-512 alone: .NET 10 the first, .NET 8 and 9 the second.
    private static readonly (string, string)[] Narrow = [("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX512F", "0")];

    public static void Run(BenchmarkOptions options, FindingTable table, string folder)
    {
        var peers = new List<PeerProcess>();
        AddPython(peers, options, table, "PyTorch", "torch_peer.py", "torch");
        AddPython(peers, options, table, "scikit-learn", "sklearn_peer.py", "sklearn", "threadpoolctl");
        using PeerProcess own = Own("GradService");
        using PeerProcess narrow = Own("GradService without AVX-512", Narrow);
        try
        {
            foreach (PeerWork work in PeerWork.All(options.Quick))
            {
                foreach (int threads in new[] { 1, 2 })
                {
                    string name = $"{work.Name}, {(threads == 1 ? "1 thread" : $"{threads} threads")}";
                    if (!options.Wants(name))
                    {
                        continue;
                    }

                    string operands = Path.Combine(folder, "work");
                    WorkFolder.Write(operands, work.Make(), threads);
                    Compete(own, peers, operands, name, work, options, table);
                    if (work.OverTorchNarrow is { } target)
                    {
                        Compete(narrow, peers, operands, name + ", without AVX-512", work with { OverTorch = target }, options, table);
                    }

                    Directory.Delete(operands, recursive: true);
                }
            }
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
        }
    }

    private static void Compete(PeerProcess own, IReadOnlyList<PeerProcess> peers, string operands, string name, PeerWork work, BenchmarkOptions options, FindingTable table)
    {
        own.Load(operands);
        IReadOnlyDictionary<string, Tensor> answer = Answer(own, operands);
        var contestants = new List<(IContestant, double?)> { (own, null) };
        foreach (PeerProcess peer in peers.Where(peer => peer.Load(operands) is null))
        {
            if (Agreement.Difference(answer, Answer(peer, operands), work.Tolerance) is { } difference)
            {
                table.Add(Finding.Disagreement(name, peer.Name, difference));
                continue;
            }

            contestants.Add((peer, peer.Name == "PyTorch" ? work.OverTorch : work.OverSklearn));
        }

        Contest.Report(table, name, "ms", seconds => 1e3 * seconds, contestants, options);
    }

    private static IReadOnlyDictionary<string, Tensor> Answer(PeerProcess contestant, string operands)
    {
        string folder = Path.Combine(operands, "answer");
        contestant.Answer(folder);
        IReadOnlyDictionary<string, Tensor> answer = WorkFolder.ReadTensors(folder);
        Directory.Delete(folder, recursive: true);
        return answer;
    }

    private static PeerProcess Own(string name, params ReadOnlySpan<(string, string)> environment) =>
        new(name, Environment.ProcessPath!, [.. Self.Arguments, ContestService.Verb], environment);

    private static void AddPython(List<PeerProcess> peers, BenchmarkOptions options, FindingTable table, string name, string script, params string[] modules)
    {
        if (PeerEnvironment.HasModules(options.Python, ["numpy", .. modules]))
        {
            peers.Add(new PeerProcess(name, options.Python, ["-W", "ignore", Path.Combine(PeerEnvironment.Scripts, script)]));
        }
        else
        {
            table.Add(Finding.Absent("peers", name, $"not installed for {options.Python}"));
        }
    }
}
