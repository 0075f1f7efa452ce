namespace GradService.Onnx.Repository;

/// <summary>Where a path leads when every symbolic link on the way is followed.</summary>
internal static class RealPath
{
    private const int MostLinks = 40;

    /// <summary>Follows the links.</summary>
    /// <param name="path">A path; what it names need not exist.</param>
    /// <exception cref="IOException">More than 40 links: they lead in a circle.</exception>
    public static string Of(string path)
    {
        int links = 0;
        string full = Path.GetFullPath(path);
        string real = Path.GetPathRoot(full)!;
        var parts = new Stack<string>(Parts(full).Reverse());
        while (parts.TryPop(out string? part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            string next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new IOException($"{path} leads over more than {MostLinks} symbolic links.");
            }

            if (Path.IsPathRooted(target))
            {
                real = Path.GetPathRoot(target)!;
            }

            foreach (string step in Parts(target).Reverse())
            {
                parts.Push(step);
            }
        }

        return real;
    }

    /// <summary>Whether a path, its links followed, lies inside a folder, its links followed.</summary>
    public static bool IsInside(string path, string folder)
    {
        string relative = Path.GetRelativePath(Of(folder), Of(path));
        return relative != ".." && !relative.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !Path.IsPathRooted(relative);
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");
}
