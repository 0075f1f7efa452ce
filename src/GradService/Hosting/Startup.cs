using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Operations;
using Microsoft.AspNetCore.Http.Timeouts;

namespace GradService.Hosting;

/// <summary>What the host is put together from, each under one name for <c>Program.cs</c> to list.</summary>
internal static class Startup
{
    /// <summary>
    /// The host with the parts that are used here, TLS among them. Settings are validated at the start and hold until the end: nothing
    /// watches their files, unless <c>hostBuilder:reloadConfigOnChange</c> says so.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseKestrelHttpsConfiguration();

        // The thread pool takes what comes from the sockets itself: by way of queues of their own, binary requests that are tiny take a tenth longer.
        builder.WebHost.UseSockets(sockets => sockets.IOQueueCount = 0);
        return builder;
    }

    /// <summary>Listens on http://localhost:8080 unless an address or port is configured in any of ASP.NET Core's ways.</summary>
    public static void ListenOnPort8080UnlessTold(this WebApplicationBuilder builder)
    {
        ConfigurationManager configuration = builder.Configuration;
        string[] settings = ["urls", "http_ports", "https_ports"];
        if (settings.All(name => string.IsNullOrEmpty(configuration[name])) && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls("http://localhost:8080");
        }
    }

    /// <summary>Bounds on bodies, memory and time, and the server's own settings that must agree with them.</summary>
    public static void AddLimits(this WebApplicationBuilder builder)
    {
        var limits = new Limits(builder.Configuration);
        builder.Services.AddSingleton(limits);
        builder.Services.AddSingleton(new MemoryBudget(limits.MaxInFlightBytes));
        builder.Services.AddHostedService<MemoryTrim>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // BodyReader holds the limit. Left to Kestrel, an oversized body breaks the connection before its sender has read why.
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.AddRequestTimeouts(options => options.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = TimeSpan.FromSeconds(limits.RequestTimeoutSeconds),
            TimeoutStatusCode = StatusCodes.Status504GatewayTimeout,
            WriteTimeoutResponse = context => ErrorAnswers.WriteAsync(context, new Fault(
                StatusCodes.Status504GatewayTimeout,
                "$",
                $"The request took longer than {Quantity.Of(limits.RequestTimeoutSeconds, "second", "seconds")} and was stopped. Send less at once, or raise Limits:RequestTimeoutSeconds on the service.")),
        });
    }

    /// <summary>The catalogue of operations.</summary>
    public static void AddOperations(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OperationCatalog>();
        builder.Services.AddHostedService<WarmUp>();
    }
}
