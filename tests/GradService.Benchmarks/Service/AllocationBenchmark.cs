using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Workloads;

namespace GradService.Benchmarks.Service;

/// <summary>What a tiny request allocates, and how much memory a large one takes beside its body, its tensors and its answer.</summary>
internal static class AllocationBenchmark
{
    private const double MostMemory = 2.5;

    public static void Run(BenchmarkOptions options, FindingTable table, string folder)
    {
        Tiny("tiny [8, 12], JSON", HttpMessage.Post("/v1/losses/cross-entropy", "application/json", HttpMessage.Json(HttpWork.Tiny())), options, table);
        Tiny("tiny [8, 12], binary", HttpMessage.Inference(HttpWork.Tiny(), "loss", "grad_logits"), options, table);
        Large(options, table, Servers.Published(options, folder));
    }

    /// <summary>Runs the service in this process, whose client allocates nothing, and counts.</summary>
    private static void Tiny(string name, byte[] request, BenchmarkOptions options, FindingTable table)
    {
        int requests = options.Quick ? 10 : 20_000;
        using var connection = new HttpConnection(Own.Value);
        for (int index = 0; index < requests; index++)
        {
            connection.Exchange(request);
        }

        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int index = 0; index < requests; index++)
        {
            connection.Exchange(request);
        }

        long after = GC.GetTotalAllocatedBytes(precise: true);
        table.Add(new Finding(name, "bytes allocated/request", (after - before) / (double)requests));
    }

    private static void Large(BenchmarkOptions options, FindingTable table, string app)
    {
        Workload workload = HttpWork.Pictures(options.Quick ? 16 : 256);
        long tensors = workload.Tensors.Values.Sum(tensor => (long)tensor.Bytes.Length) + workload.Tensors["logits"].Bytes.Length;
        byte[] body = HttpMessage.Json(workload);
        foreach ((string name, byte[] request) in new[]
        {
            ("JSON", HttpMessage.Post($"/v1/{workload.Operation.Name}", "application/json", body)),
            ("binary", HttpMessage.Inference(workload, "loss", "grad_logits")),
        })
        {
            using ServerProcess server = Servers.Own(app, out _);
            byte[] tiny = HttpMessage.Post("/v1/losses/cross-entropy", "application/json", HttpMessage.Json(HttpWork.Tiny()));
            using var connection = new HttpConnection(server.Port);
            for (int index = 0; index < 200; index++)
            {
                connection.Exchange(tiny);
            }

            server.ForgetPeak();
            long resident = server.ResidentBytes;
            long answer = connection.Exchange(request);
            double ratio = (server.PeakBytes - resident) / (double)(request.Length + tensors + answer);
            string shape = workload.Tensors["logits"].Shape.ToString();
            table.Add(Finding.AtMost($"large {shape}, {name}", "peak memory over body + tensors + answer", ratio, MostMemory));
        }
    }

    private static readonly Lazy<int> Own = new(() =>
    {
        int port = ServerProcess.FreePort();
        var service = new Thread(() => typeof(Program).Assembly.EntryPoint!.Invoke(null, [new[] { "--urls", $"http://127.0.0.1:{port}", "--Logging:LogLevel:Default=None" }])) { IsBackground = true };
        service.Start();
        while (!ServerProcess.IsReady(port, HttpMessage.Get("/health/ready")))
        {
            Thread.Sleep(10);
        }

        return port;
    });
}
