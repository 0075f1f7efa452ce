using System.Text.Json.Nodes;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>One model of the <c>/v2</c> catalogue: what the protocol's endpoints need to know of it, whatever it runs on.</summary>
/// <param name="name">The name in its address.</param>
internal abstract class InferenceModel(string name)
{
    public string Name => name;

    /// <summary>The one version that is served.</summary>
    public string Version { get; } = "1";

    public ModelStatistics Statistics { get; } = new();

    /// <summary>The model metadata of the protocol.</summary>
    public abstract JsonObject Metadata();

    /// <summary>Refuses an input before memory is taken for it.</summary>
    /// <param name="input">Its name.</param>
    /// <param name="datatype">Its datatype.</param>
    /// <param name="path">Its JSON path.</param>
    /// <exception cref="BodyException">There is no such input, or it is not of such a datatype.</exception>
    public abstract void Admit(string input, ElementType datatype, string path);

    /// <summary>The input that a body without JSON stands for, and its datatype; its shape is read off the length.</summary>
    /// <exception cref="BodyException">The model has no such single input.</exception>
    public abstract (string Name, ElementType Datatype) RawInput();

    /// <summary>Runs the model.</summary>
    /// <param name="request">The request.</param>
    /// <param name="scope">What all memory is rented from.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <exception cref="BodyException">The request makes no sense to the model.</exception>
    public abstract InferenceAnswer Run(InferenceRequest request, TensorScope scope, CancellationToken cancellation);
}
