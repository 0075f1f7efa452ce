using System.Globalization;

namespace GradService.Onnx.Repository;

/// <summary>
/// Brings tensors that lie in files beside an ONNX file into it. Left to the runtime they would be mapped into memory, where replacing the
/// file ends the process, and could be read from wherever the model says.
/// </summary>
/// <param name="modelFile">The ONNX file, from whose folder locations are reckoned.</param>
/// <param name="folder">The model's folder; no file outside of it is read.</param>
/// <param name="mostBytes">The most bytes of the model with its external data.</param>
internal sealed class ExternalData(FileInfo modelFile, string folder, long mostBytes)
{
    private const int DeepestNesting = 64;
    private long _bytes;

    /// <summary>The model with all its data inside.</summary>
    /// <param name="model">The bytes of the ONNX file.</param>
    /// <returns><paramref name="model"/> itself when nothing lies outside.</returns>
    /// <exception cref="InvalidDataException">No ONNX file, or its data lie outside of the folder, are not there, or are too many.</exception>
    public byte[] Include(byte[] model)
    {
        _bytes = model.Length;
        return Rewrite(OnnxMessage.Model, model, 0) ?? model;
    }

    /// <returns>The message with the data inside; null when it needs no change.</returns>
    private byte[]? Rewrite(OnnxMessage message, ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new InvalidDataException($"Its graphs are nested deeper than {DeepestNesting} messages.");
        }

        if (message == OnnxMessage.Tensor)
        {
            return Tensor(bytes);
        }

        MemoryStream? changed = null;
        int copied = 0, at = 0;
        uint seen = 0;
        var fields = new ProtobufFields(bytes);
        while (fields.Next())
        {
            (OnnxMessage inner, bool single) = OnnxMessages.In(message, fields.Number);
            if (single && (seen & (1u << fields.Number)) != 0)
            {
                // Readers join such halves into one message, which none of our looks would have seen.
                throw new InvalidDataException($"Field {fields.Number} of a {message} is there twice.");
            }

            seen |= single ? 1u << fields.Number : 0;
            if (inner != OnnxMessage.None && Rewrite(inner, fields.Bytes, depth + 1) is { } replaced)
            {
                changed ??= new MemoryStream();
                changed.Write(bytes[copied..at]);
                ProtobufFields.Write(changed, fields.Number, replaced);
                copied = at + fields.Whole.Length;
            }

            at += fields.Whole.Length;
        }

        changed?.Write(bytes[copied..]);
        return changed?.ToArray();
    }

    private byte[]? Tensor(ReadOnlySpan<byte> bytes)
    {
        var tensor = ExternalTensor.Of(bytes);
        return tensor.IsExternal ? Include(tensor, bytes) : null;
    }

    private byte[] Include(ExternalTensor tensor, ReadOnlySpan<byte> bytes)
    {
        string path = PathOf(tensor);
        using FileStream file = File.OpenRead(path);
        long length = tensor.Length ?? file.Length - tensor.Offset;
        if (length < 0 || tensor.Offset > file.Length - length)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"Tensor '{tensor.Name}' should have {length} bytes from byte {tensor.Offset} of {tensor.Location}, which has {file.Length}."));
        }

        _bytes += length;
        if (_bytes > mostBytes)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The model with its external data has more than {mostBytes} bytes, the most allowed."));
        }

        var data = new byte[length];
        file.Position = tensor.Offset;
        file.ReadExactly(data);
        return ExternalTensor.WithData(bytes, data);
    }

    private string PathOf(ExternalTensor tensor)
    {
        string[] steps = tensor.Location.Split('/', '\\');
        string path = Path.Combine(modelFile.DirectoryName!, tensor.Location);
        if (tensor.Location.Length == 0 || Path.IsPathRooted(tensor.Location) || steps.Contains("..") || !RealPath.IsInside(path, folder))
        {
            throw new InvalidDataException($"The data of tensor '{tensor.Name}' lie at '{tensor.Location}', which is not inside the model's folder.");
        }

        return File.Exists(path)
            ? path
            : throw new InvalidDataException($"The data of tensor '{tensor.Name}' lie at '{tensor.Location}', and there is no such file.");
    }
}
