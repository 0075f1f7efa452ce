using GradService.Numerics.Tensors;

namespace GradService.Catalog;

/// <summary>An operation that can answer with a picture as well as with numbers, as the caller's <c>Accept</c> says.</summary>
public interface IPictured
{
    /// <summary>The media types of the pictures, the preferred one first: <c>image/png</c>.</summary>
    IReadOnlyList<string> PictureTypes { get; }

    /// <summary>Draws an answer.</summary>
    /// <param name="request">The operation's request.</param>
    /// <param name="response">What the operation answered to it.</param>
    /// <param name="mediaType">One of <see cref="PictureTypes"/>.</param>
    /// <param name="memory">What memory for the drawing is charged to.</param>
    /// <returns>The picture's bytes.</returns>
    ReadOnlyMemory<byte> Draw(object request, object response, string mediaType, TensorScope memory);
}

/// <summary>An operation from one record to another that can draw what it answers.</summary>
/// <typeparam name="TRequest">Tensors (inputs) and scalars (parameters).</typeparam>
/// <typeparam name="TResponse">Tensors, scalars and lists of sentences.</typeparam>
public abstract class PicturedOperation<TRequest, TResponse> : Operation<TRequest, TResponse>, IPictured
    where TRequest : OperationRequest
    where TResponse : class
{
    /// <inheritdoc/>
    public abstract IReadOnlyList<string> PictureTypes { get; }

    ReadOnlyMemory<byte> IPictured.Draw(object request, object response, string mediaType, TensorScope memory) =>
        Draw((TRequest)request, (TResponse)response, mediaType, memory);

    /// <summary>Draws an answer. Its tensors and the request's are still there.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The answer to it.</param>
    /// <param name="mediaType">One of <see cref="PictureTypes"/>.</param>
    /// <param name="memory">What memory for the drawing is charged to.</param>
    /// <returns>The picture's bytes.</returns>
    protected abstract ReadOnlyMemory<byte> Draw(TRequest request, TResponse response, string mediaType, TensorScope memory);
}
