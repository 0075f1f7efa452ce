using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace GradService.Benchmarks.Service;

/// <summary>The same web server with nothing behind it: bodies are read and dropped.</summary>
internal static class FloorServer
{
    /// <summary>The verb that starts it.</summary>
    public const string Verb = "floor-server";

    /// <summary>Serves until the process is ended.</summary>
    /// <param name="url">Where to listen.</param>
    public static void Run(string url)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        WebApplication app = builder.Build();
        app.Urls.Add(url);
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null).ConfigureAwait(false);
            context.Response.ContentLength = 0;
        });
        app.Run();
    }
}
