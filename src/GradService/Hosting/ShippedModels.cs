namespace GradService.Hosting;

/// <summary>Finds the models that come with the service.</summary>
internal static class ShippedModels
{
    private static readonly string InSources = Path.Combine("deploy", "models");

    /// <summary>
    /// The folder <c>models</c> beside the program, where it was published to; else <c>deploy/models</c> of the sources that it was built
    /// from, so that a model dropped there is served by <c>dotnet run</c>.
    /// </summary>
    /// <param name="program">The program's own folder.</param>
    public static string Folder(string program)
    {
        string published = Path.Combine(program, "models");
        if (Directory.Exists(published))
        {
            return published;
        }

        for (DirectoryInfo? folder = new(program); folder is not null; folder = folder.Parent)
        {
            string models = Path.Combine(folder.FullName, InSources);
            if (File.Exists(Path.Combine(folder.FullName, "GradService.sln")) && Directory.Exists(models))
            {
                return models;
            }
        }

        return published;
    }
}
