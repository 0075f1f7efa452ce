using System.Globalization;
using System.Text;

namespace GradService.Onnx.Repository;

/// <summary>What a <c>TensorProto</c> says of data that lie outside of it.</summary>
internal sealed class ExternalTensor
{
    private const int TensorName = 8;
    private const int RawData = 9;
    private const int Entry = 13;
    private const int DataLocation = 14;

    public bool IsExternal { get; private set; }

    public string Name { get; private set; } = string.Empty;

    /// <summary>The file, reckoned from the ONNX file's folder.</summary>
    public string Location { get; private set; } = string.Empty;

    /// <summary>The first byte in it.</summary>
    public long Offset { get; private set; }

    /// <summary>The number of bytes; null for the rest of the file.</summary>
    public long? Length { get; private set; }

    public static ExternalTensor Of(ReadOnlySpan<byte> bytes)
    {
        var tensor = new ExternalTensor();
        var fields = new ProtobufFields(bytes);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case TensorName:
                    tensor.Name = Encoding.UTF8.GetString(fields.Bytes);
                    break;
                case Entry:
                    tensor.Take(fields.Bytes);
                    break;
                case DataLocation:
                    // Where the field is there twice readers differ on which counts; and they take its lower half alone.
                    tensor.IsExternal |= (int)fields.Value == 1;
                    break;
            }
        }

        return tensor;
    }

    /// <summary>The tensor with its data inside, and no word of a place outside.</summary>
    public static byte[] WithData(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> data)
    {
        using var stream = new MemoryStream(bytes.Length + data.Length + 16);
        var fields = new ProtobufFields(bytes);
        while (fields.Next())
        {
            if (fields.Number is not (RawData or Entry or DataLocation))
            {
                stream.Write(fields.Whole);
            }
        }

        ProtobufFields.Write(stream, RawData, data);
        return stream.ToArray();
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new InvalidDataException($"An offset or length of external data is \"{text}\"; expected a whole number.");

    private void Take(ReadOnlySpan<byte> entry)
    {
        string key = string.Empty, value = string.Empty;
        var fields = new ProtobufFields(entry);
        while (fields.Next())
        {
            string text = Encoding.UTF8.GetString(fields.Bytes);
            (key, value) = fields.Number switch { 1 => (text, value), 2 => (key, text), _ => (key, value) };
        }

        switch (key)
        {
            case "location":
                Location = value;
                break;
            case "offset":
                Offset = Number(value);
                break;
            case "length":
                Length = Number(value);
                break;
        }
    }
}
