namespace GradService.Benchmarks;

/// <summary>Where this program is, and how it starts itself again.</summary>
internal static class Self
{
    /// <summary>What comes before a verb: nothing when the program runs by its own executable, its assembly when dotnet runs it.</summary>
    public static IReadOnlyList<string> Arguments { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(Self).Assembly.Location] : [];

    /// <summary>The repository that the program was built in.</summary>
    public static string Repository
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GradService.sln")))
            {
                folder = folder.Parent;
            }

            return folder?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} lies in no clone of the repository: say where the published service is with --app.");
        }
    }
}
