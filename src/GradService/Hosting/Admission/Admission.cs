using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.RateLimiting;

namespace GradService.Hosting.Admission;

/// <summary>Who is let in, and when: limits of connections and callers, the gate before the processor, the end of the service.</summary>
internal static class Admission
{
    /// <summary>Reads the settings and makes the gate.</summary>
    public static void AddAdmission(this WebApplicationBuilder builder)
    {
        var limits = new Limits(builder.Configuration);
        var connections = new ConnectionLimits(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel => connections.Apply(kestrel.Limits));
        var blocks = new WideBlocks(connections.MaxConnections, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        builder.Services.AddSingleton(blocks);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>>(blocks);
        builder.Services.AddSingleton(CpuGate.Of(limits));
        LetThreadsBeThere(limits);
        builder.Services.AddSingleton<Shutdown>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Shutdown>());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(limits.DrainSeconds + limits.ShutdownSeconds));
        var rates = new RateLimits(builder.Configuration);
        builder.Services.AddSingleton(rates);
        if (rates.Kind != RateLimitKind.None)
        {
            builder.Services.AddRateLimiter(options =>
            {
                options.GlobalLimiter = rates.Limiter();
                options.OnRejected = (rejected, _) => new ValueTask(ErrorAnswers.WriteAsync(rejected.HttpContext, rates.Refusal(rejected.Lease)));
            });
        }
    }

    /// <summary>Refuses callers over their rate, and everybody once the service ends. After authentication, before anything that costs.</summary>
    public static void UseAdmission(this WebApplication app)
    {
        app.Use(app.Services.GetRequiredService<Shutdown>().ServeAsync);
        if (app.Services.GetRequiredService<RateLimits>().Kind != RateLimitKind.None)
        {
            app.UseRateLimiter();
        }
    }

    // Requests compute on threads of the pool. Were there no more of those than processors, large requests would hold them all, and a tiny
    // one would wait until the pool notices.
    private static void LetThreadsBeThere(Limits limits)
    {
        ThreadPool.GetMinThreads(out int workers, out int ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + limits.Concurrency), ports);
    }
}
