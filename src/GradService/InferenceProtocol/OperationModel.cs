using GradService.Catalog;
using GradService.Hosting;
using GradService.Hosting.Admission;
using GradService.Hosting.Telemetry;
using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>
/// An operation as a model: its tensors are inputs and outputs, its scalars request-level parameters, the scalars of its answer
/// outputs of shape []. All of it is read off the signature, and the run is that of the REST door.
/// </summary>
internal sealed class OperationModel(Operation operation, Limits limits) : InferenceModel(operation.Model, "1", new ModelStatistics())
{
    // Made for the first request, so that the start does not wait for all operations.
    private readonly Lazy<RequestAssembly> _assembly = new(() => new RequestAssembly(operation));
    private readonly Lazy<OperationParameters> _parameters = new(() => new OperationParameters(operation));
    private readonly Lazy<OperationOutputs> _outputs = new(() => new OperationOutputs(operation));
    private readonly Lazy<string> _metadata = new(() => InferenceAnswers.Text(OperationMetadata.Of(operation)));

    public override Measured Measured { get; } = new(Door.InferenceProtocol, operation.Name);

    public override CpuSlot Enter(CpuGate gate) => new(operation.IsLong ? gate.ForLongWork : gate);

    public override string Metadata(IReadOnlyList<string> versions) => _metadata.Value;

    public override void Admit(string input, ElementType datatype, string path)
    {
        Signature signature = operation.Signature;
        if (signature.Input(input) is null)
        {
            string shown = JsonText.Quote(input);
            throw new BodyException($"{path}.name", $"'{shown}' is not an input of {Name}{Hint(input)} Its inputs are: {Names(signature.Inputs)}.", BodyException.Malformed);
        }

        if (datatype == ElementType.BYTES)
        {
            throw new BodyException($"{path}.datatype", $"Input '{input}': BYTES cannot be read as numbers.", BodyException.Malformed);
        }
    }

    public override RawInput RawInput()
    {
        InputMember[] required = [.. operation.Signature.Inputs.Where(input => input.IsRequired)];
        return required is [{ Kind: TensorKind.Floating } only]
            ? new RawInput(only.Name, ElementType.FP32, [-1])
            : throw new BodyException(
                "$",
                $"A raw request ({InferenceHeaders.JsonLength}: 0) needs a model with one required input, of floating-point numbers; {Name} requires {(required.Length == 0 ? "none" : Names(required))}. Put JSON before the tensors, and its length in the header.",
                BodyException.Malformed);
    }

    /// <summary>Runs the operation before it returns: there is nothing to wait for.</summary>
    public override ValueTask<InferenceAnswer> RunAsync(InferenceRequest request, TensorScope scope, CancellationToken cancellation) =>
        ValueTask.FromResult(Run(request, scope, cancellation));

    private InferenceAnswer Run(InferenceRequest request, TensorScope scope, CancellationToken cancellation)
    {
        _outputs.Value.Check(request.Outputs);
        OperationRequest bound = Bind(request, scope, out ElementType floating);
        var run = new Evaluation(floating, scope, new Execution(limits.Threads, cancellation) { Budget = scope.Budget }, _outputs.Value.Gradients(request.Outputs, bound));
        try
        {
            object response = operation.Run(bound, run);
            return new InferenceAnswer(_outputs.Value.Read(response, request.Outputs, bound, scope)) { Warnings = run.Warnings };
        }
        catch (OperandException exception)
        {
            // The path needs the request that the operand stood in, and nobody further out has it.
            Fault fault = Fault.Of(exception, operation, bound)!;
            throw new BodyException(fault.Path, fault.Message, fault.Status);
        }
    }

    private OperationRequest Bind(InferenceRequest request, TensorScope scope, out ElementType floating)
    {
        IReadOnlyList<InputMember> inputs = operation.Signature.Inputs;
        var tensors = new Tensor?[inputs.Count];
        bool wide = false;
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = request.Input(inputs[i].Name);
            wide |= tensors[i]?.ElementType == ElementType.FP64;
        }

        ReadOnlyMemory<byte> parameters = _parameters.Value.Skeleton(request.Parameters, wide ? Dtype.FP64 : Dtype.FP32);
        OperationRequest bound = _assembly.Value.Assemble(parameters.Span, tensors);
        floating = bound.Dtype == Dtype.FP64 ? ElementType.FP64 : ElementType.FP32;
        for (int i = 0; i < tensors.Length; i++)
        {
            if (tensors[i] is { } tensor)
            {
                inputs[i].Set(bound, ElementConversion.To(tensor, inputs[i].Kind, floating, scope, inputs[i].Name));
            }
        }

        return bound;
    }

    private string Hint(string input)
    {
        if (operation.Signature.Parameters.Any(parameter => parameter.Name == input))
        {
            return ": it is a parameter and belongs among the request's parameters.";
        }

        IEnumerable<string> names = operation.Signature.Inputs.Select(member => member.Name);
        return OperationParameters.Meant(input, [.. names]) is { } meant ? $"; did you mean '{meant}'?" : ".";
    }

    private static string Names(IEnumerable<InputMember> members) => string.Join(", ", members.Select(member => member.Name));
}
