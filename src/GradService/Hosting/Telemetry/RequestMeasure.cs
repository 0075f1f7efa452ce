using System.Diagnostics;

namespace GradService.Hosting.Telemetry;

/// <summary>What is known of one request that is counted. Its endpoint adds to it, and the middleware counts it when it has ended.</summary>
/// <param name="context">The request's context.</param>
/// <param name="measured">What it is counted as, unless its endpoint finds otherwise.</param>
internal sealed class RequestMeasure(HttpContext context, Measured measured)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly CountedBody _body = CountedBody.Of(context.Request);
    private readonly CountedAnswer _answer = CountedAnswer.Of(context);
    private Fault? _fault;
    private bool _isBrokenOff;
    private bool _owesAnswer;

    /// <summary>What it is counted as.</summary>
    public Measured Measured { get; set; } = measured;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    public long BodyBytes => _body.Count;

    public long AnswerBytes => _answer.Count;

    public long RequestElements { get; private set; }

    public long ResponseElements { get; private set; }

    /// <summary>How long the mathematics took; null when there was none.</summary>
    public TimeSpan? Compute { get; private set; }

    /// <summary>Whether the runtime of an exported model failed.</summary>
    public bool IsBackendFailure => _fault is { IsBackend: true };

    /// <summary>The measure of a request; of one that is made within the service, as for the examples of its documentation, one that nobody counts.</summary>
    public static RequestMeasure Of(HttpContext context) => context.Features.Get<RequestMeasure>() ?? new RequestMeasure(context, Measured.Nothing);

    /// <summary>Says what a request fails of, if it is one that is counted. To be called before its answer is begun.</summary>
    public static void Fails(HttpContext context, Fault fault)
    {
        if (context.Features.Get<RequestMeasure>() is { } measure)
        {
            (measure._fault, measure._isBrokenOff, measure._owesAnswer) = (fault, context.Response.HasStarted, false);
        }
    }

    /// <summary>The tensors are read.</summary>
    /// <param name="elements">How many elements they have.</param>
    public void Received(long elements) => (RequestElements, _owesAnswer) = (elements, true);

    /// <summary>The mathematics is done.</summary>
    /// <param name="duration">How long it took.</param>
    public void Computed(TimeSpan duration) => Compute = duration;

    /// <summary>The answer is written.</summary>
    /// <param name="elements">How many elements its tensors have.</param>
    public void Answered(long elements) => (ResponseElements, _owesAnswer) = (elements, false);

    /// <summary>The status of an ended request: of an answer that was broken off, that of what broke it off.</summary>
    /// <param name="exception">What nobody answered; null when all is answered.</param>
    public int Status(Exception? exception = null)
    {
        bool hasLeft = context.RequestAborted.IsCancellationRequested;
        int status = context.Response.StatusCode;
        return _isBrokenOff ? _fault!.Status
            : exception is not null ? hasLeft ? StatusCodes.Status499ClientClosedRequest : exception is OperationCanceledException ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status500InternalServerError
            : (_owesAnswer && hasLeft) || (_body.IsCutOff && status != StatusCodes.Status504GatewayTimeout) ? StatusCodes.Status499ClientClosedRequest
            : status;
    }
}
