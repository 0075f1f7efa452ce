using System.Text.Json;
using System.Text.Json.Serialization;

namespace GradService.Catalog;

/// <summary>A parameter that is one integer for all axes, a list of integers, or a word such as "same".</summary>
[JsonConverter(typeof(StepsJson))]
public sealed record Steps
{
    /// <summary>The integers, one at least; empty where a word was sent.</summary>
    public IReadOnlyList<long> Values { get; private init; } = [];

    /// <summary>The word; null where integers were sent.</summary>
    public string? Word { get; private init; }

    /// <summary>One integer for all axes.</summary>
    /// <param name="value">The integer.</param>
    public static Steps Of(long value) => new() { Values = [value] };

    /// <summary>An integer for each axis.</summary>
    /// <param name="values">The integers.</param>
    public static Steps Of(IReadOnlyList<long> values) => new() { Values = values };

    /// <summary>A word in place of integers.</summary>
    /// <param name="word">The word.</param>
    public static Steps Of(string word) => new() { Word = word };
}

/// <summary>The words that a parameter of <see cref="Steps"/> takes in place of integers.</summary>
/// <param name="values">The words.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WordsAttribute(params string[] values) : Attribute
{
    /// <summary>The words.</summary>
    public IReadOnlyList<string> Values => values;
}

/// <summary>Reads and writes <see cref="Steps"/>. Which words there are is the parameter's own rule.</summary>
internal sealed class StepsJson : JsonConverter<Steps>
{
    public override Steps Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => Steps.Of(Integer(ref reader)),
        JsonTokenType.String => Steps.Of(reader.GetString()!),
        JsonTokenType.StartArray => Steps.Of(List(ref reader)),
        _ => throw new JsonException(),
    };

    public override void Write(Utf8JsonWriter writer, Steps value, JsonSerializerOptions options)
    {
        if (value.Word is { } word)
        {
            writer.WriteStringValue(word);
        }
        else if (value.Values is [var one])
        {
            writer.WriteNumberValue(one);
        }
        else
        {
            JsonSerializer.Serialize(writer, value.Values, options);
        }
    }

    private static List<long> List(ref Utf8JsonReader reader)
    {
        var values = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            values.Add(reader.TokenType == JsonTokenType.Number ? Integer(ref reader) : throw new JsonException());
        }

        return values;
    }

    private static long Integer(ref Utf8JsonReader reader) => reader.TryGetInt64(out long value) ? value : throw new JsonException();
}
