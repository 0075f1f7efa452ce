using System.Globalization;
using System.Numerics;
using System.Text;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Tests.Wire;

public sealed class NumberScannerTests
{
    [Theory]
    [InlineData("01")]
    [InlineData("-01.5")]
    [InlineData("00")]
    [InlineData("+1")]
    [InlineData("1.")]
    [InlineData("-1.e5")]
    [InlineData(".5")]
    [InlineData("-.5")]
    [InlineData("-")]
    [InlineData("--1")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1.5e-")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("0x10")]
    [InlineData("1_000")]
    [InlineData("1,5.5.5")]
    [InlineData("1 2")]
    [InlineData("1f")]
    [InlineData("१")]
    [InlineData("1\u00a0")]
    [InlineData("1\v")]
    [InlineData("1\u0000")]
    [InlineData("000000000000000000000001")]
    [InlineData("-0123456789.123456789")]
    [InlineData("1.2345678901234567.")]
    [InlineData("1.23456789012.34567")]
    [InlineData("-.12345678901234567")]
    [InlineData("00.1234567890123456")]
    [InlineData("1.2345678a901234567")]
    [InlineData("--1.234567890123456")]
    [InlineData("")]
    public void What_is_no_JSON_number_is_refused_wherever_it_stands(string literal)
    {
        // At the end of the text, and with enough before and behind it for every fast path.
        string padding = string.Concat(Enumerable.Repeat("0.5,", 20));
        foreach (string json in new[] { $"[{literal}]", $"[{padding}{literal},{padding}1]", $"[[{literal}],[1]]" })
        {
            if (literal.Length == 0 && !json.Contains(',', StringComparison.Ordinal))
            {
                continue;
            }

            foreach (TensorKind kind in Enum.GetValues<TensorKind>())
            {
                Assert.Throws<BodyException>(() => Json.Read(json, kind));
            }
        }
    }

    [Fact]
    public void Long_numbers_at_a_halfway_point_and_next_to_one_are_rounded_correctly()
    {
        // Halfway between two doubles, in at most 19 digits: only those of few places behind the point are so short.
        var random = new Random(5);
        var literals = new List<string>();
        for (int n = 0; n < 4000; n++)
        {
            int places = random.Next(0, 4);
            long significand = (random.NextInt64(1L << 52, 1L << 53) << 1) + 1;
            UInt128 digits = (UInt128)significand * UInt128.Parse("1" + new string('0', places), CultureInfo.InvariantCulture) >> places;
            for (int step = -1; step <= 1; step++)
            {
                string text = (digits + (UInt128)(1 + step) - 1).ToString(CultureInfo.InvariantCulture);
                literals.Add((n % 2 == 0 ? "-" : "") + (places == 0 ? text : text[..^places] + "." + text[^places..]));
            }
        }

        byte[] json = Encoding.ASCII.GetBytes($"[{string.Join(',', literals)}]");
        Assert.Equal(literals.Count, LiteralCheck.Compare<double>(json, literals.Count));
        Assert.Equal(literals.Count, LiteralCheck.Compare<float>(json, literals.Count));
    }

    [Fact]
    public void Every_integer_type_holds_its_ends_and_no_more()
    {
        Ends<sbyte>(sbyte.MinValue, sbyte.MaxValue);
        Ends<short>(short.MinValue, short.MaxValue);
        Ends<int>(int.MinValue, int.MaxValue);
        Ends<long>(long.MinValue, long.MaxValue);
        Ends<byte>(byte.MinValue, byte.MaxValue);
        Ends<ushort>(ushort.MinValue, ushort.MaxValue);
        Ends<uint>(uint.MinValue, uint.MaxValue);
        Ends<ulong>(ulong.MinValue, ulong.MaxValue);
    }

    [Theory]
    [InlineData("1.0", 1L)]
    [InlineData("1e2", 100L)]
    [InlineData("-1.5e1", -15L)]
    [InlineData("1200e-2", 12L)]
    [InlineData("0e99999999999", 0L)]
    [InlineData("0.000e-5", 0L)]
    [InlineData("9223372036854775807.000000000000000000000000000", 9223372036854775807L)]
    [InlineData("922337203685477580.7e1", 9223372036854775807L)]
    [InlineData("0.000000000000000000000000000000000000000001e42", 1L)]
    [InlineData("-9223372036854775808000000000000000000000e-21", -9223372036854775808L)]
    [InlineData("1.5", null)]
    [InlineData("1e-1", null)]
    [InlineData("9223372036854775806.5", null)]
    [InlineData("0.00000000000000000000000000000000000000000000000001", null)]
    [InlineData("1e-99999999999", null)]
    public void Whole_numbers_may_be_written_with_point_and_exponent(string text, long? value)
    {
        int at = 0;
        NumberOutcome outcome = NumberScanner.TryRead(Encoding.ASCII.GetBytes(text), ref at, out long found);
        Assert.Equal(value is null ? NumberOutcome.NotWhole : NumberOutcome.Read, outcome);
        Assert.Equal(value ?? 0, found);
        Assert.Equal(value is null ? 0 : text.Length, at);
    }

    [Theory]
    [InlineData("1e39", true)]
    [InlineData("-3.4028236e38", true)]
    [InlineData("3.4028235677973367e38", true)]
    [InlineData("3.4028235677973366e38", false)]
    [InlineData("340282350000000000000000000000000000000", false)]
    [InlineData("340282360000000000000000000000000000000", true)]
    [InlineData("1e999999999999999999", true)]
    [InlineData("1e-999999999999999999", false)]
    [InlineData("0e999999999999999999", false)]
    public void Numbers_that_round_to_infinity_are_out_of_range(string text, bool outOfRange)
    {
        int at = 0;
        NumberOutcome outcome = NumberScanner.TryRead(Encoding.ASCII.GetBytes(text), ref at, out float _);
        Assert.Equal(outOfRange ? NumberOutcome.OutOfRange : NumberOutcome.Read, outcome);
    }

    [Fact]
    public void Ten_million_literals_read_as_float_Parse_and_double_Parse_read_them()
    {
        const int Rounds = 80;
        const int PerRound = 65_536;
        long singles = 0;
        long doubles = 0;
        Parallel.For(0, Rounds, new ParallelOptions { MaxDegreeOfParallelism = 2 }, round =>
        {
            var literals = new Literals(round);
            byte[] text = literals.Array(PerRound, round % 4 == 3 ? " , "u8 : ","u8);
            Interlocked.Add(ref singles, LiteralCheck.Compare<float>(text, PerRound));
            Interlocked.Add(ref doubles, LiteralCheck.Compare<double>(text, PerRound));
        });
        Assert.InRange(singles + doubles, 10_000_000, long.MaxValue);
    }

    private static void Ends<T>(T least, T greatest)
        where T : unmanaged, IBinaryInteger<T>
    {
        var below = BigInteger.CreateChecked(least) - 1;
        var above = BigInteger.CreateChecked(greatest) + 1;
        ElementType type = ElementTypes.Of<T>();
        string padding = string.Concat(Enumerable.Repeat(",0", 30));
        T[] read = ((Tensor<T>)Json.ReadDeclared($"[{least},{greatest}{padding}]", type, 32)).Span.ToArray();
        Assert.Equal(least, read[0]);
        Assert.Equal(greatest, read[1]);
        foreach (BigInteger beyond in new[] { below, above })
        {
            Assert.Equal(422, Assert.Throws<BodyException>(() => Json.ReadDeclared($"[{beyond}{padding}]", type, 31)).StatusCode);
            Assert.Equal(422, Assert.Throws<BodyException>(() => Json.ReadDeclared($"[{beyond}]", type, 1)).StatusCode);
        }
    }
}
