using System.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Catalog;

/// <summary>One operation of the service. Every door to it is derived from what stands here and in its two records.</summary>
public abstract class Operation
{
    private Signature? _signature;
    private bool? _hasGradients;

    private protected Operation()
    {
    }

    /// <summary>Family and operation as in the address: <c>losses/cross-entropy</c>.</summary>
    public abstract string Name { get; }

    /// <summary>A request body that runs, as shown in Swagger UI and in the catalogue.</summary>
    public abstract string Example { get; }

    /// <summary>The name as an OIP model: <c>losses.cross_entropy</c>.</summary>
    public string Model => field ??= Name.Replace('/', '.').Replace('-', '_');

    /// <summary>The part of the name before the slash.</summary>
    public string Family => Name[..Name.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>The members of the request and the response, read off the records.</summary>
    public Signature Signature => _signature ??= Signature.Read(this);

    /// <summary>Whether there are gradients to ask for: an input is differentiable.</summary>
    public bool HasGradients => _hasGradients ??= RequestType.GetProperties().Any(property => property.IsDefined(typeof(DifferentiableAttribute), inherit: false));

    /// <summary>Whether a short request may take long: one that repeats until it converges, or whose answer is far larger than itself.</summary>
    public virtual bool IsLong => false;

    internal abstract Type RequestType { get; }

    internal abstract Type ResponseType { get; }

    internal abstract object Run(object request, Evaluation run);
}

/// <summary>An operation from one record to another.</summary>
/// <typeparam name="TRequest">Tensors (inputs) and scalars (parameters).</typeparam>
/// <typeparam name="TResponse">Tensors, scalars and lists of sentences.</typeparam>
public abstract class Operation<TRequest, TResponse> : Operation
    where TRequest : OperationRequest
    where TResponse : class
{
    internal sealed override Type RequestType => typeof(TRequest);

    internal sealed override Type ResponseType => typeof(TResponse);

    /// <summary>Computes the answer.</summary>
    /// <typeparam name="T">float or double, as the request's dtype says.</typeparam>
    /// <param name="request">The request, its required members set.</param>
    /// <param name="run">Memory, execution, wanted gradients and warnings.</param>
    /// <exception cref="Numerics.OperandException">An operand is wrong.</exception>
    protected abstract TResponse Evaluate<T>(TRequest request, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    internal sealed override object Run(object request, Evaluation run)
    {
        TResponse response = run.Floating == ElementType.FP64 ? Evaluate<double>((TRequest)request, run) : Evaluate<float>((TRequest)request, run);
        if (run.Held is null)
        {
            NonFiniteResults.Warn(Signature, request, response, run);
        }

        return response;
    }
}
