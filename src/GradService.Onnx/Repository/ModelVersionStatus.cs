using GradService.Onnx.Running;

namespace GradService.Onnx.Repository;

/// <summary>One version of a model at one moment.</summary>
public sealed record ModelVersionStatus
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>The version, at least 1.</summary>
    public required int Version { get; init; }

    /// <summary>Whether it serves.</summary>
    public required ModelState State { get; init; }

    /// <summary>
    /// What is wrong: why it does not serve or, of a version that does, why the file that now lies in the folder was not taken in its place.
    /// Null when all is well.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>What the file tells of itself; null until it is loaded.</summary>
    public ModelDescription? Description { get; init; }

    /// <summary>What <c>model.json</c> says; null when there is none or the version is not loaded.</summary>
    public ModelManifest? Manifest { get; init; }
}
