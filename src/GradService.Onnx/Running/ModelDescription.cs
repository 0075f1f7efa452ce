namespace GradService.Onnx.Running;

/// <summary>What an ONNX file tells of itself, and what it runs on here.</summary>
public sealed record ModelDescription
{
    /// <summary>The inputs, in the file's order.</summary>
    public required IReadOnlyList<TensorSpec> Inputs { get; init; }

    /// <summary>The outputs, in the file's order.</summary>
    public required IReadOnlyList<TensorSpec> Outputs { get; init; }

    /// <summary>The file's own properties (<c>metadata_props</c>), by name.</summary>
    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>The program that exported the model: <c>pytorch</c>. Empty when the file does not say.</summary>
    public required string Producer { get; init; }

    /// <summary>The name of the graph. Empty when the file does not say.</summary>
    public required string Graph { get; init; }

    /// <summary>The file's prose on the model. Empty when there is none.</summary>
    public required string Description { get; init; }

    /// <summary>What the model really runs on.</summary>
    public required ExecutionProvider Provider { get; init; }

    /// <summary>Why that is not the configured one; null when it is.</summary>
    public string? FallbackReason { get; init; }
}
