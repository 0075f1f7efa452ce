using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace GradService.Hosting.Access;

/// <summary>Somebody who is let in.</summary>
/// <param name="User">Who it is, by the name of the key or the subject of the token.</param>
/// <param name="Scopes">What it may do.</param>
internal sealed record Caller(ClaimsPrincipal User, Scopes Scopes)
{
    public static Caller Named(string name, Scopes scopes) =>
        new(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "ApiKey")), scopes);
}

/// <summary>The keys of section <c>Auth:ApiKeys</c>. Only their SHA-256 is known here; a key is 256 random bits, so no slower hash is needed.</summary>
internal sealed class ApiKeys
{
    private const int LongestKey = 1024;

    private readonly (byte[] Hash, Caller Caller)[] _keys;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A key without name, hash or scopes, or one that is there twice.</exception>
    public ApiKeys(IConfiguration configuration)
    {
        var keys = new List<(byte[] Hash, Caller Caller)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (IConfigurationSection section in configuration.Entries("Auth:ApiKeys"))
        {
            string name = configuration.Word($"{section.Path}:Name", string.Empty, 64);
            if (name.Length == 0 || !names.Add(name))
            {
                throw new SettingException($"{section.Path}:Name", name, "a name that no other key has");
            }

            keys.Add((Hash(section, keys), Caller.Named(name, Allowed(section))));
        }

        _keys = [.. keys];
    }

    public bool Any => _keys.Length > 0;

    /// <summary>Whose key this is; null for nobody's. Takes as long for any key.</summary>
    public Caller? Find(string key)
    {
        if (key.Length is 0 or > LongestKey)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        Caller? found = null;
        foreach ((byte[] known, Caller caller) in _keys)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, known) ? caller : found;
        }

        return found;
    }

    private static byte[] Hash(IConfigurationSection section, List<(byte[] Hash, Caller Caller)> before)
    {
        string name = $"{section.Path}:Sha256";
        string text = section.Text("Sha256") ?? string.Empty;
        if (text.Length != 2 * SHA256.HashSizeInBytes || !text.All(char.IsAsciiHexDigit))
        {
            // Whoever put the key itself here should not find it in the log.
            throw new SettingException(name, $"({text.Length} characters)", "the 64 hexadecimal digits of the key's SHA-256: printf %s \"$KEY\" | sha256sum");
        }

        byte[] hash = Convert.FromHexString(text);
        if (hash.All(digit => digit == 0))
        {
            throw new SettingException(name, text, "the SHA-256 of a key; these zeros are the example's");
        }

        return before.Any(key => key.Hash.AsSpan().SequenceEqual(hash)) ? throw new SettingException(name, text, "a key that is not there already") : hash;
    }

    private static Scopes Allowed(IConfigurationSection section)
    {
        string name = $"{section.Path}:Scopes";
        string text = section.Text("Scopes") ?? string.Empty;
        Scopes scopes = ScopeNames.Read(text, _ => throw new SettingException(name, text, $"scopes separated by spaces: {ScopeNames.All}"));
        return scopes == Scopes.None ? throw new SettingException(name, text, $"at least one scope: {ScopeNames.All}") : scopes;
    }
}
