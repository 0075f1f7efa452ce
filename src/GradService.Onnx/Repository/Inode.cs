using System.Runtime.InteropServices;

namespace GradService.Onnx.Repository;

/// <summary>
/// Which file a path names, and when anything of it last changed. Where files are built with their times set to one fixed day, as in images
/// and packages, a file renamed into another's place may have its length and its time of writing; this it cannot have.
/// </summary>
internal static partial class Inode
{
    private const int CurrentFolder = -100;
    private const uint InodeAndChangeTime = 0x100 | 0x80;

    /// <summary>The number of the file and its time of change in seconds and nanoseconds; zeros where the system does not tell.</summary>
    public static (ulong Number, long Seconds, uint Nanoseconds) Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return default;
        }

        return Statx(CurrentFolder, path, 0, InodeAndChangeTime, out Status status) == 0 ? (status.Number, status.Seconds, status.Nanoseconds) : default;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out Status status);

    /// <summary><c>struct statx</c> of Linux, the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(32)]
        public ulong Number;

        [FieldOffset(96)]
        public long Seconds;

        [FieldOffset(104)]
        public uint Nanoseconds;
    }
}
