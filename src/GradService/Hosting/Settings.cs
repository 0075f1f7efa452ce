using System.Collections.Concurrent;
using System.Globalization;
using GradService.Wire;

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
    // Every name that is asked for, of this host or another in the process: they all ask for the same.
    private static readonly ConcurrentDictionary<string, bool> Asked = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The value as it stands there; null where there is none or an empty one.</summary>
    public static string? Text(this IConfiguration configuration, string name)
    {
        Asked.TryAdd(configuration is IConfigurationSection section ? $"{section.Path}:{name}" : name, true);
        return configuration[name] is { Length: > 0 } text ? text : null;
    }

    /// <summary>The entries of a list, which are to be read by their paths.</summary>
    public static IEnumerable<IConfigurationSection> Entries(this IConfiguration configuration, string name)
    {
        Asked.TryAdd(name, true);
        return configuration.GetSection(name).GetChildren();
    }

    /// <summary>Refuses what stands in a section of the service's own and was never asked for: it is misspelt, and would be ignored. To be used once all has been read.</summary>
    /// <exception cref="SettingException">There is such a setting.</exception>
    public static void RefuseUnknown(this IConfiguration configuration)
    {
        string[] names = [.. Asked.Keys.Where(name => name.Contains(':', StringComparison.Ordinal) && !name.Any(char.IsAsciiDigit))];
        foreach (string section in names.Select(name => name[..name.IndexOf(':', StringComparison.Ordinal)]).Distinct())
        {
            foreach ((string path, string? value) in configuration.GetSection(section).AsEnumerable())
            {
                if (value is { Length: > 0 } && !Asked.ContainsKey(path))
                {
                    string hint = NearestName.Among(names, path) is { } near ? $" (did you mean {near}?)" : string.Empty;
                    // What stands beside the keys may be a key.
                    string shown = section == "Auth" ? $"({value.Length} characters)" : value;
                    throw new SettingException(path, shown, $"no setting of this name{hint}");
                }
            }
        }
    }

    public static long Whole(this IConfiguration configuration, string name, long fallback, long least, long most)
    {
        if (configuration.Text(name) is not { } text)
        {
            return fallback;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most
            ? value
            : throw new SettingException(name, text, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
    }

    public static double Number(this IConfiguration configuration, string name, double fallback, double least, double most)
    {
        if (configuration.Text(name) is not { } text)
        {
            return fallback;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : throw new SettingException(name, text, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
    }

    public static bool Flag(this IConfiguration configuration, string name, bool fallback)
    {
        if (configuration.Text(name) is not { } text)
        {
            return fallback;
        }

        return bool.TryParse(text, out bool value) ? value : throw new SettingException(name, text, "true or false");
    }

    /// <summary>One of the names of an enumeration, in whatever case.</summary>
    public static T Choice<T>(this IConfiguration configuration, string name, T fallback)
        where T : struct, Enum
    {
        if (configuration.Text(name) is not { } text)
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
        if (configuration.Text(name) is not { } text)
        {
            return fallback;
        }

        return text.Length <= longest && !text.Any(char.IsControl)
            ? text
            : throw new SettingException(name, text, $"at most {longest} printable characters");
    }
}
