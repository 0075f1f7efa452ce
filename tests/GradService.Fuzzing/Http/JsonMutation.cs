using System.Text.Json.Nodes;

namespace GradService.Fuzzing.Http;

/// <summary>Ways to make a JSON body wrong, or right in an unusual way, by what it says.</summary>
internal static class JsonMutation
{
    private static readonly string[] Numbers =
    [
        "0", "-0.0", "1e400", "-1e400", "1e-400", "4.9e-324", "1.7976931348623157e308", "3.4028236e38", "1e39", "0.30000000000000004", "123456789012345678901234567890",
        "2147483647", "2147483648", "-2147483649", "9223372036854775808", "1e19", "1.0", "0.5", "-1", "1E+2", "00", "1.", ".5", "+1", "0x10", "1e", "--1", "NaN", "Infinity", "1_000",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "\"\"", "\"NaN\"", "\"-Infinity\"", "\"mean\"", "\"no such word\"", "\"\\ud800\"", "\"\\u0000\"", "\"\\n\"", "[]", "[[]]", "{}", "[null]", "[[1,2],[3]]", "[1,[2]]", "[true]",
        "{\"shape\":[2,2],\"data\":[1,2,3,4]}", "{\"shape\":[2,3],\"data\":[1,2,3,4]}", "{\"shape\":[65536,65536],\"data\":[1]}", "{\"shape\":[2147483647,2147483647,2147483647],\"data\":[]}",
        "{\"shape\":[-1],\"data\":[1]}", "{\"shape\":[0,4],\"data\":[]}", "{\"shape\":[1.5],\"data\":[1]}", "{\"shape\":[4],\"datatype\":\"FP32\",\"base64\":\"AAAAAA==\"}", "{\"shape\":[1],\"datatype\":\"FP32\",\"base64\":\"AAAAAA==\"}",
        "{\"shape\":[1],\"datatype\":\"FP16\",\"base64\":\"AAA=\"}", "{\"shape\":[1],\"datatype\":\"BYTES\",\"base64\":\"AAAA\"}", "{\"shape\":[1],\"datatype\":\"FP32\",\"base64\":\"!\"}", "{\"data\":[1,2]}", "{\"shape\":[2]}",
        "{\"shape\":[],\"data\":[1]}", "{\"shape\":[1],\"data\":[1],\"shape\":[1]}",
    ];

    /// <summary>Alters a body in one place.</summary>
    /// <param name="body">The body; it may be changed itself.</param>
    /// <param name="random">What chooses.</param>
    /// <returns>The new body as text, and what was done.</returns>
    public static (string Text, string Done) Apply(JsonNode body, Random random)
    {
        List<JsonNode> places = [.. Below(body)];
        JsonNode place = places[random.Next(places.Count)];
        string path = place.GetPath();
        string text = body.ToJsonString();
        switch (random.Next(9))
        {
            case 0:
                return (Swap(body, place, Numbers[random.Next(Numbers.Length)]), $"{path} another number");
            case 1 or 2:
                return (Swap(body, place, Values[random.Next(Values.Length)]), $"{path} another value");
            case 3 when place.Parent is JsonObject parent:
                parent.Remove(place.GetPropertyName());
                return (body.ToJsonString(), $"{path} left out");
            case 3 when place.Parent is JsonArray parent:
                parent.Remove(place);
                return (body.ToJsonString(), $"{path} left out");
            case 4 when place.Parent is JsonObject:
                string name = place.GetPropertyName();
                return (Swap(body, place, $"{place.ToJsonString()},\"{name}\":{place.ToJsonString()}"), $"{path} twice");
            case 5 when place.Parent is JsonObject parent:
                JsonNode value = place.DeepClone();
                string old = place.GetPropertyName();
                parent.Remove(old);
                parent[Misspell(old, random)] = value;
                return (body.ToJsonString(), $"{path} misspelt");
            case 6:
                int depth = random.Next(4) == 0 ? random.Next(100, 20000) : random.Next(1, 70);
                return (Swap(body, place, new string('[', depth) + place.ToJsonString() + new string(']', depth)), $"{path} {depth} deeper");
            case 7 when place is JsonArray array:
                return (Swap(body, place, $"[{string.Join(',', Enumerable.Repeat(array.ToJsonString(), random.Next(2, 20)))}]"), $"{path} many times");
            case 7 when place is JsonValue:
                return (Swap(body, place, $"[{string.Join(',', Enumerable.Repeat(place.ToJsonString(), random.Next(0, 300)))}]"), $"{path} as an array");
            case 8 when place is JsonArray { Count: > 1 } array:
                JsonNode? last = array[^1];
                array.RemoveAt(array.Count - 1);
                array.Insert(0, last);
                return (body.ToJsonString(), $"{path} turned round");
            default:
                return (text.Insert(random.Next(text.Length + 1), random.Next(3) switch { 0 => ",", 1 => " \t\r\n", _ => "}" }), "a stray character");
        }
    }

    private static string Misspell(string name, Random random) => random.Next(3) switch
    {
        0 => name + "s",
        1 => name.ToUpperInvariant(),
        _ => name.Length > 2 ? name[1..] : name + "_",
    };

    // The text of the body with another value in one place: a mark is put there and looked for.
    private static string Swap(JsonNode body, JsonNode place, string text)
    {
        if (ReferenceEquals(body, place))
        {
            return text;
        }

        const string Mark = "a-mark-for-the-place";
        place.ReplaceWith(Mark);
        return body.ToJsonString().Replace($"\"{Mark}\"", text, StringComparison.Ordinal);
    }

    // Every value, but of long arrays only the first few elements: all are alike.
    private static IEnumerable<JsonNode> Below(JsonNode node)
    {
        yield return node;
        IEnumerable<JsonNode?> inner = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray elements => elements.Take(4),
            _ => [],
        };
        foreach (JsonNode deeper in inner.OfType<JsonNode>().SelectMany(Below))
        {
            yield return deeper;
        }
    }
}
