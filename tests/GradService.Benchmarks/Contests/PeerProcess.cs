using System.Diagnostics;
using System.Globalization;

namespace GradService.Benchmarks.Contests;

/// <summary>A contestant in a process of its own; see <see cref="ContestService"/> for what is said to it.</summary>
internal sealed class PeerProcess : IContestant, IDisposable
{
    private readonly Process _process;

    /// <summary>Starts it.</summary>
    /// <param name="name">Its name in the table.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables set for it beside the usual ones.</param>
    public PeerProcess(string name, string program, IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        Name = name;
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string variable, string value) in PeerEnvironment.Variables)
        {
            start.Environment[variable] = value;
        }

        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        _process = Process.Start(start)!;
    }

    public string Name { get; }

    /// <summary>Gives it work.</summary>
    /// <param name="folder">Where the work lies.</param>
    /// <returns>Null, or why it cannot do this work.</returns>
    public string? Load(string folder) => Ask($"load {folder}") is var reply && reply.StartsWith("error ", StringComparison.Ordinal) ? reply[6..] : null;

    public double Time(TimeSpan slot) =>
        double.Parse(Checked(string.Create(CultureInfo.InvariantCulture, $"time {slot.TotalSeconds:R}")).Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Has it write what it computed.</summary>
    /// <param name="folder">Where to.</param>
    public void Answer(string folder)
    {
        Directory.CreateDirectory(folder);
        Checked($"answer {folder}");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private string Checked(string command)
    {
        string reply = Ask(command);
        return reply.StartsWith("error ", StringComparison.Ordinal) ? throw new InvalidOperationException($"{Name}, {command}: {reply}") : reply;
    }

    /// <summary>Sends a line and reads one.</summary>
    public string Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{Name} ended at: {command}");
    }
}
