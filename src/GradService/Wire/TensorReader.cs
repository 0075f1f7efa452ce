using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>
/// Reads a JSON value that stands for a tensor: a bare scalar, nested arrays whose shape is read off, or one of the object forms
/// <c>{"shape", "data"}</c> and <c>{"shape", "datatype", "base64"}</c>.
/// </summary>
internal static class TensorReader
{
    /// <summary>Reads the value at an offset.</summary>
    /// <param name="text">The whole body.</param>
    /// <param name="offset">Where the value, or white space before it, begins; moved behind it.</param>
    /// <param name="kind">What elements are asked for.</param>
    /// <param name="floating">FP32 or FP64: the type of floating elements.</param>
    /// <param name="scope">What the memory is rented from.</param>
    /// <param name="limits">Limits.</param>
    /// <param name="path">The value's JSON path, for errors.</param>
    /// <exception cref="BodyException">The value is no such tensor; says where and why.</exception>
    public static Tensor Read(ReadOnlySpan<byte> text, ref int offset, TensorKind kind, ElementType floating, TensorScope scope, WireLimits limits, string path)
    {
        var cursor = new JsonCursor(text, offset);
        if (cursor.NextToken() == '{')
        {
            Tensor fromObject = TensorObject.Read(ref cursor, kind, floating, scope, limits, path);
            offset = cursor.At;
            return fromObject;
        }

        var reader = new ArrayReader(text, cursor.At, scope, limits, path);
        Tensor tensor = Read(ref reader, kind, floating);
        offset = reader.At;
        return tensor;
    }

    /// <summary>Reads the <c>data</c> of a tensor whose datatype and shape are declared beside it, as the Open Inference Protocol does.</summary>
    /// <param name="text">The whole body.</param>
    /// <param name="offset">Where the data, or white space before it, begins; moved behind it.</param>
    /// <param name="type">The element type, which the tensor will have exactly; BYTES are JSON strings.</param>
    /// <param name="declared">The shape; the data may be nested like it, or flat.</param>
    /// <param name="scope">What the memory is rented from.</param>
    /// <param name="limits">Limits.</param>
    /// <param name="path">The data's JSON path, for errors.</param>
    /// <exception cref="BodyException">The data are not of this type and shape; says where and why.</exception>
    public static Tensor ReadDeclared(ReadOnlySpan<byte> text, ref int offset, ElementType type, Shape declared, TensorScope scope, WireLimits limits, string path)
    {
        if (type is ElementType.FP16 or ElementType.BF16)
        {
            throw new BodyException(path, $"{type} travels in binary form only: send the data as raw bytes, or as FP32.", BodyException.Malformed);
        }

        if (declared.Length > limits.MaxElements)
        {
            throw new BodyException(path, $"The shape {declared} has {declared.Length} elements; the limit is {limits.MaxElements}.", BodyException.OverLimit);
        }

        if (type == ElementType.BYTES)
        {
            var cursor = new JsonCursor(text, offset);
            BytesTensor strings = BytesReader.Read(ref cursor, declared, scope, path);
            offset = cursor.At;
            return strings;
        }

        var reader = new ArrayReader(text, offset, scope, limits, path, declared.Length);
        Tensor tensor = ReadAs(ref reader, type, declared);
        offset = reader.At;
        return tensor;
    }

    /// <summary>Reads arrays or a bare scalar as the kind asks.</summary>
    /// <param name="reader">A reader that has read nothing yet.</param>
    /// <param name="kind">What elements are asked for.</param>
    /// <param name="floating">FP32 or FP64.</param>
    /// <param name="declared">The shape the value must have, or have flattened; null to read it off.</param>
    internal static Tensor Read(ref ArrayReader reader, TensorKind kind, ElementType floating, Shape? declared = null) => kind switch
    {
        TensorKind.Floating => ReadAs(ref reader, floating, declared),
        TensorKind.Bool => ReadAs(ref reader, ElementType.BOOL, declared),
        _ => ReadWhole(ref reader, kind, floating, declared),
    };

    private static Tensor ReadAs(ref ArrayReader reader, ElementType type, Shape? declared) => type switch
    {
        ElementType.FP32 => ReadAs<float>(ref reader, declared),
        ElementType.FP64 => ReadAs<double>(ref reader, declared),
        ElementType.BOOL => ReadAs<bool>(ref reader, declared),
        ElementType.INT8 => ReadAs<sbyte>(ref reader, declared),
        ElementType.INT16 => ReadAs<short>(ref reader, declared),
        ElementType.INT32 => ReadAs<int>(ref reader, declared),
        ElementType.INT64 => ReadAs<long>(ref reader, declared),
        ElementType.UINT8 => ReadAs<byte>(ref reader, declared),
        ElementType.UINT16 => ReadAs<ushort>(ref reader, declared),
        ElementType.UINT32 => ReadAs<uint>(ref reader, declared),
        ElementType.UINT64 => ReadAs<ulong>(ref reader, declared),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type of JSON numbers."),
    };

    private static Tensor<T> ReadAs<T>(ref ArrayReader reader, Shape? declared)
        where T : unmanaged
    {
        NumberOutcome outcome = reader.Fill<T>();
        return outcome == NumberOutcome.Read ? reader.Finish<T>(declared) : throw reader.ElementError(outcome, ElementTypes.Of<T>());
    }

    /// <summary>INT32 until a value needs INT64; with <see cref="TensorKind.Number"/>, floating from the first that is not whole.</summary>
    private static Tensor ReadWhole(ref ArrayReader reader, TensorKind kind, ElementType floating, Shape? declared)
    {
        NumberOutcome outcome = reader.Fill<int>();
        if (outcome == NumberOutcome.Read)
        {
            return reader.Finish<int>(declared);
        }

        bool wide = outcome == NumberOutcome.OutOfRange;
        if (wide)
        {
            reader.Convert<int, long>();
            outcome = reader.Fill<long>();
            if (outcome == NumberOutcome.Read)
            {
                return reader.Finish<long>(declared);
            }
        }

        bool number = outcome is NumberOutcome.NotWhole or NumberOutcome.OutOfRange || reader.IsAtNamed;
        if (kind != TensorKind.Number || !number)
        {
            throw reader.ElementError(outcome, kind == TensorKind.Number && outcome == NumberOutcome.NotANumber ? floating : wide ? ElementType.INT64 : ElementType.INT32);
        }

        int fraction = outcome == NumberOutcome.NotWhole ? reader.Count : -1;
        return (wide, floating == ElementType.FP64) switch
        {
            (false, false) => GoOn<int, float>(ref reader, declared, fraction),
            (false, true) => GoOn<int, double>(ref reader, declared, fraction),
            (true, false) => GoOn<long, float>(ref reader, declared, fraction),
            (true, true) => GoOn<long, double>(ref reader, declared, fraction),
        };
    }

    private static Tensor<TTo> GoOn<TFrom, TTo>(ref ArrayReader reader, Shape? declared, int fraction)
        where TFrom : unmanaged, System.Numerics.INumberBase<TFrom>
        where TTo : unmanaged, System.Numerics.INumberBase<TTo>
    {
        reader.Convert<TFrom, TTo>();
        NumberOutcome outcome = reader.Fill<TTo>();
        if (outcome != NumberOutcome.Read)
        {
            throw reader.ElementError(outcome, ElementTypes.Of<TTo>());
        }

        Tensor<TTo> tensor = reader.Finish<TTo>(declared);
        return fraction >= 0 && TTo.IsInteger(tensor.Span[fraction]) ? new Tensor<TTo>(tensor.Shape, tensor.Bytes) { RoundedFraction = fraction } : tensor;
    }
}
