using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace GradService.Hosting.Admission;

/// <summary>When a connection is given up, so that senders who are slow or gone hold nothing.</summary>
/// <param name="configuration">The host's configuration.</param>
/// <exception cref="SettingException">A value that is not allowed.</exception>
internal sealed class ConnectionLimits(IConfiguration configuration)
{
    // How long a sender or reader may pause before its rate is looked at.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>The most open connections; one more is closed. Default 10000.</summary>
    public long MaxConnections { get; } = configuration.Whole("Limits:MaxConnections", 10_000, 1, 1_000_000);

    /// <summary>The most seconds from a request's first byte to the end of its headers. Default 10.</summary>
    public double HeadersSeconds { get; } = configuration.Number("Limits:HeadersSeconds", 10, 1, 3600);

    /// <summary>The most seconds that a connection may be open without a request. Default 120.</summary>
    public double KeepAliveSeconds { get; } = configuration.Number("Limits:KeepAliveSeconds", 120, 1, 86_400);

    /// <summary>The least bytes a second that a body must come with and an answer must be read with. Default 1000.</summary>
    public double MinBytesPerSecond { get; } = configuration.Number("Limits:MinBytesPerSecond", 1000, 1, 1_000_000_000);

    public void Apply(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = MaxConnections;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(HeadersSeconds);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(KeepAliveSeconds);
        limits.MinRequestBodyDataRate = new MinDataRate(MinBytesPerSecond, Grace);
        limits.MinResponseDataRate = new MinDataRate(MinBytesPerSecond, Grace);
    }
}
