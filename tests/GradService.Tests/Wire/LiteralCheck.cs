using System.Globalization;
using System.Numerics;
using System.Text;
using GradService.Wire;

namespace GradService.Tests.Wire;

/// <summary>Holds the row reader against the base class library's parser, element by element.</summary>
internal static class LiteralCheck
{
    /// <summary>Reads a flat array both ways.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="text">A flat JSON array of numbers.</param>
    /// <param name="count">How many it has.</param>
    /// <returns>How many were compared.</returns>
    public static int Compare<T>(ReadOnlySpan<byte> text, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var found = new T[count];
        int read = 0;
        int at = 1;
        int token = 1;
        int compared = 0;
        RowStop stop;
        do
        {
            int before = read;
            stop = NumberRow.Read(text, ref at, found, ref read, out NumberOutcome outcome);
            for (; before < read; before++)
            {
                Check(Token(text, ref token), found[before]);
                compared++;
            }

            if (stop == RowStop.Element)
            {
                ReadOnlySpan<byte> literal = Token(text, ref token);
                T expected = T.Parse(literal, NumberStyles.Float, CultureInfo.InvariantCulture);
                if (outcome != NumberOutcome.OutOfRange || !T.IsInfinity(expected))
                {
                    Assert.Fail($"{Encoding.ASCII.GetString(literal)}: {outcome} for {expected}");
                }

                compared++;
                at = token;
            }
        }
        while (stop == RowStop.Element && text[at - 1] != ']');
        Assert.Equal(text.Length, at);
        Assert.Equal(count, compared);
        return compared;
    }

    private static void Check<T>(ReadOnlySpan<byte> literal, T found)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T expected = T.Parse(literal, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (expected != found || T.IsNegative(expected) != T.IsNegative(found))
        {
            Assert.Fail($"{Encoding.ASCII.GetString(literal)}: {found} for {expected}");
        }
    }

    private static ReadOnlySpan<byte> Token(ReadOnlySpan<byte> text, ref int at)
    {
        int length = text[at..].IndexOfAny((byte)',', (byte)']');
        ReadOnlySpan<byte> token = text.Slice(at, length).Trim((byte)' ');
        at += length + 1;
        return token;
    }
}
