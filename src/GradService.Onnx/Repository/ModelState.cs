namespace GradService.Onnx.Repository;

/// <summary>Whether a version of a model serves.</summary>
public enum ModelState
{
    /// <summary>It is being fetched, loaded or warmed up and serves when that is done.</summary>
    Loading,

    /// <summary>It serves.</summary>
    Ready,

    /// <summary>It does not serve; the reason is given.</summary>
    Unavailable,
}
