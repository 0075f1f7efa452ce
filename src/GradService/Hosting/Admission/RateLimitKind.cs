namespace GradService.Hosting.Admission;

/// <summary>How the requests of one caller are counted.</summary>
internal enum RateLimitKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>So many in each window of time; what a window leaves over is lost.</summary>
    FixedWindow,

    /// <summary>From a bucket that fills steadily and holds a burst.</summary>
    TokenBucket,
}
