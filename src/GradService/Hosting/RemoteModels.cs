using GradService.Onnx.Repository;

namespace GradService.Hosting;

/// <summary>Reads the list <c>Onnx:Remote</c>: models that are fetched by their address.</summary>
internal static class RemoteModels
{
    private const int LongestName = 100;

    /// <summary>The list, in the order of its keys.</summary>
    /// <exception cref="SettingException">A member that is missing, wrong, or not one of an entry; or the same version of a model twice.</exception>
    public static IReadOnlyList<RemoteModel> Read(IConfiguration configuration)
    {
        var models = new List<RemoteModel>();
        foreach (IConfigurationSection entry in configuration.Entries("Onnx:Remote"))
        {
            RefuseUnknown(entry);
            RemoteModel model = ReadOne(configuration, entry);
            if (models.Any(other => other.Name == model.Name && other.Version == model.Version))
            {
                throw new SettingException(entry.Path, $"{model.Name} version {model.Version}", "each version of a model once");
            }

            models.Add(model);
        }

        return models;
    }

    private static RemoteModel ReadOne(IConfiguration configuration, IConfigurationSection entry)
    {
        string name = Member(entry, "Name", $"at most {LongestName} letters, digits, '_', '-' and '.', the first a letter or a digit", text =>
            text.Length <= LongestName && char.IsAsciiLetterOrDigit(text[0]) && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.'));
        string address = Member(entry, "Address", "an address that begins with https:// (http:// from this machine alone)", text =>
            Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)));
        string sha256 = Member(entry, "Sha256", "the file's SHA-256, 64 hexadecimal digits", text => text.Length == 64 && text.All(char.IsAsciiHexDigit));
        return new RemoteModel(name, (int)configuration.Whole($"{entry.Path}:Version", 1, 1, int.MaxValue), new Uri(address), sha256);
    }

    private static string Member(IConfigurationSection entry, string name, string allowed, Func<string, bool> isAllowed) =>
        entry.Text(name) is { } text && isAllowed(text) ? text : throw new SettingException($"{entry.Path}:{name}", entry[name] ?? string.Empty, allowed);

    private static void RefuseUnknown(IConfigurationSection entry)
    {
        string[] members = ["Name", "Version", "Address", "Sha256"];
        if (entry.GetChildren().FirstOrDefault(child => !members.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new SettingException(unknown.Path, unknown.Value ?? string.Empty, $"no such setting: a remote model has {string.Join(", ", members)}");
        }
    }
}
