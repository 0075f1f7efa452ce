using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GradService.Wire;

/// <summary>Writes text as a string of JSON.</summary>
internal static class JsonString
{
    private static readonly JavaScriptEncoder Readable = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    // What names are made of, which are most of what is written.
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _-./");

    /// <summary>Writes a text with its quotes; only what must be escaped is.</summary>
    public static void Write(IBufferWriter<byte> writer, string text)
    {
        writer.Write("\""u8);
        if (text.AsSpan().ContainsAnyExcept(Plain))
        {
            writer.Write(JsonEncodedText.Encode(text, Readable).EncodedUtf8Bytes);
        }
        else
        {
            Encoding.UTF8.GetBytes(text, writer);
        }

        writer.Write("\""u8);
    }
}
