using System.Security.Cryptography;
using System.Text;

namespace GradService.Tests.Access;

/// <summary>Keys for tests, as the settings have them.</summary>
internal static class Keys
{
    public const string All = "a-key-that-may-do-everything";

    /// <summary>A key with every scope.</summary>
    public static IEnumerable<(string Name, string Value)> Everything => Setting(0, "everything", All, "compute models:run models:admin metrics");

    public static IEnumerable<(string Name, string Value)> Setting(int index, string name, string key, string scopes) =>
    [
        ($"Auth:ApiKeys:{index}:Name", name),
        ($"Auth:ApiKeys:{index}:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))),
        ($"Auth:ApiKeys:{index}:Scopes", scopes),
    ];
}
