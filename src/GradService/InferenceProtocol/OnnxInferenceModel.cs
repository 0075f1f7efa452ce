using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using GradService.Numerics.Tensors;
using GradService.Onnx;
using GradService.Onnx.Running;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>
/// A version of an exported model, held for a request: the tensors are read by ONNX Runtime where they lie in the body, and answered from
/// where it wrote them. Request-level parameters mean nothing to such a model and are passed over, Triton's <c>timeout</c>,
/// <c>priority</c> and <c>sequence_id</c> among them.
/// </summary>
internal sealed class OnnxInferenceModel(OnnxModel held, ModelStatistics statistics)
    : InferenceModel(held.Name, held.Version.ToString(CultureInfo.InvariantCulture), statistics)
{
    private readonly ModelDescription _description = held.Description;

    public override string Metadata(IReadOnlyList<string> versions) => InferenceAnswers.Text(OnnxMetadata.Of(held, versions));

    public override void Admit(string input, ElementType datatype, string path)
    {
        if (_description.Inputs.FirstOrDefault(spec => spec.Name == input) is not { } spec)
        {
            throw NoSuch("an input", input, $"{path}.name", "inputs", _description.Inputs);
        }

        if (Of(spec.Datatype) != datatype)
        {
            throw new BodyException($"{path}.datatype", $"Input '{input}': expected {spec.Datatype}, received {datatype}.", BodyException.Malformed);
        }
    }

    public override RawInput RawInput() =>
        _description.Inputs is [{ Datatype: not TensorDatatype.BYTES, Dimensions: { } dimensions } only] && dimensions.Count(axis => axis < 0) <= 1
            ? new RawInput(only.Name, Of(only.Datatype), dimensions)
            : throw new BodyException(
                "$",
                $"A raw request ({InferenceHeaders.JsonLength}: 0) needs a model with one input, of numbers, whose shape has at most one open axis; {Name} takes {string.Join(", ", _description.Inputs.Select(spec => $"{spec.Name} {spec.Datatype} {OnnxMetadata.Shape(spec)}"))}. Put JSON before the tensors, and its length in the header.",
                BodyException.Malformed);

    public override async ValueTask<InferenceAnswer> RunAsync(InferenceRequest request, TensorScope scope, CancellationToken cancellation)
    {
        CheckOutputs(request.Outputs);
        ModelInput[] inputs = [.. request.Inputs.Select(Input)];
        string[]? outputs = request.Outputs.Count == 0 ? null : [.. request.Outputs.Select(output => output.Name)];
        try
        {
            ModelResult result = await held.RunAsync(inputs, outputs, cancellation).ConfigureAwait(false);
            return Answer(result, scope);
        }
        catch (ModelException exception) when (exception.Fault == ModelFault.WrongInput)
        {
            // The path needs the request that the tensor stood in, and nobody further out has it.
            int index = request.Inputs.FindIndex(input => input.Name == exception.Tensor);
            throw new BodyException(index < 0 ? "inputs" : $"inputs[{index}]", exception.Message, BodyException.Malformed);
        }
    }

    public override void Dispose()
    {
        held.Dispose();
        base.Dispose();
    }

    // A model alone knows how large its outputs are. Charged once they are there, callers who read slowly cannot pile them up.
    private static InferenceAnswer Answer(ModelResult result, TensorScope scope)
    {
        try
        {
            scope.Reserve(result.Outputs.Sum(output => output.Bytes.Length + output.Strings.Sum(text => (long)text.Length)));
            return new InferenceAnswer([.. result.Outputs.Select(output => new NamedTensor(output.Name, Output(output)))], result)
            {
                Queued = result.QueueTime,
                BatchSize = result.BatchSize,
            };
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private static ModelInput Input(NamedTensor input)
    {
        long[] shape = Array.ConvertAll(input.Tensor.Shape.Lengths.ToArray(), length => (long)length);
        return input.Tensor is BytesTensor strings
            ? new ModelInput(input.Name, shape, strings.Values)
            : new ModelInput(input.Name, (TensorDatatype)input.Tensor.ElementType, shape, input.Tensor.Bytes);
    }

    // A tensor is over memory that may be written; that of an answer never is.
    private static Tensor Output(ModelOutput output)
    {
        var shape = new Shape([.. output.Shape.Select(length => checked((int)length))]);
        return output.Datatype == TensorDatatype.BYTES
            ? new BytesTensor(shape, output.Strings)
            : BinaryTensor.Over(Of(output.Datatype), shape, MemoryMarshal.AsMemory(output.Bytes));
    }

    private void CheckOutputs(List<RequestedOutput> requested)
    {
        for (int i = 0; i < requested.Count; i++)
        {
            string name = requested[i].Name;
            if (!_description.Outputs.Any(spec => spec.Name == name))
            {
                throw NoSuch("an output", name, $"outputs[{i}].name", "outputs", _description.Outputs);
            }
        }
    }

    private BodyException NoSuch(string what, string name, string path, string plural, IReadOnlyList<TensorSpec> specs)
    {
        string[] names = [.. specs.Select(spec => spec.Name)];
        string hint = NearestName.Among(names, name) is { } near ? $"; did you mean '{near}'?" : ".";
        string shown = JsonText.Quote(Encoding.UTF8.GetBytes(name));
        return new BodyException(path, $"'{shown}' is not {what} of {Name}{hint} Its {plural} are: {string.Join(", ", names)}.", BodyException.Malformed);
    }

    // The two enumerations have the same members in the same order, which a test holds.
    private static ElementType Of(TensorDatatype datatype) => (ElementType)datatype;
}
