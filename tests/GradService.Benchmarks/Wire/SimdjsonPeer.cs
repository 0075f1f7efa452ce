using GradService.Benchmarks.Contests;

namespace GradService.Benchmarks.Wire;

/// <summary>simdjson, compiled on the spot against the library installed.</summary>
internal static class SimdjsonPeer
{
    /// <summary>Compiles it for this machine's processor.</summary>
    /// <param name="folder">Where to.</param>
    /// <returns>The program; null where compiler or library are missing.</returns>
    public static string? Build(string folder)
    {
        string program = Path.Combine(folder, "simdjson_peer");
        string source = Path.Combine(PeerEnvironment.Scripts, "simdjson_peer.cpp");
        return PeerEnvironment.Succeeds("g++", "-std=c++17", "-O3", "-march=native", "-o", program, source, "-lsimdjson") ? program : null;
    }
}
