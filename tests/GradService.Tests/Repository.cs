namespace GradService.Tests;

/// <summary>Where the tests' own files lie: found upwards from wherever they run.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "GradService.sln")))
        {
            folder = folder.Parent ?? throw new FileNotFoundException("The tests were moved out of the repository.", "GradService.sln");
        }

        return folder.FullName;
    }
}
