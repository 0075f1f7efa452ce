using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Benchmarks.Contests;
using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Workloads;
using GradService.Numerics.Tensors;

namespace GradService.Benchmarks.Wire;

/// <summary>JSON to tensors and back, beside what .NET, C++ and Python have for it.</summary>
internal static class WireBenchmark
{
    private const double OverSerializer = 6;
    private const double OverSimdjsonShort = 1.8;
    private const double OverSimdjsonLong = 1.5;

    public static void Run(BenchmarkOptions options, FindingTable table, string folder)
    {
        int side = options.Quick ? 8 : 256;
        string? simdjson = SimdjsonPeer.Build(folder);
        if (simdjson is null)
        {
            table.Add(Finding.Absent("JSON read", "simdjson", "g++ or libsimdjson-dev is not installed"));
        }

        foreach (int digits in new[] { 9, 17 })
        {
            foreach (bool nested in new[] { false, true })
            {
                string name = $"JSON read, {digits} digits, {(nested ? "nested" : "flat")}";
                if (options.Wants(name))
                {
                    WireText text = WireText.Of(digits, nested, side);
                    string work = Path.Combine(folder, "text");
                    Directory.CreateDirectory(work);
                    File.WriteAllBytes(Path.Combine(work, "text.json"), text.Text);
                    Read<float>(text, name + ", FP32", "float32", digits, simdjson, work, options, table);
                    Read<double>(text, name + ", FP64", "float64", digits, simdjson, work, options, table);
                }
            }
        }

        Tensor<float> singles = new Draw(1).Normal(2, 1, side, side, 12);
        Write(singles, "JSON write, FP32", "float32", 3.5, folder, options, table);
        Write(new Tensor<double>(singles.Shape, [.. singles.Span.ToArray().Select(value => value / 3.0)]), "JSON write, FP64", "float64", 3, folder, options, table);
    }

    private static void Read<T>(WireText text, string name, string dtype, int digits, string? simdjson, string work, BenchmarkOptions options, FindingTable table)
        where T : unmanaged, IConvertible
    {
        double[] expected = [.. text.Values.Select(value => typeof(T) == typeof(float) ? (float)value : value)];
        var into = new T[expected.Length];
        Check(name, Readers<T>.ScanAll(text), expected);
        Check(name + " on two threads", Readers<T>.ScanAll(text, threads: 2), expected);
        Check(name + " by System.Text.Json", Readers<T>.Deserialize(text), expected);
        Readers<T>.ReadTokens(text, into);
        Check(name + " by Utf8JsonReader", into, expected);

        var contestants = new List<(IContestant, double?)>
        {
            (new LocalContestant("GradService", () => Readers<T>.Scan(text, into)), null),
            (new LocalContestant("GradService on two threads", () => Readers<T>.Scan(text, into, threads: 2)), null),
            (new LocalContestant("System.Text.Json", () => Readers<T>.DeserializeOnly(text)), OverSerializer),
            (new LocalContestant("Utf8JsonReader", () => Readers<T>.ReadTokens(text, into)), null),
        };
        var peers = new List<PeerProcess>();
        if (simdjson is not null)
        {
            File.WriteAllText(Path.Combine(work, "options.txt"), $"{dtype} {(text.IsNested ? "nested" : "flat")}");
            var peer = new PeerProcess("simdjson", simdjson, []);
            peers.Add(peer);
            peer.Load(work);
            double sum = double.Parse(peer.Ask("sum"), CultureInfo.InvariantCulture);
            Check(name + " by simdjson", [sum / expected.Sum(Math.Abs)], [expected.Sum() / expected.Sum(Math.Abs)], 1e-6);
            contestants.Add((peer, digits == 9 ? OverSimdjsonShort : OverSimdjsonLong));
        }

        AddPython(peers, contestants, "read", text.Text, dtype, work, options, table, expected);
        Contest.Report(table, name, "million numbers/s", seconds => expected.Length / seconds / 1e6, contestants, options);
        peers.ForEach(peer => peer.Dispose());
    }

    private static void Write<T>(Tensor<T> tensor, string name, string dtype, double target, string folder, BenchmarkOptions options, FindingTable table)
        where T : unmanaged, IUtf8SpanFormattable, IConvertible
    {
        if (!options.Wants(name))
        {
            return;
        }

        var output = new ArrayBufferWriter<byte>(32 * tensor.Length);
        double[] expected = [.. tensor.Span.ToArray().Select(value => value.ToDouble(CultureInfo.InvariantCulture))];
        foreach (Action<Tensor<T>, ArrayBufferWriter<byte>> writer in new Action<Tensor<T>, ArrayBufferWriter<byte>>[] { Writers<T>.Format, Writers<T>.WriteTokens, Writers<T>.FormatEach })
        {
            writer(tensor, output);
            Check(name, [.. Encoding.ASCII.GetString(output.WrittenSpan).Split(['[', ']', ','], StringSplitOptions.RemoveEmptyEntries)
                .Select(number => typeof(T) == typeof(float) ? float.Parse(number, CultureInfo.InvariantCulture) : double.Parse(number, CultureInfo.InvariantCulture))], expected);
        }

        Writers<T>.Format(tensor, output);
        byte[] text = [.. "{\"values\":"u8, .. output.WrittenSpan, .. "}"u8];
        var contestants = new List<(IContestant, double?)>
        {
            (new LocalContestant("GradService", () => Writers<T>.Format(tensor, output)), null),
            (new LocalContestant("Utf8JsonWriter", () => Writers<T>.WriteTokens(tensor, output)), target),
            (new LocalContestant($"{typeof(T).Name}.TryFormat", () => Writers<T>.FormatEach(tensor, output)), 3),
        };
        var peers = new List<PeerProcess>();
        AddPython(peers, contestants, "write", text, dtype, Path.Combine(folder, "text"), options, table, null);
        Contest.Report(table, name, "million numbers/s", seconds => expected.Length / seconds / 1e6, contestants, options);
        peers.ForEach(peer => peer.Dispose());
    }

    private static void AddPython(
        List<PeerProcess> peers, List<(IContestant, double?)> contestants, string operation, byte[] text, string dtype, string work, BenchmarkOptions options, FindingTable table, double[]? expected)
    {
        Directory.CreateDirectory(work);
        string file = Path.Combine(work, "text.json");
        File.WriteAllBytes(file, text);
        var description = new JsonObject
        {
            ["operation"] = operation,
            ["parameters"] = new JsonObject { ["dtype"] = dtype, ["text"] = file },
            ["threads"] = 1,
        };
        File.WriteAllText(Path.Combine(work, "work.json"), description.ToJsonString());
        string? module = new[] { "orjson", "ujson", "json" }.FirstOrDefault(name => PeerEnvironment.HasModules(options.Python, name, "numpy"));
        if (module is null)
        {
            table.Add(Finding.Absent($"JSON {operation}", "Python", $"numpy is not installed for {options.Python}"));
            return;
        }

        var peer = new PeerProcess($"Python's {module} and numpy", options.Python, ["-W", "ignore", Path.Combine(PeerEnvironment.Scripts, "json_peer.py"), module]);
        peers.Add(peer);
        peer.Load(work);
        if (expected is not null)
        {
            string answer = Path.Combine(work, "answer");
            peer.Answer(answer);
            Tensor values = WorkFolder.ReadTensors(answer)["values"];
            Directory.Delete(answer, recursive: true);
            Check($"Python's {module}", values is Tensor<float> singles ? [.. singles.Span.ToArray().Select(value => (double)value)] : ((Tensor<double>)values).Span.ToArray(), expected, 1e-6);
        }

        contestants.Add((peer, null));
    }

    private static void Check<T>(string name, T[] found, double[] expected)
        where T : IConvertible => Check(name, [.. found.Select(value => value.ToDouble(CultureInfo.InvariantCulture))], expected, 0);

    private static void Check(string name, double[] found, double[] expected, double tolerance)
    {
        if (Agreement.Difference(name, found, expected, tolerance) is { } difference)
        {
            throw new InvalidOperationException(difference);
        }
    }
}
