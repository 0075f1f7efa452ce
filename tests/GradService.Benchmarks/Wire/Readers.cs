using System.Text.Json;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Benchmarks.Wire;

/// <summary>Ways to read a <see cref="WireText"/> in .NET.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class Readers<T>
    where T : unmanaged
{
    private static readonly MemberTable Members = new([new Member("values", TensorKind.Floating)]);

    /// <summary>The service's own: the whole way from the body to a rented tensor.</summary>
    public static void Scan(WireText text, T[] into, int threads = 1)
    {
        using var scope = new TensorScope(MemoryBudget.Unlimited);
        ScannedBody body = BodyScanner.Scan(text.Text, Members, scope, WireLimits.Default with { Threads = threads }, ElementTypes.Of<T>());
        var tensor = (Tensor<T>)body.Tensors[0]!;
        into[0] = tensor.Span[0];
        into[^1] = tensor.Span[^1];
    }

    /// <summary>All that <see cref="Scan"/> reads, for comparison.</summary>
    public static T[] ScanAll(WireText text, int threads = 1)
    {
        using var scope = new TensorScope(MemoryBudget.Unlimited);
        return ((Tensor<T>)BodyScanner.Scan(text.Text, Members, scope, WireLimits.Default with { Threads = threads }, ElementTypes.Of<T>()).Tensors[0]!).Span.ToArray();
    }

    /// <summary>What most people write: arrays of arrays, deserialised.</summary>
    public static T[] Deserialize(WireText text) => text.IsNested
        ? [.. JsonSerializer.Deserialize<Nested>(text.Text)!.Values.SelectMany(picture => picture).SelectMany(row => row).SelectMany(pixel => pixel)]
        : JsonSerializer.Deserialize<Flat>(text.Text)!.Values;

    /// <summary>As <see cref="Deserialize"/>, without making one array of the many.</summary>
    public static void DeserializeOnly(WireText text)
    {
        if (text.IsNested)
        {
            JsonSerializer.Deserialize<Nested>(text.Text);
        }
        else
        {
            JsonSerializer.Deserialize<Flat>(text.Text);
        }
    }

    /// <summary>What a careful programmer writes: the token reader, into an array that is there already.</summary>
    public static void ReadTokens(WireText text, T[] into)
    {
        var reader = new Utf8JsonReader(text.Text);
        int count = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Number)
            {
                into[count++] = typeof(T) == typeof(float) ? (T)(object)reader.GetSingle() : (T)(object)reader.GetDouble();
            }
        }
    }

    private sealed record Flat
    {
        [System.Text.Json.Serialization.JsonPropertyName("values")]
        public required T[] Values { get; init; }
    }

    private sealed record Nested
    {
        [System.Text.Json.Serialization.JsonPropertyName("values")]
        public required T[][][][] Values { get; init; }
    }
}
