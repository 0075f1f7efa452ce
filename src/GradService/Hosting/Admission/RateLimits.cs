using System.Globalization;
using System.Threading.RateLimiting;
using GradService.Numerics;

namespace GradService.Hosting.Admission;

/// <summary>How many requests one caller may send. Off unless set.</summary>
internal sealed class RateLimits
{
    // No key is named so, and no address without a key is.
    private static readonly Caller Uncounted = new(string.Empty, 0);

    /// <summary>Reads the section <c>RateLimit</c>.</summary>
    /// <exception cref="SettingException">A value that is not allowed.</exception>
    public RateLimits(IConfiguration configuration)
    {
        Kind = KindOf(configuration);
        Permits = (int)configuration.Whole("RateLimit:Permits", 100, 1, 1_000_000_000);
        Window = TimeSpan.FromSeconds(configuration.Number("RateLimit:WindowSeconds", 1, 0.1, 86_400));
        Burst = (int)configuration.Whole("RateLimit:Burst", Permits, Permits, 1_000_000_000);
    }

    public RateLimitKind Kind { get; }

    /// <summary>Requests in a window; of the bucket, those that it gains in one. Default 100.</summary>
    public int Permits { get; }

    /// <summary>The window. Default 1 second.</summary>
    public TimeSpan Window { get; }

    /// <summary>The most that the bucket holds. Default: as many as it gains in a window.</summary>
    public int Burst { get; }

    /// <summary>The limiter of all callers. Those that have sent nothing for a while take no memory: the framework drops them.</summary>
    public PartitionedRateLimiter<HttpContext> Limiter() => PartitionedRateLimiter.Create<HttpContext, Caller>(PartitionOf);

    /// <summary>What a caller over the limit is told.</summary>
    public Fault Refusal(RateLimitLease lease)
    {
        TimeSpan wait = lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan told) ? told : Window;
        string amount = string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(Permits, "request", "requests")} in {Window.TotalSeconds} s");
        return new Fault(StatusCodes.Status429TooManyRequests, "$", $"You have sent more than {amount}, which is the limit for one caller. Wait for the time that Retry-After says, and send more in one request where you can.")
        {
            RetryAfterSeconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)),
        };
    }

    // Names are written as in JSON: fixed_window.
    private static RateLimitKind KindOf(IConfiguration configuration)
    {
        const string Name = "RateLimit:Kind";
        return configuration.Text(Name) switch
        {
            null or "none" => RateLimitKind.None,
            "fixed_window" => RateLimitKind.FixedWindow,
            "token_bucket" => RateLimitKind.TokenBucket,
            string other => throw new SettingException(Name, other, "none, fixed_window or token_bucket"),
        };
    }

    private RateLimitPartition<Caller> PartitionOf(HttpContext context)
    {
        if (!IsCounted(context.Request.Path))
        {
            return RateLimitPartition.GetNoLimiter(Uncounted);
        }

        var caller = Caller.Of(context);
        return Kind == RateLimitKind.FixedWindow
            ? RateLimitPartition.GetFixedWindowLimiter(caller, _ => new FixedWindowRateLimiterOptions { PermitLimit = Permits, Window = Window })
            : RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions { TokenLimit = Burst, TokensPerPeriod = Permits, ReplenishmentPeriod = Window });
    }

    /// <summary>Whether a request counts: pages do not, and neither does what a load balancer asks again and again.</summary>
    internal static bool IsCounted(PathString path) =>
        path.StartsWithSegments("/v1")
        || (path.StartsWithSegments("/v2", out PathString rest) && !rest.StartsWithSegments("/health") && !rest.Value!.EndsWith("/ready", StringComparison.Ordinal));
}
