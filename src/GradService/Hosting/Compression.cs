using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace GradService.Hosting;

/// <summary>gzip, deflate and Brotli, of requests and, when asked for, of answers.</summary>
internal static class Compression
{
    public static void AddCompression(this WebApplicationBuilder builder)
    {
        // Without it a body that was cut off decompresses to a shorter one, with no error.
        AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);
        builder.Services.AddRequestDecompression();
        builder.Services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = ["application/json", "application/problem+json", "application/octet-stream", "text/html", "text/css", "text/javascript"];
            options.Providers.Add<GzipCompressionProvider>();
            options.Providers.Add<DeflateCompressionProvider>();
            options.Providers.Add<BrotliCompressionProvider>();
        });
        builder.Services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        builder.Services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
    }

    public static void UseCompression(this WebApplication app)
    {
        app.UseResponseCompression();
        app.Use(ForgetCompressedLength);
        app.UseRequestDecompression();
        app.Use(RefuseOtherEncodings);
    }

    // The decompressing middleware takes Content-Encoding away and leaves Content-Length, which is that of the compressed body.
    private static Task ForgetCompressedLength(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.ContentEncoding.Count > 0)
        {
            context.Request.ContentLength = null;
        }

        return next(context);
    }

    // What can be decompressed has lost its Content-Encoding by now.
    private static Task RefuseOtherEncodings(HttpContext context, RequestDelegate next)
    {
        string encoding = context.Request.Headers.ContentEncoding.ToString();
        return encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? next(context)
            : ErrorAnswers.WriteAsync(context, new Fault(
                StatusCodes.Status415UnsupportedMediaType,
                "$",
                $"Content-Encoding {encoding} was found; expected gzip, deflate or br, and only one of them."));
    }
}

/// <summary>HTTP's deflate, which is DEFLATE in a zlib wrapper (RFC 9110, section 8.4.1.2). ASP.NET Core has none for answers.</summary>
internal sealed class DeflateCompressionProvider : ICompressionProvider
{
    public string EncodingName => "deflate";

    public bool SupportsFlush => true;

    public Stream CreateStream(Stream outputStream) => new ZLibStream(outputStream, CompressionLevel.Fastest, leaveOpen: true);
}
