using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace GradService.Hosting.Telemetry;

/// <summary>The sums of the requests of one operation through one door. Added to by every request, and read by whoever asks for metrics.</summary>
internal sealed class RequestTally(Measured measured)
{
    // The 500s begin at 0: a series that begins at 1 has not increased, and the alert on the first defect would not see it.
    private readonly ConcurrentDictionary<int, StrongBox<long>> _statuses = new() { [StatusCodes.Status500InternalServerError] = new StrongBox<long>() };
    private readonly ConcurrentDictionary<string, StrongBox<long>> _failures = new(StringComparer.Ordinal);
    private long _requests;
    private long _bodyBytes;
    private long _answerBytes;
    private long _requestElements;
    private long _responseElements;

    /// <summary>Whether there was a request.</summary>
    public bool IsUsed => Interlocked.Read(ref _requests) > 0;

    public Measurement<long> BodyBytes => new(Interlocked.Read(ref _bodyBytes), measured.Labels);

    public Measurement<long> AnswerBytes => new(Interlocked.Read(ref _answerBytes), measured.Labels);

    public Measurement<long> RequestElements => new(Interlocked.Read(ref _requestElements), measured.Labels);

    public Measurement<long> ResponseElements => new(Interlocked.Read(ref _responseElements), measured.Labels);

    public IEnumerable<Measurement<long>> Requests =>
        _statuses.Select(status => new Measurement<long>(Interlocked.Read(ref status.Value.Value), [.. measured.Labels, new("status", status.Key.ToString(CultureInfo.InvariantCulture))]));

    public IEnumerable<Measurement<long>> Failures =>
        _failures.Select(reason => new Measurement<long>(Interlocked.Read(ref reason.Value.Value), [.. measured.Labels, new("reason", reason.Key)]));

    /// <summary>A request has ended.</summary>
    /// <param name="measure">What is known of it.</param>
    /// <param name="status">How it was answered.</param>
    public void Add(RequestMeasure measure, int status)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _bodyBytes, measure.BodyBytes);
        Interlocked.Add(ref _answerBytes, measure.AnswerBytes);
        Interlocked.Add(ref _requestElements, measure.RequestElements);
        Interlocked.Add(ref _responseElements, measure.ResponseElements);
        Count(_statuses, status);
        if (status >= StatusCodes.Status400BadRequest)
        {
            Count(_failures, Reason.Of(status, measure.IsBackendFailure));
        }
    }

    private static void Count<T>(ConcurrentDictionary<T, StrongBox<long>> counts, T key)
        where T : notnull => Interlocked.Increment(ref counts.GetOrAdd(key, static _ => new StrongBox<long>()).Value);
}
