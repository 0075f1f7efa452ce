using System.Reflection;
using System.Text;

namespace GradService.Numerics.Tests;

/// <summary>A library's public surface as an approved text, so that a change of it is seen in review.</summary>
internal static class PublicSurface
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Holds a library's surface against the text approved for it.</summary>
    /// <param name="library">The library.</param>
    /// <param name="approved">The text, from the folder of the tests.</param>
    public static void Approve(Assembly library, string approved)
    {
        string surface = Of(library);
        string received = Path.Combine(AppContext.BaseDirectory, "surface.received.txt");
        File.WriteAllText(received, surface);
        approved = Path.Combine(Repository.Root, "tests", approved);
        string[] before = File.Exists(approved) ? File.ReadAllLines(approved) : [];
        string[] after = surface.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> changes = [.. before.Except(after).Select(line => $"- {line}"), .. after.Except(before).Select(line => $"+ {line}")];
        Assert.True(before.SequenceEqual(after), $"The public surface has changed:\n{string.Join('\n', changes)}\nTo accept it: cp {received} {approved}");
    }

    private static string Of(Assembly library)
    {
        var text = new StringBuilder();
        foreach (Type type in library.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(type.FullName).Append('\n');
            if (type.IsEnum)
            {
                text.Append("  ").AppendJoin(", ", Enum.GetNames(type)).Append('\n');
                continue;
            }

            IEnumerable<string> members = type.GetMembers(Own)
                .Where(member => member is not MethodInfo { IsSpecialName: true } and not TypeInfo)
                .Where(member => !member.Name.Contains('<', StringComparison.Ordinal) && member.Name is not ("ToString" or "GetHashCode" or "Equals" or "Deconstruct"))
                .Select(member => $"  {member}")
                .Order(StringComparer.Ordinal);
            text.AppendJoin('\n', members).Append(members.Any() ? "\n" : string.Empty);
        }

        return text.ToString();
    }
}
