using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>The parameters that the extensions define for one input or output, and those that are refused wherever they stand.</summary>
internal ref struct TensorParameters
{
    private static readonly string[] SharedMemory = ["shared_memory_region", "shared_memory_offset", "shared_memory_byte_size"];

    /// <summary><c>binary_data_size</c> of an input; null where it is not said.</summary>
    public long? BinaryDataSize { get; private set; }

    /// <summary><c>binary_data</c> of an output; null where it is not said.</summary>
    public bool? BinaryData { get; private set; }

    /// <summary>Reads the parameters of one tensor; those that nobody here knows are stepped over.</summary>
    /// <param name="cursor">At the object; moved behind it.</param>
    /// <param name="limits">Limits.</param>
    /// <param name="paths">The JSON paths of the tensor's entry.</param>
    /// <exception cref="BodyException">A parameter of the wrong type, twice, or one that is not offered.</exception>
    public static TensorParameters Read(ref JsonCursor cursor, WireLimits limits, EntryPaths paths)
    {
        string path = paths.Parameters;
        var parameters = default(TensorParameters);
        if (JsonMembers.Absent(ref cursor))
        {
            return parameters;
        }

        bool begun = false;
        int seen = 0;
        while (JsonMembers.NextName(ref cursor, ref begun, path) is { } name)
        {
            RefuseReserved(name, path);
            switch (name)
            {
                case "binary_data_size":
                    JsonMembers.Once(ref seen, 1, name, path);
                    parameters.BinaryDataSize = JsonMembers.Count(ref cursor, paths.BinaryDataSize);
                    break;
                case "binary_data":
                    JsonMembers.Once(ref seen, 2, name, path);
                    parameters.BinaryData = JsonMembers.Flag(ref cursor, paths.BinaryData);
                    break;
                case "classification":
                    throw new BodyException($"{path}.{name}", "The classification extension is not offered: ask for the output itself and sort it.", BodyException.Malformed);
                default:
                    JsonSkipper.Skip(ref cursor, limits.MaxDepth - 4, $"{path}.{name}");
                    break;
            }
        }

        return parameters;
    }

    /// <summary>Refuses Triton's own parameters, none of which means anything here, and shared memory.</summary>
    /// <param name="name">A parameter's name.</param>
    /// <param name="path">The JSON path of the parameters.</param>
    /// <exception cref="BodyException">It is one of them.</exception>
    public static void RefuseReserved(string name, string path)
    {
        if (name.StartsWith("triton_", StringComparison.Ordinal))
        {
            throw new BodyException($"{path}.{name}", $"Parameters that begin with triton_ are reserved by Triton; '{name}' has no meaning here.", BodyException.Malformed);
        }

        if (SharedMemory.Contains(name))
        {
            throw new BodyException($"{path}.{name}", "Shared memory is not offered: send the tensor's data in the request, as JSON or as binary data.", BodyException.Malformed);
        }
    }
}
