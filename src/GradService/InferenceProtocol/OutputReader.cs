using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Reads the list of the outputs that a caller asks for.</summary>
internal static class OutputReader
{
    /// <summary>Reads the array at the cursor into the request.</summary>
    /// <exception cref="BodyException">It is no such list, or asks for an output twice.</exception>
    public static void ReadAll(ref JsonCursor cursor, InferenceRequest request, WireLimits limits)
    {
        if (JsonMembers.Absent(ref cursor))
        {
            return;
        }

        bool begun = false;
        while (JsonMembers.NextElement(ref cursor, ref begun, "outputs"))
        {
            var paths = EntryPaths.OfOutput(request.Outputs.Count);
            RequestedOutput output = ReadOne(ref cursor, limits, paths);
            if (request.Output(output.Name) is not null)
            {
                throw new BodyException(paths.Entry, $"Output '{JsonText.Quote(output.Name)}' is asked for twice.", BodyException.Malformed);
            }

            if (request.Outputs.Count == InferenceRequestReader.MostEntries)
            {
                throw new BodyException("outputs", $"There are more than {InferenceRequestReader.MostEntries} outputs.", BodyException.OverLimit);
            }

            request.Outputs.Add(output);
        }
    }

    private static RequestedOutput ReadOne(ref JsonCursor cursor, WireLimits limits, EntryPaths paths)
    {
        string path = paths.Entry;
        string? name = null;
        bool? binary = null;
        bool begun = false;
        int seen = 0;
        while (JsonMembers.NextName(ref cursor, ref begun, path) is { } member)
        {
            switch (member)
            {
                case "name":
                    JsonMembers.Once(ref seen, 1, member, path);
                    name = JsonMembers.Text(ref cursor, paths.Name);
                    break;
                case "parameters":
                    JsonMembers.Once(ref seen, 2, member, path);
                    binary = TensorParameters.Read(ref cursor, limits, paths).BinaryData;
                    break;
                default:
                    JsonSkipper.Skip(ref cursor, limits.MaxDepth - 3, path);
                    break;
            }
        }

        return name is null
            ? throw new BodyException(path, "name is required and was left out: the output that is asked for.", BodyException.Malformed)
            : new RequestedOutput(name, binary);
    }
}
