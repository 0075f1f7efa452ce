using Microsoft.ML.OnnxRuntime;

namespace GradService.Onnx.Running;

/// <summary>Reads off a session what its file tells of itself.</summary>
internal static class SessionDescription
{
    /// <exception cref="ModelException">Unavailable: an input or output is no tensor of a known type.</exception>
    public static ModelDescription Of(InferenceSession session, IReadOnlySet<string> unranked, ExecutionProvider provider, string? reason)
    {
        ModelMetadata metadata = session.ModelMetadata;
        return new ModelDescription
        {
            Inputs = [.. session.InputNames.Select(name => Spec("input", name, session.InputMetadata[name], unranked))],
            Outputs = [.. session.OutputNames.Select(name => Spec("output", name, session.OutputMetadata[name], unranked))],
            Properties = metadata.CustomMetadataMap,
            Producer = metadata.ProducerName,
            Graph = metadata.GraphName,
            Description = metadata.Description.Length > 0 ? metadata.Description : metadata.GraphDescription,
            Provider = provider,
            FallbackReason = reason,
        };
    }

    private static TensorSpec Spec(string role, string name, NodeMetadata metadata, IReadOnlySet<string> unranked)
    {
        if (!metadata.IsTensor)
        {
            throw new ModelException(ModelFault.Unavailable, $"The {role} '{name}' is {metadata.OnnxValueType}; only tensors can be sent.");
        }

        TensorDatatype datatype = metadata.ElementDataType.Datatype()
            ?? throw new ModelException(ModelFault.Unavailable, $"The {role} '{name}' has elements of type {metadata.ElementDataType}; there is no datatype for them.");
        if (metadata.Dimensions.Length == 0 && unranked.Contains(name))
        {
            return new TensorSpec(name, datatype, null, null);
        }

        return new TensorSpec(
            name,
            datatype,
            [.. metadata.Dimensions.Select(length => (long)length)],
            [.. metadata.SymbolicDimensions.Select(symbol => symbol.Length == 0 ? null : symbol)]);
    }
}
