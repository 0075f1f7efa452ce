using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Service;

namespace GradService.Benchmarks.Models;

/// <summary>Resident memory over requests of which no two need have the same size.</summary>
internal static class ChangingSizes
{
    private const int Steps = 24;
    private const int Stride = 8;
    private const double MostGrowth = 1.1;

    public static void Run(BenchmarkOptions options, FindingTable table, string app)
    {
        int[] marks = options.Quick ? [2, 4, 6] : [100, 300, 1000, 2000, 4000];
        using ServerProcess server = Servers.Own(app, out _);
        var draw = new Random(1);
        var resident = new List<double>();
        for (int request = 1; request <= marks[^1]; request++)
        {
            // CA5394: sizes, not secrets.
#pragma warning disable CA5394
            (int height, int width) = (Stride * draw.Next(2, Steps), Stride * draw.Next(2, Steps));
#pragma warning restore CA5394
            _ = StreetScenes.Answer(server.Port, StreetScenes.Infer(height, width, request), out _);
            if (marks.Contains(request))
            {
                resident.Add(server.ResidentBytes / 1e6);
                table.Add(new Finding($"{request} requests of changing sizes", "MB resident", resident[^1]));
            }
        }

        table.Add(Finding.AtMost("requests of changing sizes", $"MB after {marks[^1]} over MB after {marks[^2]}", resident[^1] / resident[^2], MostGrowth));
    }
}
