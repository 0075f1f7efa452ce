namespace GradService.Onnx;

/// <summary>The one error that models answer with. Every other exception out of this library, but a caller's own cancellation, is a defect of the library.</summary>
public sealed class ModelException : Exception
{
    /// <summary>Says why a model does not answer.</summary>
    /// <param name="fault">The kind of fault.</param>
    /// <param name="message">A sentence: what was found, what was expected and, where one is likely, the fix.</param>
    /// <param name="cause">What was caught, if anything.</param>
    public ModelException(ModelFault fault, string message, Exception? cause = null)
        : base(message, cause) => Fault = fault;

    /// <summary>The kind of fault.</summary>
    public ModelFault Fault { get; }

    /// <summary>The input or output that is wrong, for <see cref="ModelFault.WrongInput"/>; null when it is none of them by itself.</summary>
    public string? Tensor { get; init; }

    /// <summary>When it is worth trying again, at least one second; for <see cref="ModelFault.Busy"/> and <see cref="ModelFault.CircuitOpen"/>.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
