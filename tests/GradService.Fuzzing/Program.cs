using System.Globalization;
using GradService.Fuzzing.Http;
using GradService.Fuzzing.Targets;
using SharpFuzz;

namespace GradService.Fuzzing;

internal static class Program
{
    private static async Task<int> Main(string[] args) => args switch
    {
        ["http", string url, .. string[] options] => await HttpAsync(new Uri(url), options),
        ["soak", string url, .. string[] options] when Option(options, "--pid") is { } process => await new SoakRun(new Uri(url), Option(options, "--seed") ?? 1, Option(options, "--minutes") ?? 10, process).RunAsync(),
        ["search", string name, .. string[] options] when Target(name) is { } target => Searched(target, options),
        ["target", string name] when Target(name) is { } target => Instrumented(target),
        _ => Usage(),
    };

    private static async Task<int> HttpAsync(Uri url, string[] options)
    {
        var run = new HttpRun(url, Option(options, "--seed") ?? 1, Option(options, "--requests") ?? 100_000, Option(options, "--pid"));
        return Option(options, "--show") is { } index ? await run.ShowAsync(index) : await run.RunAsync();
    }

    private static int Searched(FuzzTarget target, string[] options)
    {
        int count = Option(options, "--runs") ?? 100_000;
        string[] found = [.. Search.Run(target, Option(options, "--seed") ?? 1, count).Take(20)];
        Array.ForEach(found, Console.WriteLine);
        Console.WriteLine($"{target.Name}: {target.Corpus.Count()} inputs of the corpus and {count} damaged ones, {found.Length} failures.");
        return found.Length == 0 ? 0 : 1;
    }

    // Under afl-fuzz: it feeds the standard input and watches where the instrumented libraries go.
    private static int Instrumented(FuzzTarget target)
    {
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            target.Run(input.ToArray());
        });
        return 0;
    }

    private static FuzzTarget? Target(string name) => FuzzTarget.All.FirstOrDefault(target => target.Name == name);

    private static int? Option(string[] options, string name) =>
        Array.IndexOf(options, name) is var at and >= 0 && at + 1 < options.Length ? int.Parse(options[at + 1], CultureInfo.InvariantCulture) : null;

    private static int Usage()
    {
        Console.Error.WriteLine($"""
            http URL [--seed 1] [--requests 100000] [--pid PROCESS] [--show INDEX]    random requests to a running service
            soak URL --pid PROCESS [--minutes 10] [--seed 1]                          the same for a while, then a look at memory and handles
            search TARGET [--seed 1] [--runs 100000]                                  damaged inputs to one of {string.Join(", ", FuzzTarget.All.Select(target => target.Name))}
            target TARGET                                                             one input from the standard input, for afl-fuzz
            """);
        return 2;
    }
}
