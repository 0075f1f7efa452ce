namespace GradService.Onnx;

/// <summary>Why a model does not answer.</summary>
public enum ModelFault
{
    /// <summary>Models are not served: <see cref="OnnxOptions.Enabled"/> is false.</summary>
    Disabled,

    /// <summary>There is no such model or no such version of it.</summary>
    NotFound,

    /// <summary>The model or version is there but not loaded: it is unloaded, still loading, or broken.</summary>
    Unavailable,

    /// <summary>An input or the name of a wanted output is wrong: the caller can mend it.</summary>
    WrongInput,

    /// <summary>As many runs as are allowed are running and waiting.</summary>
    Busy,

    /// <summary>The circuit is open: the model has failed time after time and is left alone for a while.</summary>
    CircuitOpen,

    /// <summary>The run took longer than it may and was stopped.</summary>
    TimedOut,

    /// <summary>The model itself failed.</summary>
    Failed,
}
