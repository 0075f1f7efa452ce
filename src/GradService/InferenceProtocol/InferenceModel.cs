using GradService.Hosting.Admission;
using GradService.Hosting.Telemetry;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>
/// One version of a model of the <c>/v2</c> catalogue, held for a request: what the protocol's endpoints need to know of it, whatever it
/// runs on.
/// </summary>
/// <param name="name">The name in its address.</param>
/// <param name="version">The version in its address; operations have one.</param>
/// <param name="statistics">What counts its requests.</param>
internal abstract class InferenceModel(string name, string version, ModelStatistics statistics) : IDisposable
{
    public string Name => name;

    public string Version => version;

    public ModelStatistics Statistics => statistics;

    /// <summary>What its requests are counted as.</summary>
    public virtual Measured Measured => Measured.Inference;

    /// <summary>The slot of the processor that a request needs; null for a model that has a limit and a queue of its own.</summary>
    public virtual CpuSlot? Enter(CpuGate gate) => null;

    /// <summary>The model metadata of the protocol, as JSON text.</summary>
    /// <param name="versions">The versions of the model that are ready, the newest first.</param>
    public abstract string Metadata(IReadOnlyList<string> versions);

    /// <summary>Refuses an input before memory is taken for it.</summary>
    /// <param name="input">Its name.</param>
    /// <param name="datatype">Its datatype.</param>
    /// <param name="path">Its JSON path.</param>
    /// <exception cref="BodyException">There is no such input, or it is not of such a datatype.</exception>
    public abstract void Admit(string input, ElementType datatype, string path);

    /// <summary>The input that a body without JSON stands for.</summary>
    /// <exception cref="BodyException">The model has no such single input.</exception>
    public abstract RawInput RawInput();

    /// <summary>Runs the model, or waits until it has been run.</summary>
    /// <param name="request">The request.</param>
    /// <param name="scope">What all memory is rented from.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <returns>The answer, to be disposed when it is written.</returns>
    /// <exception cref="BodyException">The request makes no sense to the model.</exception>
    public abstract ValueTask<InferenceAnswer> RunAsync(InferenceRequest request, TensorScope scope, CancellationToken cancellation);

    /// <summary>Lets go of the version, which may be unloaded then. What is always there does nothing.</summary>
    public virtual void Dispose()
    {
    }
}
