using System.Globalization;
using System.Text;

namespace GradService.Onnx.Repository;

/// <summary>
/// What shows that files have changed: their names, lengths, times of writing, and <see cref="Inode"/>. Reading these is cheap enough to do often,
/// and works on mounted volumes, which do not tell of changes.
/// </summary>
/// <param name="Text">The names, lengths, times and inodes.</param>
/// <param name="LastWritten">The latest time of writing.</param>
internal sealed record FileStamp(string Text, DateTime LastWritten)
{
    private const int MostFiles = 10_000;

    /// <summary>The stamp of no files.</summary>
    public static FileStamp None { get; } = Of([]);

    /// <summary>The stamp of a file that may not be there.</summary>
    public static FileStamp OfFile(string path) => Of(File.Exists(path) ? [new FileInfo(path)] : []);

    /// <summary>The stamp of all files below a folder.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static FileStamp OfFolder(string path) =>
        Of(new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Take(MostFiles).OrderBy(file => file.FullName, StringComparer.Ordinal));

    private static FileStamp Of(IEnumerable<FileInfo> files)
    {
        var text = new StringBuilder();
        DateTime latest = DateTime.MinValue;
        foreach (FileInfo file in files)
        {
            var target = file.LinkTarget is null ? file : new FileInfo(RealPath.Of(file.FullName));
            if (target.Exists)
            {
                text.Append(CultureInfo.InvariantCulture, $"{target.FullName}|{target.Length}|{target.LastWriteTimeUtc.Ticks}|{Inode.Of(target.FullName)}\n");
                latest = target.LastWriteTimeUtc > latest ? target.LastWriteTimeUtc : latest;
            }
        }

        return new FileStamp(text.ToString(), latest);
    }
}
