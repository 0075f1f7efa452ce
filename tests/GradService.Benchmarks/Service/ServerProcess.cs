using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using GradService.Benchmarks.Contests;

namespace GradService.Benchmarks.Service;

/// <summary>A server in processes of its own: the first and what that starts.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const int TicksPerSecond = 100;

    private static readonly ConcurrentDictionary<Process, bool> Running = new();

    private readonly Process _process;

    // A benchmark that is stopped half-way leaves no server behind.
    static ServerProcess()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAll();
        Console.CancelKeyPress += (_, _) => StopAll();
    }

    private ServerProcess(string name, int port, Process process)
    {
        Name = name;
        Port = port;
        _process = process;
        Running[process] = true;
    }

    public string Name { get; }

    /// <summary>Where it listens, on the loopback.</summary>
    public int Port { get; }

    /// <summary>Processor seconds that its processes have used so far.</summary>
    public double ProcessorSeconds => Family().Sum(process =>
    {
        // Fields 14 and 15, counted behind the name, which may hold spaces.
        string[] fields = ReadProc(process, "stat").Split(") ")[^1].Split(' ');
        return fields.Length > 12 ? (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / (double)TicksPerSecond : 0;
    });

    /// <summary>The most resident bytes since <see cref="ForgetPeak"/>, summed over its processes.</summary>
    public long PeakBytes => Family().Sum(process => Status(process, "VmHWM:"));

    /// <summary>Resident bytes now, summed over its processes.</summary>
    public long ResidentBytes => Family().Sum(process => Status(process, "VmRSS:"));

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <param name="name">Its name in the table.</param>
    /// <param name="start">Makes the command for a free port.</param>
    /// <param name="readyPath">What answers 200 once it is ready.</param>
    /// <param name="seconds">The seconds from the start of the process to the first such answer.</param>
    public static ServerProcess Start(string name, Func<int, ProcessStartInfo> start, string readyPath, out double seconds)
    {
        int port = FreePort();
        ProcessStartInfo command = start(port);
        foreach ((string variable, string value) in PeerEnvironment.Variables)
        {
            command.Environment[variable] = value;
        }

        command.RedirectStandardOutput = true;
        long begin = Stopwatch.GetTimestamp();
        Process process = Process.Start(command)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var server = new ServerProcess(name, port, process);
        byte[] request = HttpMessage.Get(readyPath);
        while (!IsReady(port, request))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(begin) > TimeSpan.FromSeconds(60))
            {
                server.Dispose();
                throw new InvalidOperationException($"{name} did not start.");
            }

            Thread.Sleep(2);
        }

        seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        return server;
    }

    /// <summary>Begins a new peak of memory.</summary>
    public void ForgetPeak()
    {
        foreach (int process in Family())
        {
            try
            {
                File.WriteAllText($"/proc/{process}/clear_refs", "5");
            }
            catch (IOException)
            {
                // Ended meanwhile.
            }
        }
    }

    public void Dispose()
    {
        Stop(_process);
        Running.TryRemove(_process, out _);
        _process.Dispose();
    }

    private static void StopAll()
    {
        foreach (Process process in Running.Keys)
        {
            Stop(process);
        }
    }

    private static void Stop(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    /// <summary>Whether a server answers a request with 200.</summary>
    public static bool IsReady(int port, byte[] request)
    {
        try
        {
            using var connection = new HttpConnection(port);
            connection.Exchange(request);
            return connection.Status == 200;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }

    /// <summary>A port of the loopback that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private List<int> Family()
    {
        var family = new List<int> { _process.Id };
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Parent: Parent(id)))
            .ToList();
        for (int index = 0; index < family.Count; index++)
        {
            family.AddRange(parents.Where(entry => entry.Parent == family[index]).Select(entry => entry.Id));
        }

        return family;
    }

    private static int Parent(int process)
    {
        string[] fields = ReadProc(process, "stat").Split(") ")[^1].Split(' ');
        return fields.Length > 1 ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;
    }

    private static long Status(int process, string name) => ReadProc(process, "status").Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => 1024 * long.Parse(line[name.Length..].Replace("kB", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture))
        .FirstOrDefault();

    private static string ReadProc(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }
}
