using GradService.Catalog;
using GradService.Hosting;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Rest;

/// <summary>Reads a JSON body into the request record of one operation.</summary>
internal sealed class RequestReader
{
    private readonly RequestAssembly _assembly;
    private readonly MemberTable _members;
    private readonly WireLimits _limits;

    public RequestReader(Operation operation, Limits limits)
    {
        Signature signature = operation.Signature;
        _assembly = new RequestAssembly(operation);
        _members = new MemberTable(
            [
                .. signature.Inputs.Select(input => new Wire.Member(input.Name, input.Kind)),
                .. signature.Parameters.Select(parameter => new Wire.Member(parameter.Name, null)),
            ],
            MemberAliases.All);
        _limits = limits.Wire;
    }

    /// <summary>The request, and the floating type that it asks to be computed in.</summary>
    /// <param name="body">The body.</param>
    /// <param name="scope">What the tensors are rented from.</param>
    /// <param name="forced">The floating type to read in whatever the body's dtype says.</param>
    /// <exception cref="BodyException">The body is not such a request.</exception>
    public (OperationRequest Request, ElementType Floating) Read(ReadOnlyMemory<byte> body, TensorScope scope, ElementType? forced = null)
    {
        ScannedBody scanned = BodyScanner.Scan(body, _members, scope, _limits, forced);
        OperationRequest request = _assembly.Assemble(scanned.Skeleton.Span, scanned.Tensors.AsSpan(0, _assembly.Operation.Signature.Inputs.Count));
        return (request, scanned.Floating);
    }

    /// <summary>The elements of all tensors of a request.</summary>
    public long Elements(OperationRequest request)
    {
        long elements = 0;
        foreach (InputMember input in _assembly.Operation.Signature.Inputs)
        {
            elements += input.Get(request)?.Length ?? 0;
        }

        return elements;
    }
}
