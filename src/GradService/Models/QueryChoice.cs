using GradService.Catalog;
using GradService.Wire;

namespace GradService.Models;

/// <summary>Reads a choice from the query of an address.</summary>
internal static class QueryChoice
{
    /// <summary>The value named; the first of the enum when the name is left out.</summary>
    /// <exception cref="BodyException">It is none of the values.</exception>
    public static T Of<T>(HttpRequest request, string name)
        where T : struct, Enum
    {
        string? found = request.Query[name];
        if (string.IsNullOrEmpty(found))
        {
            return default;
        }

        string[] words = [.. Enum.GetNames<T>().Select(value => ParameterJson.EnumName(typeof(T), value))];
        int index = Array.IndexOf(words, found);
        string hint = NearestName.Question(words, found);
        return index >= 0
            ? Enum.GetValues<T>()[index]
            : throw new BodyException(name, $"?{name}={found} was found; expected {string.Join(", ", words.SkipLast(1))} or {words[^1]}.{hint}", BodyException.Senseless);
    }
}
