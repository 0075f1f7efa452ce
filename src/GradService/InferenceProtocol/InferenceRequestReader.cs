using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Reads the body of an infer request: JSON, JSON with binary tensors behind it, or one raw tensor.</summary>
/// <remarks>Sources: Open Inference Protocol, "Inference Request JSON Object"; Triton, "Binary Tensor Data Extension".</remarks>
internal sealed class InferenceRequestReader(InferenceModel model, WireLimits limits)
{
    /// <summary>The most inputs, outputs or parameters of one request.</summary>
    public const int MostEntries = 1024;

    /// <summary>Reads a body.</summary>
    /// <param name="body">The whole body, decompressed.</param>
    /// <param name="jsonLength">The bytes of it that are JSON; null for all, 0 for a raw tensor.</param>
    /// <param name="scope">What the tensors are rented from; those that came as bytes stay where they lie in the body.</param>
    /// <exception cref="BodyException">The body is no such request.</exception>
    public InferenceRequest Read(Memory<byte> body, int? jsonLength, TensorScope scope)
    {
        if (jsonLength == 0)
        {
            return ReadRaw(body, scope);
        }

        // The cast matters: a bare null would become an empty Memory, by way of a null array.
        var tail = new BinaryTail(jsonLength is { } length ? body[length..] : (Memory<byte>?)null);
        InferenceRequest request = ReadJson(body[..(jsonLength ?? body.Length)], tail, scope);
        tail.Finish();
        request.UsesBody = tail.IsUsed;
        return request;
    }

    private InferenceRequest ReadRaw(Memory<byte> body, TensorScope scope)
    {
        RawInput raw = model.RawInput();
        Shape shape = raw.ShapeOf(body.Length, limits.MaxElements);

        // As with Triton, who sends raw bytes is answered with bytes: there is no JSON to ask for anything else.
        var request = new InferenceRequest { UsesBody = true, BinaryOutputs = true };
        request.Inputs.Add(new NamedTensor(raw.Name, BinaryTensor.Read(raw.Name, raw.Datatype, shape, body, scope, raw.Name)));
        return request;
    }

    private InferenceRequest ReadJson(Memory<byte> json, BinaryTail tail, TensorScope scope)
    {
        var request = new InferenceRequest();
        var cursor = new JsonCursor(json.Span, json.Span.StartsWith("\uFEFF"u8) ? 3 : 0);
        bool begun = false;
        int seen = 0;
        while (JsonMembers.NextName(ref cursor, ref begun, "$") is { } member)
        {
            int at = cursor.At;
            switch (member)
            {
                case "id":
                    JsonMembers.Once(ref seen, 1, member, "$");
                    if (!JsonMembers.Absent(ref cursor))
                    {
                        cursor.String(member);
                        request.Id = Keep(json[at..cursor.At], scope);
                    }

                    break;
                case "parameters":
                    JsonMembers.Once(ref seen, 2, member, "$");
                    ReadParameters(ref cursor, json, request, scope);
                    break;
                case "inputs":
                    JsonMembers.Once(ref seen, 4, member, "$");
                    new InputReader(model, request, tail, scope, limits).ReadAll(ref cursor);
                    break;
                case "outputs":
                    JsonMembers.Once(ref seen, 8, member, "$");
                    OutputReader.ReadAll(ref cursor, request, limits);
                    break;
                default:
                    JsonSkipper.Skip(ref cursor, limits.MaxDepth - 1, "$");
                    break;
            }
        }

        if (cursor.NextToken() >= 0)
        {
            throw cursor.Unexpected("$", "nothing after the closing brace of the request");
        }

        return (seen & 4) != 0 ? request : throw new BodyException("inputs", "inputs is required and was left out: the list of the input tensors.", BodyException.Malformed);
    }

    private void ReadParameters(ref JsonCursor cursor, Memory<byte> json, InferenceRequest request, TensorScope scope)
    {
        const string Path = "parameters";
        if (JsonMembers.Absent(ref cursor))
        {
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        bool begun = false;
        while (JsonMembers.NextName(ref cursor, ref begun, Path) is { } name)
        {
            TensorParameters.RefuseReserved(name, Path);
            if (!names.Add(name))
            {
                throw new BodyException($"{Path}.{name}", $"The parameter \"{name}\" stands twice.", BodyException.Malformed);
            }

            if (names.Count > MostEntries)
            {
                throw new BodyException(Path, $"There are more than {MostEntries} parameters.", BodyException.OverLimit);
            }

            if (name == "binary_data_output")
            {
                request.BinaryOutputs = JsonMembers.Flag(ref cursor, $"{Path}.{name}");
                continue;
            }

            int at = cursor.At;
            JsonSkipper.Skip(ref cursor, limits.MaxDepth - 2, $"{Path}.{name}");
            request.Parameters.Add(new RequestParameter(name, Keep(json[at..cursor.At], scope)));
        }
    }

    // The body is given back before the run where no tensor lies in it.
    private static Memory<byte> Keep(Memory<byte> text, TensorScope scope)
    {
        Memory<byte> copy = scope.RentBytes(text.Length);
        text.CopyTo(copy);
        return copy;
    }
}
