using System.Text.Json.Nodes;
using GradService.Benchmarks.Workloads;
using GradService.Numerics.Tensors;

namespace GradService.Benchmarks.Contests;

/// <summary>A workload as files: <c>work.json</c> with operation, parameters and threads, and one NumPy file for each tensor.</summary>
internal static class WorkFolder
{
    private const string Description = "work.json";

    /// <summary>Writes a workload.</summary>
    public static void Write(string folder, Workload workload, int threads)
    {
        Directory.CreateDirectory(folder);
        var description = new JsonObject
        {
            ["operation"] = workload.Operation.Name,
            ["parameters"] = workload.Parameters.DeepClone(),
            ["threads"] = threads,
        };
        File.WriteAllText(Path.Combine(folder, Description), description.ToJsonString());
        WriteTensors(folder, workload.Tensors);
    }

    /// <summary>Reads a workload, and the threads it may run on.</summary>
    public static (Workload Workload, int Threads) Read(string folder)
    {
        JsonNode description = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, Description)))!;
        var workload = new Workload(
            WorkloadTable.Operation((string)description["operation"]!),
            description["parameters"]!.DeepClone().AsObject(),
            ReadTensors(folder));
        return (workload, (int)description["threads"]!);
    }

    /// <summary>Writes tensors by their names.</summary>
    public static void WriteTensors(string folder, IReadOnlyDictionary<string, Tensor> tensors)
    {
        Directory.CreateDirectory(folder);
        foreach ((string name, Tensor tensor) in tensors)
        {
            NpyFile.Write(Path.Combine(folder, name + ".npy"), tensor);
        }
    }

    /// <summary>Reads all tensors of a folder.</summary>
    public static IReadOnlyDictionary<string, Tensor> ReadTensors(string folder) =>
        Directory.EnumerateFiles(folder, "*.npy").ToDictionary(file => Path.GetFileNameWithoutExtension(file), NpyFile.Read);
}
