using System.Globalization;

namespace GradService.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>How the command is used.</summary>
    public const string Usage = """
        usage: GradService.Benchmarks VERB [OPTION]...

          ops         every operation of the catalogue, by BenchmarkDotNet
          wire        JSON to tensors and back, beside System.Text.Json, simdjson and Python's readers
          peers       the operations beside PyTorch and scikit-learn
          http        the published service beside FastAPI + PyTorch, end to end
          models      the shipped model: a picture, batches, a hundredfold overload, a version replaced under load, changing sizes
          overload    one to twenty times the load that the service can bear, and tiny requests beside large ones
          growth      cost against size and throughput against concurrency, drawn as plots
          startup     from the start of the process to ready
          allocation  bytes allocated by a tiny request, peak memory of a large one
          exhaust     floats through the formatter and back, all 2^32 of them or a range, and random doubles
          all         all of these but ops and exhaust, and one table of them

          --quick            a smoke run: everything once, no figure means anything
          --rounds N         rounds of each contest (5)
          --milliseconds N   a contestant's slot in a round (400)
          --warm-up N        milliseconds each contestant works before the first round (1500)
          --only TEXT        only work whose name contains the text
          --out FOLDER       where plots and tables go (artifacts/benchmarks)
          --app FOLDER       the published service; published anew when left out
          --python PATH      the Python with the peers (/usr/bin/python3)
          --from N --to N    exhaust: the range of float bit patterns, 0 to 4294967296
          --doubles N        exhaust: how many random doubles (100000000)
          --seed N           exhaust: their seed (1)
          --threads N        exhaust: threads (1)
        """;

    /// <summary>What to do.</summary>
    public string Verb { get; init; } = "all";

    /// <summary>Whether this is only to see that everything runs.</summary>
    public bool Quick { get; init; }

    /// <summary>Rounds of each contest.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>A contestant's slot in a round.</summary>
    public TimeSpan Slot { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>What each contestant may do before the first round: long enough for tiered compilation to end.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Only work whose name contains this.</summary>
    public string Only { get; init; } = string.Empty;

    /// <summary>Where plots and tables go.</summary>
    public string Output { get; init; } = Path.Combine("artifacts", "benchmarks");

    /// <summary>The published service; null to publish it.</summary>
    public string? App { get; init; }

    /// <summary>The Python with the peers' libraries.</summary>
    public string Python { get; init; } = "/usr/bin/python3";

    /// <summary>The first float bit pattern of the exhaustive run.</summary>
    public long From { get; init; }

    /// <summary>The one behind the last.</summary>
    public long To { get; init; } = 1L << 32;

    /// <summary>How many random doubles.</summary>
    public long Doubles { get; init; } = 100_000_000;

    /// <summary>Their seed.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads of the exhaustive run.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Whether work of this name is asked for.</summary>
    public bool Wants(string work) => work.Contains(Only, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">It cannot be understood.</exception>
    public static BenchmarkOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchmarkOptions();
        for (int index = 0; index < arguments.Count; index++)
        {
            string name = arguments[index];
            string Value() => ++index < arguments.Count ? arguments[index] : throw new ArgumentException($"{name} needs a value.");
            long Number() => long.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                ? number
                : throw new ArgumentException($"{name} needs a whole number.");
            options = name switch
            {
                "--quick" => options with { Quick = true, Rounds = 1, Slot = TimeSpan.FromMilliseconds(1), WarmUp = TimeSpan.Zero },
                "--rounds" => options with { Rounds = Math.Max(1, (int)Number()) },
                "--milliseconds" => options with { Slot = TimeSpan.FromMilliseconds(Number()) },
                "--warm-up" => options with { WarmUp = TimeSpan.FromMilliseconds(Number()) },
                "--only" => options with { Only = Value() },
                "--out" => options with { Output = Value() },
                "--app" => options with { App = Path.GetFullPath(Value()) },
                "--python" => options with { Python = Value() },
                "--from" => options with { From = Number() },
                "--to" => options with { To = Number() },
                "--doubles" => options with { Doubles = Number() },
                "--seed" => options with { Seed = (int)Number() },
                "--threads" => options with { Threads = Math.Max(1, (int)Number()) },
                _ when index == 0 && !name.StartsWith('-') => options with { Verb = name },
                _ => throw new ArgumentException($"{name} is not known."),
            };
        }

        return options;
    }
}
