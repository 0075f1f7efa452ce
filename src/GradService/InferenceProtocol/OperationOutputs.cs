using GradService.Catalog;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Which outputs of an operation a request asks for, and what it gets.</summary>
internal sealed class OperationOutputs(Operation operation)
{
    private readonly IReadOnlyList<OutputMember> _members = operation.Signature.Outputs;
    private readonly Dictionary<string, InputMember> _differentiable = operation.Signature.Differentiable.ToDictionary(input => input.Gradient!.Name, StringComparer.Ordinal);

    /// <summary>Refuses what the operation never answers.</summary>
    /// <exception cref="BodyException">An output that there is not.</exception>
    public void Check(IReadOnlyList<RequestedOutput> requested)
    {
        for (int i = 0; i < requested.Count; i++)
        {
            string name = requested[i].Name;
            if (operation.Signature.Output(name) is null)
            {
                string hint = NearestName.Among([.. _members.Select(member => member.Name)], name) is { } near ? $"; did you mean '{near}'?" : ".";
                throw new BodyException(
                    $"outputs[{i}].name",
                    $"'{JsonText.Quote(name)}' is not an output of {operation.Model}{hint} Its outputs are: {string.Join(", ", _members.Select(member => member.Name))}.",
                    BodyException.Malformed);
            }
        }
    }

    /// <summary>The inputs to differentiate by: those whose gradient is both asked for and not declined; null for all.</summary>
    public IReadOnlyList<string>? Gradients(IReadOnlyList<RequestedOutput> requested, OperationRequest request)
    {
        IReadOnlyList<string>? sent = (request as DifferentiableRequest)?.Gradients;
        if (requested.Count == 0)
        {
            return sent;
        }

        var names = new List<string>();
        for (int i = 0; i < requested.Count; i++)
        {
            if (_differentiable.TryGetValue(requested[i].Name, out InputMember? input) && sent?.Contains(input.Name) != false)
            {
                names.Add(input.Name);
            }
        }

        return names;
    }

    /// <summary>The outputs asked for in the order asked for, or all that there are in the order of the response.</summary>
    /// <exception cref="BodyException">One was asked for that this request does not lead to.</exception>
    public List<NamedTensor> Read(object response, IReadOnlyList<RequestedOutput> requested, OperationRequest request, TensorScope scope)
    {
        var outputs = new List<NamedTensor>();
        if (requested.Count == 0)
        {
            foreach (OutputMember member in _members)
            {
                if (member.Get(response) is { } value)
                {
                    outputs.Add(new NamedTensor(member.Name, OutputTensor.Of(value, scope)));
                }
            }

            return outputs;
        }

        for (int i = 0; i < requested.Count; i++)
        {
            OutputMember member = operation.Signature.Output(requested[i].Name)!;
            object value = member.Get(response)
                ?? throw new BodyException($"outputs[{i}].name", $"Output '{member.Name}' is asked for, and this request does not lead to it. {Remedy(member, request)}", BodyException.Malformed);
            outputs.Add(new NamedTensor(member.Name, OutputTensor.Of(value, scope)));
        }

        return outputs;
    }

    private string Remedy(OutputMember output, OperationRequest request)
    {
        InputMember? input = operation.Signature.Differentiable.FirstOrDefault(candidate => candidate.Gradient == output);
        if (input is null)
        {
            return output.Description;
        }

        if (input.Get(request) is null)
        {
            return $"It is the gradient by the input '{input.Name}': send that.";
        }

        if (request is DifferentiableRequest { Gradients: { } names } && !names.Contains(input.Name))
        {
            return $"The parameter gradients leaves '{input.Name}' out: add it there, or do not send gradients.";
        }

        return operation.Signature.Inputs.Any(candidate => candidate.Name == "upstream" && candidate.Get(request) is null)
            ? $"Send the input 'upstream', of the shape of '{operation.Signature.Objective!.Name}': a tensor has a gradient only under one."
            : output.Description;
    }
}
