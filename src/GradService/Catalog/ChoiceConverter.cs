using System.Text.Json;
using System.Text.Json.Serialization;

namespace GradService.Catalog;

/// <summary>
/// Reads and writes the value of a choice by exactly the spelling that the documentation lists. System.Text.Json's own converter
/// also takes other cases and lists with commas, which add up to a value that nobody asked for.
/// </summary>
internal sealed class ChoiceConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(ChoiceConverter<>).MakeGenericType(typeToConvert))!;

    private sealed class ChoiceConverter<TChoice> : JsonConverter<TChoice>
        where TChoice : struct, Enum
    {
        private static readonly Dictionary<string, TChoice> Values =
            Enum.GetValues<TChoice>().ToDictionary(value => ParameterJson.EnumName(typeof(TChoice), value.ToString()), StringComparer.Ordinal);

        public override TChoice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Values.TryGetValue(reader.GetString()!, out TChoice value)
                ? value
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, TChoice value, JsonSerializerOptions options) =>
            writer.WriteStringValue(ParameterJson.EnumName(typeof(TChoice), value.ToString()));
    }
}
