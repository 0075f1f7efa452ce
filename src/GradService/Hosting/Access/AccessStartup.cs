namespace GradService.Hosting.Access;

/// <summary>Who is let in: keys and tokens with scopes, pages of other origins, and headers that hold browsers to the service's own pages.</summary>
internal static partial class AccessStartup
{
    private const string OriginsSetting = "Cors:Origins";

    public static void AddAccess(this WebApplicationBuilder builder)
    {
        var tokens = new Tokens(builder.Configuration);
        builder.Services.AddSingleton(new ApiKeys(builder.Configuration));
        builder.Services.AddSingleton(tokens);
        builder.Services.AddSingleton<Exposure>();
        tokens.AddTo(builder.Services);
        if (Origins(builder.Configuration) is { Length: > 0 } origins)
        {
            builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
                .WithOrigins(origins)
                .WithMethods(HttpMethods.Get, HttpMethods.Post)
                .WithHeaders("Authorization", "X-Api-Key", "Content-Type", "Content-Encoding", "Accept", "Inference-Header-Content-Length")
                .WithExposedHeaders("Inference-Header-Content-Length", "Retry-After", "WWW-Authenticate")));
        }
    }

    /// <summary>To be used before anything that answers, and after what gives errors their form.</summary>
    public static void UseAccess(this WebApplication app)
    {
        app.Use(PageHeaders.Add);
        if (Origins(app.Configuration).Length > 0)
        {
            app.UseCors();
        }

        app.UseMiddleware<AccessCheck>();
        WarnOnceExposed(app);
    }

    private static void WarnOnceExposed(WebApplication app)
    {
        bool isLocked = app.Services.GetRequiredService<ApiKeys>().Any || app.Services.GetRequiredService<Tokens>().AreTaken;
        var exposure = app.Services.GetRequiredService<Exposure>();
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            if (!isLocked && exposure.Addresses.Count > 0)
            {
                LogExposed(app.Logger, string.Join(", ", exposure.Addresses));
            }
        });
    }

    private static string[] Origins(IConfiguration configuration)
    {
        string text = configuration.Word(OriginsSetting, string.Empty, 10_000);
        string[] origins = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (string origin in origins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https") || address.GetLeftPart(UriPartial.Authority) != origin)
            {
                throw new SettingException(OriginsSetting, text, "origins separated by spaces, each like https://example.org");
            }
        }

        return origins;
    }

    [LoggerMessage(1, LogLevel.Warning, "ANYBODY WHO REACHES {Addresses} MAY USE THIS SERVICE: it knows no keys. Set Auth:ApiKeys or Auth:Jwt, or have it listen on localhost alone. Loading and unloading models is refused until then.")]
    private static partial void LogExposed(ILogger logger, string addresses);
}
