using System.Text;
using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Reads the list of input tensors. The members of an input may come in any order; where its data come last they are read in one go.</summary>
internal readonly ref struct InputReader(InferenceModel model, InferenceRequest request, BinaryTail tail, TensorScope scope, WireLimits limits)
{
    private static readonly (byte[] Name, ElementType Type)[] Datatypes = [.. Enum.GetValues<ElementType>().Select(type => (Encoding.UTF8.GetBytes(type.ToString()), type))];

    /// <summary>Reads the array at the cursor into the request.</summary>
    /// <exception cref="BodyException">An input is wrong; says which and how.</exception>
    public void ReadAll(ref JsonCursor cursor)
    {
        bool begun = false;
        while (JsonMembers.NextElement(ref cursor, ref begun, "inputs"))
        {
            NamedTensor input = ReadOne(ref cursor, EntryPaths.OfInput(request.Inputs.Count));
            if (request.Inputs.Count == InferenceRequestReader.MostEntries)
            {
                throw new BodyException("inputs", $"There are more than {InferenceRequestReader.MostEntries} inputs.", BodyException.OverLimit);
            }

            request.Inputs.Add(input);
        }
    }

    private NamedTensor ReadOne(ref JsonCursor cursor, EntryPaths paths)
    {
        string path = paths.Entry;
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
                    name = JsonMembers.Text(ref cursor, paths.Name);
                    break;
                case "shape":
                    JsonMembers.Once(ref seen, 2, member, path);
                    shape = ShapeReader.Read(ref cursor, limits, paths.Shape);
                    break;
                case "datatype":
                    JsonMembers.Once(ref seen, 4, member, path);
                    type = ReadDatatype(ref cursor, paths.Datatype);
                    break;
                case "parameters":
                    JsonMembers.Once(ref seen, 8, member, path);
                    binarySize = TensorParameters.Read(ref cursor, limits, paths).BinaryDataSize;
                    break;
                case "data":
                    JsonMembers.Once(ref seen, 16, member, path);
                    dataAt = cursor.At;
                    if (name is not null && type is not null && shape is not null)
                    {
                        Admit(name, type.Value, path);
                        tensor = ReadData(ref cursor, type.Value, shape.Value, paths);
                    }
                    else
                    {
                        JsonSkipper.Skip(ref cursor, limits.MaxDepth - 3, paths.Data);
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
            Admit(name, type.Value, path);
            var data = new JsonCursor(cursor.Text, dataAt);
            tensor = binarySize is { } size ? ReadBinary(name, type.Value, shape.Value, size, paths) : ReadData(ref data, type.Value, shape.Value, paths);
        }

        return new NamedTensor(name, tensor);
    }

    private void Admit(string name, ElementType type, string path)
    {
        model.Admit(name, type, path);
        if (request.Input(name) is not null)
        {
            throw new BodyException(path, $"Input '{JsonText.Quote(name)}' is given twice.", BodyException.Malformed);
        }
    }

    private Tensor ReadData(ref JsonCursor cursor, ElementType type, Shape shape, EntryPaths paths)
    {
        int at = cursor.At;
        Tensor tensor = TensorReader.ReadDeclared(cursor.Text, ref at, type, shape, scope, limits, paths.Data);
        cursor.At = at;
        return tensor;
    }

    private Tensor ReadBinary(string name, ElementType type, Shape shape, long size, EntryPaths paths)
    {
        string at = paths.BinaryDataSize;
        long expected = type == ElementType.BYTES ? size : (long)shape.Length * type.Size();
        if (size != expected)
        {
            throw new BodyException(at, $"Input '{name}': expected {Quantity.Of(expected, "byte", "bytes")} for shape {shape} of {type}, received {size}.", BodyException.Malformed);
        }

        return BinaryTensor.Read(name, type, shape, tail.Take(name, size, at), scope, at);
    }

    private static ElementType ReadDatatype(ref JsonCursor cursor, string path)
    {
        ReadOnlySpan<byte> name = JsonMembers.Bytes(ref cursor, path);
        foreach ((byte[] known, ElementType type) in Datatypes)
        {
            if (name.SequenceEqual(known))
            {
                return type;
            }
        }

        throw new BodyException(path, $"\"{JsonText.Quote(name)}\" was found; expected one of {string.Join(", ", Enum.GetNames<ElementType>())}.", BodyException.Malformed);
    }
}
