namespace GradService.Hosting.Access;

/// <summary>What a caller may do, beyond reading what there is.</summary>
[Flags]
internal enum Scopes
{
    None = 0,

    /// <summary>Run operations, through every door.</summary>
    Compute = 1,

    /// <summary>Run exported models.</summary>
    ModelsRun = 2,

    /// <summary>Load and unload models.</summary>
    ModelsAdmin = 4,

    /// <summary>Scrape metrics.</summary>
    Metrics = 8,
}

/// <summary>Scopes as they are spelt in settings, tokens and answers.</summary>
internal static class ScopeNames
{
    private static readonly (string Name, Scopes Scope)[] Known =
        [("compute", Scopes.Compute), ("models:run", Scopes.ModelsRun), ("models:admin", Scopes.ModelsAdmin), ("metrics", Scopes.Metrics)];

    public static string All => string.Join(", ", Known.Select(known => known.Name));

    /// <summary>The scopes that a list separated by spaces names; what is none of them is passed to <paramref name="unknown"/>.</summary>
    public static Scopes Read(string list, Action<string> unknown)
    {
        Scopes scopes = Scopes.None;
        foreach (string name in list.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            Scopes scope = Known.FirstOrDefault(known => known.Name == name).Scope;
            if (scope == Scopes.None)
            {
                unknown(name);
            }

            scopes |= scope;
        }

        return scopes;
    }

    public static string Of(Scopes scope) => Known.First(known => known.Scope == scope).Name;
}
