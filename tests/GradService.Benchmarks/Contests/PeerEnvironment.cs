using System.Diagnostics;

namespace GradService.Benchmarks.Contests;

/// <summary>What is installed on this machine to compete with, and how it is run.</summary>
internal static class PeerEnvironment
{
    /// <summary>
    /// Waiting threads sleep: with as many OpenMP threads as processors, spinning ones made PyTorch 5 to 8 times slower, which would
    /// flatter the service.
    /// </summary>
    public static IReadOnlyList<(string Name, string Value)> Variables { get; } = [("OMP_WAIT_POLICY", "PASSIVE"), ("PYTHONDONTWRITEBYTECODE", "1")];

    /// <summary>The folder with the peers' scripts.</summary>
    public static string Scripts => Path.Combine(AppContext.BaseDirectory, "Peers");

    /// <summary>Whether a Python has all of these modules.</summary>
    public static bool HasModules(string python, params ReadOnlySpan<string> modules) =>
        Succeeds(python, "-c", $"import {string.Join(", ", modules)}");

    /// <summary>Whether a command runs and ends well.</summary>
    public static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
