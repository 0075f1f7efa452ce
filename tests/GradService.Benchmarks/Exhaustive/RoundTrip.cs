using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Benchmarks.Exhaustive;

/// <summary>
/// Numbers through the formatter and back: read by the service's scanner and by the framework's parser, and held against the framework's
/// own shortest text.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class RoundTrip<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>, IUtf8SpanFormattable, IUtf8SpanParsable<T>
{
    /// <summary>How many numbers are written into one array and read back together.</summary>
    public const int Batch = 1 << 14;

    private readonly byte[] _text = new byte[(Batch * (NumberFormatter.Room + 1)) + 1];
    private readonly int[] _starts = new int[Batch + 1];
    private readonly byte[] _shortest = new byte[64];
    private readonly byte[] _alone = new byte[NumberFormatter.Room];
    private readonly ArrayBufferWriter<byte> _output = new();

    /// <summary>Sends numbers there and back.</summary>
    /// <param name="values">At most <see cref="Batch"/>.</param>
    /// <exception cref="InvalidDataException">One did not come back, or its text is not the shortest; names it.</exception>
    public void Check(ReadOnlySpan<T> values)
    {
        int length = Write(values);
        using var scope = new TensorScope(MemoryBudget.Unlimited);
        int offset = 0;
        Tensor read = TensorReader.Read(_text.AsSpan(0, length), ref offset, TensorKind.Floating, ElementTypes.Of<T>(), scope, WireLimits.Default, "values");
        ReadOnlySpan<T> back = ((Tensor<T>)read).Span;
        for (int index = 0; index < values.Length; index++)
        {
            Check(values[index], back[index], _text.AsSpan(_starts[index], _starts[index + 1] - _starts[index] - 1));
        }
    }

    /// <summary>Writes them as an array, several at once where the processor can, and holds each against the text it has by itself.</summary>
    private int Write(ReadOnlySpan<T> values)
    {
        _output.ResetWrittenCount();
        TensorWriter.Write(new Tensor<T>(new Shape(values.Length), values.ToArray()), TensorFormat.Nested, _output);
        _output.WrittenSpan.CopyTo(_text);
        int at = 1;
        for (int index = 0; index < values.Length; index++)
        {
            _starts[index] = at;
            int length = NumberFormatter.Write(values[index], _alone);
            ReadOnlySpan<byte> text = _text.AsSpan(at, length);
            Require(text.SequenceEqual(_alone.AsSpan(0, length)) && _text[at + length] is (byte)',' or (byte)']', values[index], text, "the formatter of one number");
            at += length + 1;
        }

        _starts[values.Length] = at;
        return at;
    }

    private void Check(T value, T back, ReadOnlySpan<byte> text)
    {
        if (T.IsNaN(value))
        {
            Require(T.IsNaN(back) && text.SequenceEqual("\"NaN\""u8), value, text, "NaN");
            return;
        }

        Require(Same(value, back), value, text, "the scanner");
        if (T.IsFinite(value))
        {
            Require(T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T parsed) && Same(value, parsed), value, text, "the framework's parser");
            RequireShortest(value, text);
        }
    }

    /// <summary>
    /// Compares with the framework's own shortest digits, where those read back: next to some powers of two they do not
    /// (of 2^-958 .NET 10 writes 4.104536801298376E-289, which is nearer to the double below).
    /// </summary>
    private void RequireShortest(T value, ReadOnlySpan<byte> text)
    {
        Span<byte> own = stackalloc byte[32];
        Span<byte> theirs = stackalloc byte[32];
        value.TryFormat(_shortest, out int length, "R", CultureInfo.InvariantCulture);
        ReadOnlySpan<byte> shortest = _shortest.AsSpan(0, length);
        bool same = own[..Digits(text, own)].SequenceEqual(theirs[..Digits(shortest, theirs)]);
        Require(same || !Same(value, T.Parse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture)), value, text, "the framework's shortest digits");
    }

    /// <summary>The significant digits of a number, without sign, point, exponent, and zeros at either end.</summary>
    private static int Digits(ReadOnlySpan<byte> text, Span<byte> digits)
    {
        int count = 0;
        foreach (byte character in text)
        {
            if (character is (byte)'e' or (byte)'E')
            {
                break;
            }

            if (char.IsAsciiDigit((char)character) && (count > 0 || character != '0'))
            {
                digits[count++] = character;
                if (count == digits.Length)
                {
                    break;
                }
            }
        }

        return digits[..count].TrimEnd((byte)'0').Length;
    }

    private static bool Same(T left, T right) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in left)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in right)));

    private static void Require(bool condition, T value, ReadOnlySpan<byte> text, string by)
    {
        if (!condition)
        {
            string bits = Convert.ToHexString(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
            throw new InvalidDataException($"{value:R} (bytes {bits}) is written {System.Text.Encoding.ASCII.GetString(text)}, which {by} disagrees with.");
        }
    }
}
