using System.Globalization;
using System.Text;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Tests.Wire;

/// <summary>What two threads read is what one reads: every number, every shape, and every error with its words.</summary>
public sealed class RowsAheadTests
{
    private static readonly WireLimits Two = WireLimits.Default with { Threads = 2, LongText = 4096 };

    public static TheoryData<string> Shapes => new("20000", "200,100", "9000,3", "20,30,40", "2,5,50,60", "30000,1", "1,1,40000", "70,400,0", "12000,2");

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Nested_arrays_of_any_shape_are_read_alike(string shape)
    {
        int[] lengths = [.. shape.Split(',').Select(length => int.Parse(length, CultureInfo.InvariantCulture))];
        foreach (string space in new[] { string.Empty, " ", "\n  " })
        {
            AreAlike(Text(lengths, new Random(1), space), TensorKind.Floating);
        }
    }

    [Theory]
    [InlineData(TensorKind.Floating)]
    [InlineData(TensorKind.Number)]
    public void Texts_with_mistakes_anywhere_are_refused_alike(TensorKind kind)
    {
        var random = new Random(2);
        string[] mistakes = ["x", "]", "[", ",", "\"NaN\"", "1e999", "\"Infinity\",", " ", "}", "]]", ",,", "01", "-", "[1]", "1]", "],[", "\"a,1,2,[3\""];
        for (int round = 0; round < 400; round++)
        {
            int[] lengths = round % 2 == 0 ? [6000 + random.Next(3000)] : [random.Next(90, 120), random.Next(60, 90)];
            var text = new StringBuilder(Text(lengths, random, round % 3 == 0 ? " " : string.Empty));
            for (int hit = random.Next(3); hit >= 0; hit--)
            {
                int at = random.Next(text.Length);
                if (random.Next(3) == 0)
                {
                    text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at));
                }
                else
                {
                    text.Insert(at, mistakes[random.Next(mistakes.Length)]);
                }
            }

            AreAlike(text.ToString(), kind);
        }
    }

    [Fact]
    public void What_follows_the_array_is_not_taken_for_a_part_of_it()
    {
        string array = Text([7000], new Random(3), string.Empty);
        foreach (string rest in new[] { $",\"b\":{Text([30_000], new Random(4), string.Empty)}}}", $", \"{new string(',', 90_000)}\"", new string(' ', 90_000), $",[{new string('[', 50_000)}" })
        {
            byte[] text = Encoding.UTF8.GetBytes(array + rest);
            using var scope = new TensorScope(new MemoryBudget(long.MaxValue));
            int at = 0;
            Tensor tensor = TensorReader.Read(text, ref at, TensorKind.Floating, ElementType.FP32, scope, Two, "x");
            Assert.Equal((new Shape(7000), array.Length), (tensor.Shape, at));
            Assert.True(tensor.Bytes.Span.SequenceEqual(Json.Read(array, TensorKind.Floating).Bytes.Span));
        }
    }

    [Fact]
    public void The_limit_of_elements_holds_for_both_halves()
    {
        string text = Text([50_000], new Random(5), string.Empty);
        WireLimits few = Two with { MaxElements = 40_000 };
        BodyException exception = Assert.Throws<BodyException>(() => Json.Read(text, TensorKind.Floating, limits: few));
        Assert.Equal(BodyException.OverLimit, exception.StatusCode);
        Assert.Equal(50_000, Json.Read(text, TensorKind.Floating, limits: Two with { MaxElements = 50_000 }).Length);
    }

    private static void AreAlike(string text, TensorKind kind)
    {
        foreach (ElementType type in new[] { ElementType.FP32, ElementType.FP64 })
        {
            string one = Result(text, kind, type, WireLimits.Default);
            string two = Result(text, kind, type, Two);
            Assert.Equal(one, two);
        }
    }

    private static string Result(string text, TensorKind kind, ElementType type, WireLimits limits)
    {
        using var scope = new TensorScope(new MemoryBudget(long.MaxValue));
        int at = 0;
        try
        {
            Tensor tensor = TensorReader.Read(Encoding.UTF8.GetBytes(text), ref at, kind, type, scope, limits, "x");
            return $"{at}: {tensor.ElementType} {tensor.Shape} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(tensor.Bytes.Span))}";
        }
        catch (BodyException exception)
        {
            return $"{exception.StatusCode} {exception.Path}: {exception.Message}";
        }
    }

    private static string Text(int[] lengths, Random random, string space)
    {
        var text = new StringBuilder();
        Write(0);
        return text.ToString();

        void Write(int axis)
        {
            if (axis == lengths.Length)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 4)):G9}");
                return;
            }

            text.Append('[').Append(space);
            for (int i = 0; i < lengths[axis]; i++)
            {
                text.Append(i > 0 ? "," : string.Empty).Append(i > 0 ? space : string.Empty);
                Write(axis + 1);
            }

            text.Append(space).Append(']');
        }
    }
}
