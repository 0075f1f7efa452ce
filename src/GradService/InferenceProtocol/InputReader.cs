using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Reads the list of input tensors. The members of an input may come in any order; where its data come last they are read in one go.</summary>
internal readonly ref struct InputReader(InferenceModel model, InferenceRequest request, BinaryTail tail, TensorScope scope, WireLimits limits)
{
    /// <summary>Reads the array at the cursor into the request.</summary>
    /// <exception cref="BodyException">An input is wrong; says which and how.</exception>
    public void ReadAll(ref JsonCursor cursor)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        bool begun = false;
        while (JsonMembers.NextElement(ref cursor, ref begun, "inputs"))
        {
            string path = $"inputs[{request.Inputs.Count}]";
            NamedTensor input = ReadOne(ref cursor, names, path);
            if (names.Count > InferenceRequestReader.MostEntries)
            {
                throw new BodyException("inputs", $"There are more than {InferenceRequestReader.MostEntries} inputs.", BodyException.OverLimit);
            }

            request.Inputs.Add(input);
        }
    }

    private NamedTensor ReadOne(ref JsonCursor cursor, HashSet<string> names, string path)
    {
        string? name = null;
        ElementType? type = null;
        Shape? shape = null;
        long? binarySize = null;
        Tensor? tensor = null;
        int dataAt = -1;
        bool begun = false;
        int seen = 0;
        while (JsonMembers.NextName(ref cursor, ref begun, path) is { } member)
        {
            switch (member)
            {
                case "name":
                    JsonMembers.Once(ref seen, 1, member, path);
                    name = JsonMembers.Text(ref cursor, $"{path}.name");
                    break;
                case "shape":
                    JsonMembers.Once(ref seen, 2, member, path);
                    shape = ShapeReader.Read(ref cursor, limits, $"{path}.shape");
                    break;
                case "datatype":
                    JsonMembers.Once(ref seen, 4, member, path);
                    type = ReadDatatype(ref cursor, $"{path}.datatype");
                    break;
                case "parameters":
                    JsonMembers.Once(ref seen, 8, member, path);
                    binarySize = TensorParameters.Read(ref cursor, limits, $"{path}.parameters").BinaryDataSize;
                    break;
                case "data":
                    JsonMembers.Once(ref seen, 16, member, path);
                    dataAt = cursor.At;
                    if (name is not null && type is not null && shape is not null)
                    {
                        Admit(name, type.Value, names, path);
                        tensor = ReadData(ref cursor, type.Value, shape.Value, path);
                    }
                    else
                    {
                        JsonSkipper.Skip(ref cursor, limits.MaxDepth - 3, $"{path}.data");
                    }

                    break;
                default:
                    JsonSkipper.Skip(ref cursor, limits.MaxDepth - 3, path);
                    break;
            }
        }

        if (name is null || type is null || shape is null)
        {
            string missing = name is null ? "name" : type is null ? "datatype" : "shape";
            throw new BodyException(path, $"{missing} is required and was left out.", BodyException.Malformed);
        }

        if (dataAt >= 0 == binarySize.HasValue)
        {
            string found = binarySize.HasValue ? "both data and a binary_data_size" : "neither data nor a binary_data_size";
            throw new BodyException(path, $"Input '{JsonText.Quote(name)}' has {found}; expected one of them.", BodyException.Malformed);
        }

        if (tensor is null)
        {
            Admit(name, type.Value, names, path);
            var data = new JsonCursor(cursor.Text, dataAt);
            tensor = binarySize is { } size ? ReadBinary(name, type.Value, shape.Value, size, path) : ReadData(ref data, type.Value, shape.Value, path);
        }

        return new NamedTensor(name, tensor);
    }

    private void Admit(string name, ElementType type, HashSet<string> names, string path)
    {
        model.Admit(name, type, path);
        if (!names.Add(name))
        {
            throw new BodyException(path, $"Input '{JsonText.Quote(name)}' is given twice.", BodyException.Malformed);
        }
    }

    private Tensor ReadData(ref JsonCursor cursor, ElementType type, Shape shape, string path)
    {
        int at = cursor.At;
        Tensor tensor = TensorReader.ReadDeclared(cursor.Text, ref at, type, shape, scope, limits, $"{path}.data");
        cursor.At = at;
        return tensor;
    }

    private Tensor ReadBinary(string name, ElementType type, Shape shape, long size, string path)
    {
        string at = $"{path}.parameters.binary_data_size";
        long expected = type == ElementType.BYTES ? size : (long)shape.Length * type.Size();
        if (size != expected)
        {
            throw new BodyException(at, $"Input '{name}': expected {Quantity.Of(expected, "byte", "bytes")} for shape {shape} of {type}, received {size}.", BodyException.Malformed);
        }

        return BinaryTensor.Read(name, type, shape, tail.Take(name, size, at), scope, at);
    }

    private static ElementType ReadDatatype(ref JsonCursor cursor, string path)
    {
        string name = JsonMembers.Text(ref cursor, path);

        // Enum.TryParse reads numbers as well, so the name is compared with what it was read as.
        return Enum.TryParse(name, out ElementType type) && type.ToString() == name
            ? type
            : throw new BodyException(path, $"\"{JsonText.Quote(name)}\" was found; expected one of {string.Join(", ", Enum.GetNames<ElementType>())}.", BodyException.Malformed);
    }
}
