namespace GradService.Onnx.Repository;

/// <summary>What a model may be named: what can be a folder, a part of an address and a label, and nothing that leads elsewhere.</summary>
internal static class ModelName
{
    public const string Expected = "1 to 128 letters, digits, '_', '-' and '.', beginning with a letter or digit";

    public static bool IsAllowed(string name) =>
        name.Length is > 0 and <= 128
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.');
}
