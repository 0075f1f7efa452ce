using System.Buffers.Binary;

namespace GradService.Onnx.Pictures;

/// <summary>
/// Whether a JPEG file has an end (ITU-T T.81, annex B). A progressive picture that is cut short is decoded without complaint, only with its
/// details missing; so the end is looked for.
/// </summary>
internal static class JpegEnd
{
    private const byte Marker = 0xFF;
    private const byte EndOfImage = 0xD9;

    public static bool IsReached(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> rest = file[2..];
        while (true)
        {
            // Behind a segment the next marker; behind the start of a scan its data, in which a 0xFF is followed by 0 or by a restart.
            int at = rest.IndexOf(Marker);
            if (at < 0 || at + 1 >= rest.Length)
            {
                return false;
            }

            byte code = rest[at + 1];
            rest = rest[(at + (code == Marker ? 1 : 2))..];
            if (code == EndOfImage)
            {
                return true;
            }

            if (code is not (0 or 1 or Marker or (>= 0xD0 and <= 0xD8)))
            {
                if (rest.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(rest) > rest.Length)
                {
                    return false;
                }

                rest = rest[BinaryPrimitives.ReadUInt16BigEndian(rest)..];
            }
        }
    }
}
