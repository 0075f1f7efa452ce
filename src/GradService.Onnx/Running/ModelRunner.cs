using System.Diagnostics;
using GradService.Onnx.Repository;
using GradService.Onnx.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace GradService.Onnx.Running;

/// <summary>One loaded version of a model, its limits and its batches, shared by all who hold it.</summary>
internal sealed class ModelRunner
{
    private readonly ModelSession _session;
    private readonly RunPipeline _pipeline;
    private readonly Batcher? _batcher;
    private readonly RunMeasure _measure;
    private readonly TimeSpan _runTimeout;
    private readonly TimeSpan _warmUpTimeout;
    private IReadOnlyList<ModelInput>? _probe;

    public ModelRunner(string name, int version, ModelSession session, OnnxOptions options, ILogger logger, ModelInstruments instruments)
    {
        Name = name;
        Version = version;
        _session = session;
        _runTimeout = options.RunTimeout;
        _warmUpTimeout = options.WarmUpTimeout;
        _measure = new RunMeasure(instruments, name, version);
        _pipeline = new RunPipeline(options, logger, name);
        _batcher = options.BatchWindow > TimeSpan.Zero && Batcher.Suits(session.Description)
            ? new Batcher(options.BatchWindow, options.MaxBatchSize, RunAloneAsync, () => Log.NotBatched(logger, name))
            : null;
        Lifetime = new Lifetime(session.Dispose);
    }

    public string Name { get; }

    public int Version { get; }

    public ModelDescription Description => _session.Description;

    /// <summary>The runs that wait for their turn.</summary>
    public int QueueLength => _pipeline.QueueLength;

    /// <summary>Whether runs are let through.</summary>
    public BreakerState Breaker => _pipeline.State;

    /// <summary>Counts the holders; the session ends with the last.</summary>
    public Lifetime Lifetime { get; }

    /// <summary>Runs the model once on zeros, so that the first caller does not wait for what the runtime puts off until then.</summary>
    /// <returns>Null, or why a model with open lengths took none of the sizes tried, which need not mean that it is broken.</returns>
    /// <exception cref="ModelException">Unavailable: a model that leaves no length open failed, or took too long.</exception>
    public string? WarmUp(ModelManifest? manifest)
    {
        string reason = string.Empty;
        foreach (IReadOnlyList<ModelInput> inputs in Running.WarmUp.Inputs(Description, manifest))
        {
            try
            {
                Probe(inputs, _warmUpTimeout, CancellationToken.None);
                _probe = inputs;
                return null;
            }
            catch (Exception exception) when (exception is OnnxRuntimeException or OperationCanceledException or ModelException)
            {
                reason = exception is OperationCanceledException
                    ? $"It took longer than {_warmUpTimeout.TotalSeconds:0.###} seconds. If the model is slow or the machine was busy, raise the time limit of first runs on the service."
                    : exception.Message;
                if (Running.WarmUp.IsFixed(Description))
                {
                    throw new ModelException(ModelFault.Unavailable, $"Its first run, on zeros, failed: {reason}", exception);
                }
            }
        }

        return reason;
    }

    /// <summary>Refuses a run that there is no room for, before anything is spent on its inputs.</summary>
    /// <exception cref="ModelException">Busy.</exception>
    public void RefuseIfFull()
    {
        try
        {
            _pipeline.RefuseIfFull();
        }
        catch (ModelException exception)
        {
            _measure.Failed(exception);
            throw;
        }
    }

    /// <summary>Runs the model on checked inputs, with others where batching is on.</summary>
    public Task<ModelResult> RunAsync(IReadOnlyList<ModelInput> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken) =>
        _batcher is null ? RunAloneAsync(inputs, outputs, 1, cancellationToken) : _batcher.RunAsync(inputs, outputs, cancellationToken);

    private async Task<ModelResult> RunAloneAsync(IReadOnlyList<ModelInput> inputs, IReadOnlyList<string> outputs, int requests, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(!Lifetime.TryHold(), this);
        long asked = TimeProvider.System.GetTimestamp();
        using Activity? queue = RunSpans.Queue(Name, Version);
        try
        {
            ModelResult result = await _pipeline.ExecuteAsync(token => Timed(inputs, outputs, asked, queue, token), cancellationToken).ConfigureAwait(false);
            _measure.Answered(requests);
            return result;
        }
        catch (Exception exception)
        {
            _measure.Failed(exception);
            Lifetime.Release();
            throw;
        }
    }

    private ModelResult Timed(IReadOnlyList<ModelInput> inputs, IReadOnlyList<string> outputs, long asked, Activity? queue, CancellationToken cancellationToken)
    {
        long began = TimeProvider.System.GetTimestamp();
        queue?.Stop();
        _measure.Waited(TimeProvider.System.GetElapsedTime(asked, began));
        NativeOutputs native = Run(inputs, outputs, cancellationToken);
        TimeSpan computed = TimeProvider.System.GetElapsedTime(began);
        return new ModelResult(native.Outputs, TimeProvider.System.GetElapsedTime(asked, began), computed, 1, new Held(native, Lifetime));
    }

    private NativeOutputs Run(IReadOnlyList<ModelInput> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
    {
        try
        {
            return RunMeasured(inputs, outputs, cancellationToken);
        }
        catch (OnnxRuntimeException exception)
        {
            throw IsTheInputs(exception, cancellationToken)
                ? new ModelException(ModelFault.WrongInput, $"The model does not take these inputs: {Sizes(inputs)}, {RuntimeMessage.Essence(exception.Message)}{Hint}", exception)
                : new ModelException(ModelFault.Failed, $"The model failed: {exception.Message}", exception);
        }
    }

    private string Hint => Running.WarmUp.IsFixed(Description)
        ? string.Empty
        : " A network that halves its input again and again often wants lengths that are multiples of 8, 16 or 32.";

    private static string Sizes(IReadOnlyList<ModelInput> inputs) =>
        string.Join(", ", inputs.Select(input => $"{input.Name} of shape [{string.Join(", ", input.Shape)}]"));

    private NativeOutputs RunMeasured(IReadOnlyList<ModelInput> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
    {
        using Activity? run = RunSpans.Run(Name, Version);
        long began = TimeProvider.System.GetTimestamp();
        try
        {
            return _session.Run(inputs, outputs, cancellationToken);
        }
        finally
        {
            _measure.Ran(TimeProvider.System.GetElapsedTime(began));
        }
    }

    // The runtime does not tell a model that is broken from inputs that its operators cannot work on (a height that the strides do not
    // divide, an index out of range). A model that still does what it did when it was warmed up is not broken.
    private bool IsTheInputs(OnnxRuntimeException exception, CancellationToken cancellationToken)
    {
        if (_probe is null)
        {
            return exception.Message.Contains("ErrorCode:InvalidArgument", StringComparison.Ordinal);
        }

        try
        {
            Probe(_probe, _runTimeout, cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or ModelException)
        {
            return false;
        }
    }

    private void Probe(IReadOnlyList<ModelInput> inputs, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        _session.Run(inputs, [.. Description.Outputs.Select(output => output.Name)], limit.Token).Dispose();
    }

    private sealed class Held(NativeOutputs outputs, Lifetime lifetime) : IDisposable
    {
        public void Dispose()
        {
            outputs.Dispose();
            lifetime.Release();
        }
    }
}
