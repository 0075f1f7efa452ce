using System.Globalization;

namespace GradService.Hosting;

/// <summary>A setting with a value that is not allowed. Stops the start.</summary>
/// <param name="name">The setting: <c>Limits:MaxRequestBytes</c>.</param>
/// <param name="value">The value found.</param>
/// <param name="allowed">What is allowed, to follow "expected".</param>
public sealed class SettingException(string name, string value, string allowed)
    : Exception($"Setting {name} is \"{value}\"; expected {allowed}.");

/// <summary>Reads settings, each with its default and its bounds.</summary>
internal static class Settings
{
    public static long Whole(this IConfiguration configuration, string name, long fallback, long least, long most)
    {
        if (configuration[name] is not { Length: > 0 } text)
        {
            return fallback;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most
            ? value
            : throw new SettingException(name, text, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
    }

    public static double Number(this IConfiguration configuration, string name, double fallback, double least, double most)
    {
        if (configuration[name] is not { Length: > 0 } text)
        {
            return fallback;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : throw new SettingException(name, text, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
    }

    public static bool Flag(this IConfiguration configuration, string name, bool fallback)
    {
        if (configuration[name] is not { Length: > 0 } text)
        {
            return fallback;
        }

        return bool.TryParse(text, out bool value) ? value : throw new SettingException(name, text, "true or false");
    }

    /// <summary>One of the names of an enumeration, in whatever case.</summary>
    public static T Choice<T>(this IConfiguration configuration, string name, T fallback)
        where T : struct, Enum
    {
        if (configuration[name] is not { Length: > 0 } text)
        {
            return fallback;
        }

        // Enum.TryParse reads numbers as well, so the names are compared.
        string[] names = Enum.GetNames<T>();
        return names.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Enum.Parse<T>(found)
            : throw new SettingException(name, text, string.Join(" or ", names.Select(choice => choice.ToLowerInvariant())));
    }

    public static string Word(this IConfiguration configuration, string name, string fallback, int longest)
    {
        if (configuration[name] is not { Length: > 0 } text)
        {
            return fallback;
        }

        return text.Length <= longest && !text.Any(char.IsControl)
            ? text
            : throw new SettingException(name, text, $"at most {longest} printable characters");
    }
}
