using System.Buffers.Binary;

namespace GradService.Onnx.Repository;

/// <summary>Walks the fields of one protobuf message, as ONNX files are made of them, without decoding what they hold.</summary>
internal ref struct ProtobufFields(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>The number of the field.</summary>
    public int Number { get; private set; }

    /// <summary>The bytes of a field of bytes, text or a message; otherwise empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The value of a field that is a variable-length integer; otherwise 0.</summary>
    public ulong Value { get; private set; }

    /// <summary>The whole field, its number before it.</summary>
    public ReadOnlySpan<byte> Whole { get; private set; }

    /// <summary>Goes to the next field.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="InvalidDataException">The bytes are no protobuf message.</exception>
    public bool Next()
    {
        if (_at == _message.Length)
        {
            return false;
        }

        int from = _at;
        ulong tag = Varint();
        Number = (tag >> 3) is > 0 and <= int.MaxValue ? (int)(tag >> 3) : throw Broken();
        Bytes = default;
        Value = 0;
        switch (tag & 7)
        {
            case 0:
                Value = Varint();
                break;
            case 1:
                Value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                ulong length = Varint();
                Bytes = Take(length <= int.MaxValue ? (int)length : throw Broken());
                break;
            case 5:
                Value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw Broken();
        }

        Whole = _message[from.._at];
        return true;
    }

    /// <summary>Writes a field of bytes.</summary>
    public static void Write(Stream stream, int number, ReadOnlySpan<byte> bytes)
    {
        WriteVarint(stream, ((ulong)number << 3) | 2);
        WriteVarint(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void WriteVarint(Stream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }

    private static InvalidDataException Broken() => new("It is no ONNX file, or is cut short.");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _message.Length - _at)
        {
            throw Broken();
        }

        _at += count;
        return _message.Slice(_at - count, count);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Broken();
    }
}
