namespace GradService.Onnx.Running;

/// <summary>What an ONNX file says of one of its inputs or outputs.</summary>
/// <param name="Name">The name.</param>
/// <param name="Datatype">The type of the elements.</param>
/// <param name="Dimensions">The length of each axis, -1 where the file leaves it open; null when it does not even say how many axes there are.</param>
/// <param name="Symbols">For each axis the name of its open length (<c>batch</c>), or null where it is fixed or has no name; null as <paramref name="Dimensions"/>.</param>
public sealed record TensorSpec(string Name, TensorDatatype Datatype, IReadOnlyList<long>? Dimensions, IReadOnlyList<string?>? Symbols);
