using GradService.Numerics.Tensors;

namespace GradService.InferenceProtocol;

/// <summary>A tensor and the name that it travels under.</summary>
internal readonly record struct NamedTensor(string Name, Tensor Tensor);

/// <summary>A request-level parameter and its value, as JSON text.</summary>
internal readonly record struct RequestParameter(string Name, ReadOnlyMemory<byte> Json);

/// <summary>An output that the caller asked for, and whether as bytes; null where the request-level parameter decides.</summary>
internal readonly record struct RequestedOutput(string Name, bool? Binary);

/// <summary>An inference request, read from the wire and not yet understood by its model.</summary>
internal sealed class InferenceRequest
{
    /// <summary>The caller's id as JSON text, quotes and all; empty where there was none.</summary>
    public ReadOnlyMemory<byte> Id { get; set; }

    /// <summary>The parameters that are not the protocol's own.</summary>
    public List<RequestParameter> Parameters { get; } = [];

    /// <summary>The input tensors, each name once, all admitted by the model.</summary>
    public List<NamedTensor> Inputs { get; } = [];

    /// <summary>The outputs asked for, in that order, each name once; empty for all.</summary>
    public List<RequestedOutput> Outputs { get; } = [];

    /// <summary>Whether outputs that say nothing themselves are answered as bytes.</summary>
    public bool BinaryOutputs { get; set; }

    /// <summary>Whether tensors lie in the body itself, which must then outlive the run.</summary>
    public bool UsesBody { get; set; }

    /// <summary>An input; null where it was not sent.</summary>
    /// <param name="name">Its name.</param>
    public Tensor? Input(string name)
    {
        foreach (NamedTensor input in Inputs)
        {
            if (input.Name == name)
            {
                return input.Tensor;
            }
        }

        return null;
    }

    /// <summary>An output that is asked for by its name; null where it is not.</summary>
    /// <param name="name">Its name.</param>
    public RequestedOutput? Output(string name)
    {
        foreach (RequestedOutput output in Outputs)
        {
            if (output.Name == name)
            {
                return output;
            }
        }

        return null;
    }

    /// <summary>Whether an output is answered as bytes.</summary>
    /// <param name="name">Its name.</param>
    public bool IsBinary(string name) => Output(name)?.Binary ?? BinaryOutputs;
}

/// <summary>What a model answers.</summary>
/// <param name="outputs">The tensors, in the order of the answer.</param>
/// <param name="memory">What the tensors lie in; given back with the answer. Null where the request's scope does that.</param>
internal sealed class InferenceAnswer(IReadOnlyList<NamedTensor> outputs, IDisposable? memory = null) : IDisposable
{
    public IReadOnlyList<NamedTensor> Outputs => outputs;

    /// <summary>Sentences that a careful user would want to read beside the tensors.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How long the request waited for its turn before it was run.</summary>
    public TimeSpan Queued { get; init; }

    /// <summary>The requests that were run together, this one included.</summary>
    public int BatchSize { get; init; } = 1;

    public void Dispose() => memory?.Dispose();
}
