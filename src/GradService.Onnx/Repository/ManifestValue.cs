using System.Globalization;
using System.Text.Json;

namespace GradService.Onnx.Repository;

/// <summary>One value of a manifest and where it stands, read as what is expected there.</summary>
internal readonly struct ManifestValue(string path, JsonElement element)
{
    private const int LongestName = 256;
    private const int LongestList = 65_536;

    public static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => Quoted(element),
        JsonValueKind.Null => "null",
        _ => element.GetRawText(),
    };

    public string Text(int longest = LongestName) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 } text && text.Length <= longest
            ? text
            : throw Wrong($"a string of 1 to {longest} characters");

    public T Choice<T>(params (string Word, T Value)[] choices)
    {
        foreach ((string word, T value) in choices)
        {
            if (element.ValueKind == JsonValueKind.String && element.ValueEquals(word))
            {
                return value;
            }
        }

        throw Wrong(string.Join(" or ", choices.Select(choice => $"\"{choice.Word}\"")));
    }

    public int Whole(int least, int most) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double number)
        && number == Math.Truncate(number) && number >= least && number <= most
            ? (int)number
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    public double Number(Func<double, bool> allowed, string expected) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double number) && double.IsFinite(number) && allowed(number)
            ? number
            : throw Wrong(expected);

    public IReadOnlyList<double> Numbers(Func<double, bool> allowed, string expected) => List(number => number.Number(allowed, expected));

    public IReadOnlyList<T> List<T>(Func<ManifestValue, T> read)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() is 0 or > LongestList)
        {
            throw Wrong("a list that is not empty");
        }

        string list = path;
        return [.. element.EnumerateArray().Select((item, index) => read(new ManifestValue(string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]"), item)))];
    }

    public PictureSize Size()
    {
        if (element.ValueKind == JsonValueKind.String && element.ValueEquals("dynamic"))
        {
            return PictureSize.Dynamic;
        }

        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 2)
        {
            throw Wrong("\"dynamic\" or [height, width]");
        }

        IReadOnlyList<int> sides = List(side => side.Whole(1, 65_536));
        return new PictureSize(sides[0], sides[1]);
    }

    public Rgb Colour() =>
        element.ValueKind == JsonValueKind.String && element.GetString() is ['#', _, _, _, _, _, _] text
        && int.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int colour)
            ? new Rgb((byte)(colour >> 16), (byte)(colour >> 8), (byte)colour)
            : throw Wrong("a colour as \"#rrggbb\"");

    private static string Quoted(JsonElement element) => element.GetString() is { Length: > 64 } text ? $"\"{text[..64]}...\"" : $"\"{element.GetString()}\"";

    private ManifestException Wrong(string expected) => new(path, $"Found {Kind(element)}; expected {expected}.");
}
