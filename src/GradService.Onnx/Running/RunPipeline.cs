using GradService.Onnx.Telemetry;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace GradService.Onnx.Running;

/// <summary>What stands between the callers of one model and its session: so many runs at once, so many waiting, each for so long, and none while it is broken.</summary>
internal sealed class RunPipeline
{
    private readonly ResiliencePipeline _pipeline;
    private readonly OnnxOptions _options;
    private readonly int _concurrency;
    private readonly CircuitBreakerStateProvider _circuit = new();
    private int _failures;
    private int _waiting;
    private int _running;
    private long _opened;
    private long _typicalTicks;

    public RunPipeline(OnnxOptions options, ILogger logger, string model)
    {
        _options = options;
        _concurrency = options.MaxConcurrency == 0 ? Environment.ProcessorCount : options.MaxConcurrency;
        ResiliencePipelineBuilder builder = new ResiliencePipelineBuilder().AddConcurrencyLimiter(_concurrency, options.QueueLength);
        if (options.BreakerFailures > 0)
        {
            builder.AddCircuitBreaker(Breaker(logger, model));
        }

        _pipeline = builder.AddTimeout(options.RunTimeout).Build();
    }

    /// <summary>The runs that wait for their turn.</summary>
    public int QueueLength => Math.Max(0, Volatile.Read(ref _waiting) - Volatile.Read(ref _running));

    /// <summary>Whether runs are let through. Polly keeps a circuit open until somebody asks; here it is half open from when its time is over.</summary>
    public BreakerState State => _circuit.CircuitState switch
    {
        CircuitState.Closed => BreakerState.Closed,
        CircuitState.Open when TimeProvider.System.GetElapsedTime(Volatile.Read(ref _opened)) < _options.BreakDuration => BreakerState.Open,
        _ => BreakerState.HalfOpen,
    };

    /// <summary>Runs when it is its turn.</summary>
    /// <param name="run">The run, on the calling thread. It ends soon after its token is cancelled.</param>
    /// <param name="cancellationToken">Stops the run, or the wait for it.</param>
    /// <exception cref="ModelException">Busy, circuit open, timed out, or what the run throws.</exception>
    public async Task<T> ExecuteAsync<T>(Func<CancellationToken, T> run, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return await _pipeline.ExecuteAsync(token => new ValueTask<T>(Task.Run(() => Timed(run, token), CancellationToken.None)), cancellationToken).ConfigureAwait(false);
        }
        catch (RateLimiterRejectedException exception)
        {
            throw Busy(exception);
        }
        catch (BrokenCircuitException exception)
        {
            throw new ModelException(
                ModelFault.CircuitOpen,
                $"The model has failed {_options.BreakerFailures} times in a row and is left alone for {_options.BreakDuration.TotalSeconds:0.#} seconds.",
                exception)
            {
                RetryAfter = AtLeastASecond(exception.RetryAfter ?? _options.BreakDuration),
            };
        }
        catch (TimeoutRejectedException exception)
        {
            throw new ModelException(
                ModelFault.TimedOut,
                $"The run took longer than {_options.RunTimeout.TotalSeconds:0.###} seconds and was stopped. Send less at once, or raise the time limit of runs on the service.",
                exception);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Refuses what would be refused by <see cref="ExecuteAsync"/> if it were asked now.</summary>
    /// <exception cref="ModelException">Busy.</exception>
    public void RefuseIfFull()
    {
        if (Volatile.Read(ref _waiting) >= _concurrency + _options.QueueLength)
        {
            throw Busy(null);
        }
    }

    private ModelException Busy(Exception? cause) => new(
        ModelFault.Busy,
        $"The model is busy: {_concurrency} runs are going on and {_options.QueueLength} are waiting, which is all that is allowed. Try again shortly.",
        cause)
    {
        RetryAfter = UntilFree(),
    };

    private static TimeSpan AtLeastASecond(TimeSpan time) => time < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : time;

    // Polly's breaker goes by the share of failures within a time; here it is their unbroken run that counts, so only the failure that
    // completes one is shown to the breaker, and any share is enough.
    private CircuitBreakerStrategyOptions Breaker(ILogger logger, string model) => new()
    {
        FailureRatio = 0,
        MinimumThroughput = 2,
        SamplingDuration = TimeSpan.FromDays(1),
        BreakDuration = _options.BreakDuration,
        StateProvider = _circuit,
        ShouldHandle = arguments => ValueTask.FromResult(CompletesFailures(arguments.Outcome.Exception)),
        OnOpened = arguments =>
        {
            Volatile.Write(ref _opened, TimeProvider.System.GetTimestamp());
            Log.CircuitOpened(logger, model, _options.BreakerFailures, arguments.BreakDuration.TotalSeconds, arguments.Outcome.Exception?.Message);
            return default;
        },
        OnClosed = _ =>
        {
            Log.CircuitClosed(logger, model);
            return default;
        },
    };

    private bool CompletesFailures(Exception? exception)
    {
        switch (exception)
        {
            case null:
                Volatile.Write(ref _failures, 0);
                return false;
            case ModelException { Fault: ModelFault.Failed } or TimeoutRejectedException:
                return Interlocked.Increment(ref _failures) >= _options.BreakerFailures;
            default:
                return false;
        }
    }

    private T Timed<T>(Func<CancellationToken, T> run, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        try
        {
            long began = TimeProvider.System.GetTimestamp();
            T result = run(cancellationToken);
            long ticks = TimeProvider.System.GetElapsedTime(began).Ticks;
            long typical = Volatile.Read(ref _typicalTicks);
            Volatile.Write(ref _typicalTicks, typical == 0 ? ticks : typical + ((ticks - typical) / 8));
            return result;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private TimeSpan UntilFree() =>
        AtLeastASecond(TimeSpan.FromTicks(Volatile.Read(ref _typicalTicks) * Volatile.Read(ref _waiting) / _concurrency));
}
