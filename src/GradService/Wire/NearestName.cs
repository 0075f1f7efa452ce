namespace GradService.Wire;

/// <summary>Guesses which name was meant: by what other libraries call it, then by spelling.</summary>
internal static class NearestName
{
    private const int LongestGuessed = 64;

    private static readonly char[] Separators = ['/', '.', ':'];

    private static readonly Dictionary<string, string[]> NoAliases = [];

    /// <summary>The name probably meant.</summary>
    /// <param name="names">The names there are.</param>
    /// <param name="found">The name found.</param>
    /// <param name="aliases">Foreign names and what each may mean; none when left out.</param>
    /// <returns>One of <paramref name="names"/>, or null when none is near.</returns>
    public static string? Among(IReadOnlyList<string> names, string found, IReadOnlyDictionary<string, string[]>? aliases = null)
    {
        if (found.Length > LongestGuessed)
        {
            return null;
        }

        string plain = Plain(found);
        string? same = names.FirstOrDefault(name => Plain(name) == plain);
        if (same is not null)
        {
            return same;
        }

        foreach ((string alias, string[] meanings) in aliases ?? NoAliases)
        {
            if (Plain(alias) == plain && meanings.FirstOrDefault(names.Contains) is { } meaning)
            {
                return meaning;
            }
        }

        return names
            .Select(name => (Name: (string?)name, Distance: Distance(name, found)))
            .Where(candidate => candidate.Distance is not null)
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault().Name;
    }

    /// <summary>A sentence that asks whether the nearest name was meant, after a space; empty when none is near.</summary>
    /// <param name="names">The names there are.</param>
    /// <param name="found">The name found.</param>
    /// <param name="prefix">What stands before each name.</param>
    public static string Question(IReadOnlyList<string> names, string found, string prefix = "") =>
        Among(names, found) is { } near ? $" Did you mean {prefix}{near}?" : string.Empty;

    // Null where more than a third of the letters differ, so that short names match only their near misses. What two names of one family
    // have in common by it makes them no nearer.
    private static int? Distance(string name, string found)
    {
        int family = name.LastIndexOfAny(Separators) + 1;
        if (found.LastIndexOfAny(Separators) + 1 == family && name.AsSpan(0, family).Equals(found.AsSpan(0, family), StringComparison.OrdinalIgnoreCase))
        {
            (name, found) = (name[family..], found[family..]);
        }

        (name, found) = (Plain(name), Plain(found));
        int edits = Edits(name, found);
        return edits <= Math.Max(1, Math.Min(name.Length, found.Length) / 3) ? edits : null;
    }

    private static string Plain(string name) =>
        string.Concat(name.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant));

    /// <summary>Letters to insert, delete, replace, or swap with a neighbour, to make one word of the other (optimal string alignment).</summary>
    private static int Edits(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                int replaced = rows[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, 1 + Math.Min(rows[i - 1, j], rows[i, j - 1]));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[left.Length, right.Length];
    }
}
