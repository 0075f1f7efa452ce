using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using GradService.Numerics.Tensors;

namespace GradService.Catalog;

/// <summary>How System.Text.Json reads and writes the scalars of a request: strictly, in snake_case, and never a tensor.</summary>
internal static class ParameterJson
{
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>The wire's spelling of an enum value: FP32 as it is, words in snake_case, and a name that no C# word can be ("k-means++") as its attribute says.</summary>
    public static string EnumName(Type type, string name) => type == typeof(Dtype)
        ? name
        : type.GetField(name)?.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? WireName.Of(name);

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerOptions.Strict)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            MaxDepth = 64,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveTensorsOut } },
            Converters = { new ChoiceConverterFactory() },
        };
        options.MakeReadOnly();
        return options;
    }

    private static void LeaveTensorsOut(JsonTypeInfo type)
    {
        for (int i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (type.Properties[i].PropertyType == typeof(Tensor))
            {
                type.Properties.RemoveAt(i);
            }
        }
    }
}
