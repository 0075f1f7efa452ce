using System.Runtime.InteropServices;

namespace GradService.Hosting;

/// <summary>The heap of native libraries, ONNX Runtime's among them. The GNU C library keeps what they have freed, for each thread that did so.</summary>
internal static unsafe class NativeHeap
{
    // mallopt's names of its parameters; see mallopt(3).
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;

    private const int MostKept = 4 << 20;
    private const int LeastMapped = 16 << 20;

    private static readonly delegate* unmanaged<nuint, int> Trim = (delegate* unmanaged<nuint, int>)Find("malloc_trim");

    /// <summary>
    /// Has the library keep an arena for each processor instead of eight, and at most a few megabytes at the end of each: by itself it keeps
    /// twice as much as the largest piece was that it ever freed, and <see cref="GiveBack"/> cannot reach that. To be called before there are
    /// many threads; does nothing where the C library is another.
    /// </summary>
    public static void KeepLittle()
    {
        if (Find("mallopt") is var found && found != 0)
        {
            var set = (delegate* unmanaged<int, int, int>)found;
            _ = set(ArenaMax, Math.Max(2, Environment.ProcessorCount));
            _ = set(MmapThreshold, LeastMapped);
            _ = set(TrimThreshold, MostKept);
        }
    }

    /// <summary>Gives pages back that are free; does nothing where the C library is another.</summary>
    public static void GiveBack()
    {
        if (Trim != null)
        {
            _ = Trim(0);
        }
    }

    private static nint Find(string name) =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
}
