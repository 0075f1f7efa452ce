using System.IO.Compression;
using System.Text;

namespace GradService.Fuzzing.Http;

/// <summary>Ways to damage bytes, whatever they mean.</summary>
internal static class ByteMutation
{
    private static readonly byte[][] Pieces =
    [
        [0], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x80], [0xEF, 0xBB, 0xBF], [0x1F, 0x8B], [0xFF, 0xFF, 0xFF, 0x7F], "\"\\uD800\""u8.ToArray(), "\r\n--"u8.ToArray(), "1e999"u8.ToArray(),
    ];

    /// <summary>Cuts off, changes, inserts or repeats some bytes.</summary>
    public static byte[] Apply(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length + 1);
        switch (random.Next(6))
        {
            case 0:
                return bytes[..at];
            case 1:
                return bytes[at..];
            case 2:
                byte[] piece = Pieces[random.Next(Pieces.Length)];
                return [.. bytes[..at], .. piece, .. bytes[at..]];
            case 3:
                byte[] noise = new byte[random.Next(1, 64)];
                random.NextBytes(noise);
                return [.. bytes[..at], .. noise, .. bytes[at..]];
            case 4:
                return [.. bytes, .. bytes[at..]];
            default:
                byte[] flipped = [.. bytes];
                for (int flips = random.Next(1, 8); flips > 0 && flipped.Length > 0; flips--)
                {
                    flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                }

                return flipped;
        }
    }

    public static byte[] Compress(byte[] bytes, string encoding)
    {
        using var into = new MemoryStream();
        using (Stream compressor = encoding switch
        {
            "gzip" => new GZipStream(into, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(into, CompressionLevel.Fastest),
            _ => new BrotliStream(into, CompressionLevel.Fastest),
        })
        {
            compressor.Write(bytes);
        }

        return into.ToArray();
    }

    /// <summary>A few kilobytes that become a long run of one character, after a beginning that makes sense.</summary>
    public static byte[] Bomb(string encoding, int megabytes)
    {
        byte[] expanded = new byte[megabytes << 20];
        Array.Fill(expanded, (byte)' ');
        Encoding.ASCII.GetBytes("{\"logits\":[").CopyTo(expanded, 0);
        return Compress(expanded, encoding);
    }
}
