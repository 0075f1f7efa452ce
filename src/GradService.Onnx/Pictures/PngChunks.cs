using System.Buffers.Binary;
using System.IO.Hashing;

namespace GradService.Onnx.Pictures;

/// <summary>The chunks of a PNG file (W3C Portable Network Graphics, third edition, section 5).</summary>
internal static class PngChunks
{
    /// <summary>The length of the signature before the first chunk.</summary>
    public const int SignatureLength = 8;

    /// <summary>What a chunk has around its data: length, type and checksum.</summary>
    public const int Framing = 12;

    /// <summary>Takes the next chunk off a file.</summary>
    /// <param name="rest">What follows the signature or the chunk before; moved behind the chunk.</param>
    /// <param name="type">Four letters.</param>
    /// <param name="whole">The chunk with its framing.</param>
    /// <returns>Whether there was a whole chunk.</returns>
    public static bool TryNext(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> whole)
    {
        type = whole = default;
        if (rest.Length < Framing || BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length > rest.Length - Framing)
        {
            return false;
        }

        type = rest.Slice(4, 4);
        whole = rest[..((int)length + Framing)];
        rest = rest[whole.Length..];
        return true;
    }

    /// <summary>Writes a chunk and its checksum.</summary>
    /// <param name="type">Four letters.</param>
    /// <param name="data">Its data.</param>
    /// <param name="into">Where to; moved behind the chunk.</param>
    public static void Write(scoped ReadOnlySpan<byte> type, scoped ReadOnlySpan<byte> data, ref Span<byte> into)
    {
        BinaryPrimitives.WriteInt32BigEndian(into, data.Length);
        type.CopyTo(into[4..]);
        data.CopyTo(into[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(into[(8 + data.Length)..], Crc32.HashToUInt32(into.Slice(4, 4 + data.Length)));
        into = into[(data.Length + Framing)..];
    }
}
