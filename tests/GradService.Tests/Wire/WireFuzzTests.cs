using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Tests.Wire;

public sealed class WireFuzzTests
{
    private static readonly string[] Samples =
    [
        """{"logits":[[1.5,-2,3e1],["NaN",0.000012345678901234567,-0.0]],"labels": [0, 1.0],"weight":{"shape":[3],"data":[1,2,3]}, "reduction":"su\u006d\n\uD83D\uDE00","class_axis":-1}""",
        """ {"weight" : {"base64":"AACAPwAAAEA=", "datatype":"FP32","shape":[2]},"mask":[true,false,1,0],"gradients":["logits",{"a":[null,{}],"b":[]}],"dtype":"FP64","labels":[0.25,300000000000,1]}""",
        """{"logits":[[[0.1234567, 12345.67, 1], [22222222222222222.5, 0.1, 0.2]], [[-1, -2.5, 0.30000000000000004], [7e-7, 8E+8, 9]]], "labels":[[3,4],[5,6]], "weight":null}""",
    ];

    private static readonly string Alphabet = "0123456789-+.eE,[]{}\":\\ \n\t\u0001utrfnl/NaIé";

    [Fact]
    public void A_body_cut_anywhere_is_a_body_error_and_nothing_else()
    {
        foreach (string sample in Samples)
        {
            byte[] body = Encoding.UTF8.GetBytes(sample);
            Json.Scan(body, BodyScannerTests.Members);
            for (int length = 0; length < body.Length; length++)
            {
                // A copy of its own, so that a read beyond the end is a read of what is not there.
                BodyException exception = Assert.Throws<BodyException>(() => Json.Scan(body.AsSpan(0, length).ToArray(), BodyScannerTests.Members));
                Assert.Equal(400, exception.StatusCode);
            }
        }
    }

    [Fact]
    public void A_body_changed_at_random_is_read_or_refused_and_what_is_read_is_JSON()
    {
        var random = new Random(4711);
        int read = 0;
        for (int n = 0; n < 30_000; n++)
        {
            byte[] body = Mutate(Encoding.UTF8.GetBytes(Samples[n % Samples.Length]), random);
            using var scope = new TensorScope(MemoryBudget.Unlimited);
            try
            {
                ScannedBody scanned = BodyScanner.Scan(body, BodyScannerTests.Members, scope, WireLimits.Default);
                Assert.True(IsJson(body), Encoding.UTF8.GetString(body));
                Assert.True(IsJson(scanned.Skeleton), Encoding.UTF8.GetString(scanned.Skeleton.Span));
                read++;
            }
            catch (BodyException exception)
            {
                Assert.Contains(exception.StatusCode, new[] { 400, 413, 422 });
                Assert.NotEmpty(exception.Path);
            }
        }

        Assert.InRange(read, 1000, 29_000);
    }

    [Fact]
    public void Skipping_accepts_exactly_what_System_Text_Json_accepts()
    {
        var random = new Random(815);
        int accepted = 0;
        for (int n = 0; n < 30_000; n++)
        {
            byte[] text = Mutate(Encoding.UTF8.GetBytes(Samples[n % Samples.Length]), random);
            bool expected = IsJson(text) && Utf8.IsValid(text) && !HasLoneSurrogate(text);
            Assert.True(expected == Skips(text), $"{expected}: {Encoding.UTF8.GetString(text)}");
            accepted += expected ? 1 : 0;
        }

        Assert.InRange(accepted, 1000, 29_000);
    }

    [Fact]
    public void Arrays_of_numbers_are_accepted_exactly_when_System_Text_Json_accepts_them()
    {
        var random = new Random(99);
        int accepted = 0;
        for (int n = 0; n < 30_000; n++)
        {
            byte[] text = Mutate(new Literals(n).Array(12, n % 2 == 0 ? ","u8 : ", "u8), random);
            float[]? expected = NumbersOf(text);
            float[]? found = null;
            using var scope = new TensorScope(MemoryBudget.Unlimited);
            try
            {
                int at = 0;
                Tensor tensor = TensorReader.Read(text, ref at, TensorKind.Floating, ElementType.FP32, scope, WireLimits.Default, "x");
                found = text.AsSpan(at).Trim(" \n\t\r"u8).IsEmpty && tensor.Shape.Rank == 1 ? ((Tensor<float>)tensor).Span.ToArray() : null;
            }
            catch (BodyException)
            {
            }

            Assert.True((expected is null) == (found is null) && (expected ?? []).SequenceEqual(found ?? []), Encoding.UTF8.GetString(text));
            accepted += expected is null ? 0 : 1;
        }

        Assert.InRange(accepted, 1000, 29_000);
    }

    [Fact]
    public void Nesting_is_limited_and_takes_no_stack()
    {
        string open = new('[', 5_000_000);
        foreach (string member in new[] { "logits", "reduction", "mask" })
        {
            BodyException exception = Assert.Throws<BodyException>(() => Json.Scan($"{{\"{member}\":{open}", BodyScannerTests.Members));
            Assert.StartsWith(member, exception.Path, StringComparison.Ordinal);
        }

        Assert.Throws<BodyException>(() => Json.Scan($"{{\"reduction\":{string.Concat(Enumerable.Repeat("{\"a\":", 1_000_000))}", BodyScannerTests.Members));
        Assert.Throws<BodyException>(() => Json.ReadDeclared(open, ElementType.BYTES, 1));
        string deepest = new string('[', 63) + new string(']', 63);
        Json.Scan($"{{\"reduction\":{deepest}}}", BodyScannerTests.Members);
        Assert.Throws<BodyException>(() => Json.Scan($"{{\"reduction\":[{deepest}]}}", BodyScannerTests.Members));
    }

    [Fact]
    public void More_elements_than_the_limit_are_told_so()
    {
        WireLimits limits = WireLimits.Default with { MaxElements = 100 };
        string row = string.Join(",", Enumerable.Repeat("0", 100));
        Assert.Equal(100, Json.Read($"[{row}]", TensorKind.Floating, limits: limits).Length);
        BodyException exception = Assert.Throws<BodyException>(() => Json.Read($"[{row},0]", TensorKind.Floating, limits: limits));
        Assert.Equal((413, "x", "The tensor has more than 100 elements, which is the limit."), (exception.StatusCode, exception.Path, exception.Message));
        exception = Assert.Throws<BodyException>(() => Json.Read("""{"shape":[101],"data":[1]}""", TensorKind.Floating, limits: limits));
        Assert.Equal((413, "x.shape", "The shape [101] has more elements than the limit of 100."), (exception.StatusCode, exception.Path, exception.Message));
    }

    [Fact]
    public void What_a_tensor_is_charged_for_is_what_it_holds()
    {
        string row = string.Join(",", Enumerable.Repeat("0.25", 100_000));
        foreach (TensorKind kind in new[] { TensorKind.Floating, TensorKind.Number })
        {
            var budget = new MemoryBudget(4 * 1000 * 1000);
            using (var scope = new TensorScope(budget))
            {
                int at = 0;
                byte[] text = Encoding.UTF8.GetBytes($"[{row}]");
                Assert.Equal(100_000, TensorReader.Read(text, ref at, kind, ElementType.FP32, scope, WireLimits.Default, "x").Length);
                Assert.Equal(400_000, scope.Charged);
                Assert.Equal(400_000, budget.Taken);
            }

            Assert.Equal(0, budget.Taken);
        }

        // A shape that promises much with little text behind it is not believed.
        using var poor = new TensorScope(new MemoryBudget(1000));
        int offset = 0;
        Assert.Throws<BodyException>(() => TensorReader.Read("""{"shape":[1000000000],"data":[1,2,3]}"""u8, ref offset, TensorKind.Floating, ElementType.FP32, poor, WireLimits.Default, "x"));
    }

    private static byte[] Mutate(byte[] text, Random random)
    {
        List<byte> bytes = [.. text];
        for (int change = random.Next(0, 4); change > 0; change--)
        {
            int at = random.Next(bytes.Count);
            byte other = random.Next(20) == 0 ? (byte)random.Next(256) : (byte)Alphabet[random.Next(Alphabet.Length)];
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = other;
                    break;
                case 1:
                    bytes.Insert(at, other);
                    break;
                case 2 when bytes.Count > 1:
                    bytes.RemoveAt(at);
                    break;
                default:
                    int length = Math.Min(random.Next(1, 8), bytes.Count - at);
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
            }
        }

        return [.. bytes];
    }

    private static bool IsJson(ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static float[]? NumbersOf(byte[] text)
    {
        if (!IsJson(text))
        {
            return null;
        }

        using JsonDocument document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.EnumerateArray().Any(element => element.ValueKind != JsonValueKind.Number))
        {
            return null;
        }

        float[] numbers = [.. document.RootElement.EnumerateArray().Select(element => float.Parse(element.GetRawText(), System.Globalization.CultureInfo.InvariantCulture))];
        return numbers.All(float.IsFinite) ? numbers : null;
    }

    private static bool Skips(byte[] text)
    {
        var cursor = new JsonCursor(text, 0);
        try
        {
            JsonSkipper.Skip(ref cursor, 64, "$");
            return cursor.NextToken() < 0;
        }
        catch (BodyException)
        {
            return false;
        }
    }

    private static bool HasLoneSurrogate(byte[] text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return Strings(document.RootElement);

        static bool Strings(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Any(member => Fails(() => member.Name) || Strings(member.Value)),
            JsonValueKind.Array => element.EnumerateArray().Any(Strings),
            JsonValueKind.String => Fails(element.GetString),
            _ => false,
        };

        static bool Fails(Func<string?> read)
        {
            try
            {
                read();
                return false;
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        }
    }
}
