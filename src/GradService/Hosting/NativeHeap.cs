using System.Runtime.InteropServices;

namespace GradService.Hosting;

/// <summary>The heap of native libraries, ONNX Runtime's among them. The GNU C library keeps what they have freed, for each thread that did so.</summary>
internal static unsafe class NativeHeap
{
    private static readonly delegate* unmanaged<nuint, int> Trim = Find();

    /// <summary>Gives pages back that are free; does nothing where the C library is another.</summary>
    public static void GiveBack()
    {
        if (Trim != null)
        {
            _ = Trim(0);
        }
    }

    private static delegate* unmanaged<nuint, int> Find() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "malloc_trim", out nint address)
            ? (delegate* unmanaged<nuint, int>)address
            : null;
}
