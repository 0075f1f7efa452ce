namespace GradService.Hosting.Admission;

/// <summary>The processor is busy and enough requests wait for it already.</summary>
/// <param name="lane">The lane that is full.</param>
/// <param name="wait">How long its queue will take, as far as can be said.</param>
internal sealed class ServiceFullException(string lane, TimeSpan wait)
    : Exception($"The service is busy: as many {lane} requests wait for the processor as get their turn in good time. Try again after the time that Retry-After says.")
{
    private const int MostSeconds = 60;

    /// <summary>When it is worth another try.</summary>
    public int RetryAfterSeconds { get; } = (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, MostSeconds);
}
