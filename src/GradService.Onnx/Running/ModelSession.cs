using Microsoft.ML.OnnxRuntime;

namespace GradService.Onnx.Running;

/// <summary>A loaded ONNX file. Many runs may go on at once.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly TimeSpan _keepsMemory;
    private long _gaveBack = TimeProvider.System.GetTimestamp();

    /// <summary>Loads a model from memory, so that its file may change as it likes.</summary>
    /// <param name="model">The whole model, with no data outside of it.</param>
    /// <param name="unranked">The inputs and outputs of which the file does not say how many axes they have.</param>
    /// <param name="options">What to run on, and on how many threads.</param>
    /// <exception cref="ModelException">Unavailable: the runtime does not take the file, or it has an input or output that is no tensor.</exception>
    public ModelSession(byte[] model, IReadOnlySet<string> unranked, OnnxOptions options)
    {
        _keepsMemory = options.KeepsMemory;
        (_session, ExecutionProvider provider, string? reason) = Open(model, options);
        try
        {
            Description = SessionDescription.Of(_session, unranked, provider, reason);
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    public ModelDescription Description { get; }

    /// <summary>Runs the model on the calling thread.</summary>
    /// <param name="inputs">Checked inputs.</param>
    /// <param name="outputs">The names of the wanted outputs.</param>
    /// <param name="cancellationToken">Stops the run before its next operator.</param>
    /// <exception cref="OnnxRuntimeException">The runtime failed.</exception>
    public NativeOutputs Run(IReadOnlyList<ModelInput> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var native = new NativeInputs(inputs);
        using RunOptions run = SessionSettings.For(Description.Provider, IsTimeToGiveBack());
        using CancellationTokenRegistration stop = cancellationToken.UnsafeRegister(static run => ((RunOptions)run!).Terminate = true, run);
        IDisposableReadOnlyCollection<OrtValue> values;
        try
        {
            values = _session.Run(run, native.Names, native.Values, outputs);
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        try
        {
            return new NativeOutputs(outputs, values, native);
        }
        catch
        {
            values.Dispose();
            throw;
        }
    }

    public void Dispose() => _session.Dispose();

    private bool IsTimeToGiveBack()
    {
        long gaveBack = Volatile.Read(ref _gaveBack);
        return TimeProvider.System.GetElapsedTime(gaveBack) >= _keepsMemory
            && Interlocked.CompareExchange(ref _gaveBack, TimeProvider.System.GetTimestamp(), gaveBack) == gaveBack;
    }

    private static (InferenceSession Session, ExecutionProvider Provider, string? Reason) Open(byte[] model, OnnxOptions options)
    {
        string? reason = null;
        if (options.Provider == ExecutionProvider.Cuda)
        {
            try
            {
                return (Open(model, options, ExecutionProvider.Cuda), ExecutionProvider.Cuda, null);
            }
            catch (Exception exception) when (exception is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
            {
                reason = exception.Message;
            }
        }

        try
        {
            return (Open(model, options, ExecutionProvider.Cpu), ExecutionProvider.Cpu, reason);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelException(ModelFault.Unavailable, $"ONNX Runtime does not load the model: {exception.Message}", exception);
        }
    }

    private static InferenceSession Open(byte[] model, OnnxOptions options, ExecutionProvider provider)
    {
        using SessionOptions settings = SessionSettings.For(options, provider);
        return new InferenceSession(model, settings);
    }
}
