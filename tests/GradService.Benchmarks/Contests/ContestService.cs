using System.Globalization;
using GradService.Benchmarks.Workloads;

namespace GradService.Benchmarks.Contests;

/// <summary>
/// The service's own part in a contest, in a process of its own so that runtime settings can differ. It takes the commands that the peers
/// take, a line each: <c>load FOLDER</c>, <c>time SECONDS</c>, <c>answer FOLDER</c>; and answers each with a line.
/// </summary>
internal static class ContestService
{
    /// <summary>The verb that starts it.</summary>
    public const string Verb = "contestant";

    /// <summary>Takes commands until there are no more.</summary>
    public static void Serve(TextReader input, TextWriter output)
    {
        Workload? workload = null;
        int threads = 1;
        Action? work = null;
        while (input.ReadLine() is { } line)
        {
            string[] words = line.Split(' ', 2);
            switch (words[0])
            {
                case "load":
                    (workload, threads) = WorkFolder.Read(words[1]);
                    work = workload.Runs(threads);
                    output.WriteLine("ok");
                    break;
                case "time":
                    (double seconds, int calls) = Stopclock.Time(work!, TimeSpan.FromSeconds(double.Parse(words[1], CultureInfo.InvariantCulture)));
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds:R} {calls}"));
                    break;
                case "answer":
                    WorkFolder.WriteTensors(words[1], workload!.Answer(threads));
                    output.WriteLine("ok");
                    break;
                default:
                    output.WriteLine($"error {words[0]} is not known");
                    break;
            }

            output.Flush();
        }
    }
}
