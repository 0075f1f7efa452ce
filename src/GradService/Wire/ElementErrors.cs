using System.Globalization;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>What to say of an element that could not be read.</summary>
internal static class ElementErrors
{
    /// <summary>The error for an element.</summary>
    /// <param name="text">The body.</param>
    /// <param name="at">Where the element begins.</param>
    /// <param name="outcome">Why it was not read.</param>
    /// <param name="wanted">The element type.</param>
    /// <param name="path">The element's JSON path.</param>
    public static BodyException For(ReadOnlySpan<byte> text, int at, NumberOutcome outcome, ElementType wanted, string path)
    {
        string word = JsonText.Quote(JsonText.Word(text[at..]));
        return outcome switch
        {
            NumberOutcome.NotWhole => new BodyException(path, $"Expected a whole number ({Name(wanted)}), found {word}, which has a fraction.", BodyException.Senseless),
            NumberOutcome.OutOfRange => new BodyException(path, OutOfRange(word, wanted), BodyException.Senseless),
            NumberOutcome.Malformed => new BodyException(path, $"{word} is not a JSON number: {Flaw(word)} ({JsonCursor.Place(text, at)}).", BodyException.Malformed),
            _ => new JsonCursor(text, at).Unexpected(path, (wanted == ElementType.BOOL ? "true or false" : wanted.IsInteger() ? "a whole number" : "a number") + Hint(text, at, word, wanted)),
        };
    }

    private static string OutOfRange(string word, ElementType wanted) => wanted switch
    {
        ElementType.BOOL => $"{word} is neither true (1) nor false (0).",
        ElementType.FP32 => $"{word} is out of range for FP32, the largest is 3.4028235e38; send \"Infinity\"{(IsForFP64(word) ? ", or dtype FP64" : string.Empty)}.",
        ElementType.FP64 => $"{word} is out of range for FP64, the largest is 1.7976931348623157e308; send \"Infinity\".",
        ElementType.UINT64 => Between(word, wanted, WholeNumber.Range<ulong>()),
        ElementType.UINT32 => Between(word, wanted, WholeNumber.Range<uint>()),
        ElementType.UINT16 => Between(word, wanted, WholeNumber.Range<ushort>()),
        ElementType.UINT8 => Between(word, wanted, WholeNumber.Range<byte>()),
        ElementType.INT32 => Between(word, wanted, WholeNumber.Range<int>()),
        ElementType.INT16 => Between(word, wanted, WholeNumber.Range<short>()),
        ElementType.INT8 => Between(word, wanted, WholeNumber.Range<sbyte>()),
        _ => Between(word, wanted, WholeNumber.Range<long>()),
    };

    private static bool IsForFP64(string word) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number);

    private static string Between(string word, ElementType wanted, (Int128 Least, Int128 Greatest) range) =>
        string.Create(CultureInfo.InvariantCulture, $"{word} is out of range for {wanted}, which runs from {range.Least} to {range.Greatest}.");

    private static string Name(ElementType wanted) => wanted == ElementType.BOOL ? "1 or 0, or true or false" : wanted.ToString();

    private static string Flaw(string word)
    {
        string digits = word.StartsWith('-') ? word[1..] : word;
        return digits.Length == 0 || !char.IsAsciiDigit(digits[0]) ? "a digit must follow the minus sign" + (digits.StartsWith("Inf", StringComparison.OrdinalIgnoreCase) ? "; negative infinity is the string \"-Infinity\"" : string.Empty)
            : digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]) ? "no zeros may lead it"
            : digits.Contains('e', StringComparison.OrdinalIgnoreCase) ? "digits must stand in the exponent"
            : "digits must stand behind the point";
    }

    private static string Hint(ReadOnlySpan<byte> text, int at, string word, ElementType wanted)
    {
        bool floating = wanted.IsFloating();
        return word switch
        {
            _ when at >= text.Length => string.Empty,
            "NaN" or "nan" when floating => " (NaN is sent as the string \"NaN\")",
            "Infinity" or "inf" or "Inf" when floating => " (infinity is sent as the string \"Infinity\")",
            ['+', ..] => " (JSON numbers have no leading '+')",
            ['.', ..] => " (JSON numbers have a digit before the point)",
            "true" or "false" => " (1 or 0)",
            _ when text[at] == '"' && floating => ", or one of the strings \"NaN\", \"Infinity\" and \"-Infinity\"",
            _ when text[at] == '"' && wanted != ElementType.BOOL => " without quotes",
            _ => string.Empty,
        };
    }
}
