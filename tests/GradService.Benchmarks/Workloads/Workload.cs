using System.Text;
using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Hosting;
using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Rest;
using Microsoft.Extensions.Configuration;

namespace GradService.Benchmarks.Workloads;

/// <summary>A request to an operation with its tensors in memory: what lies between the reading of a body and the writing of the answer.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Parameters">Its parameters, by their names on the wire.</param>
/// <param name="Tensors">Its inputs, by their names on the wire.</param>
internal sealed record Workload(Operation Operation, JsonObject Parameters, IReadOnlyDictionary<string, Tensor> Tensors)
{
    /// <summary>The elements of the largest input, which the cost should grow with.</summary>
    public long Elements => Tensors.Values.Max(tensor => (long)tensor.Length);

    /// <summary>The example that the catalogue shows of an operation.</summary>
    public static Workload Example(Operation operation)
    {
        var reader = new RequestReader(operation, new Limits(new ConfigurationBuilder().Build()));
        (OperationRequest request, _) = reader.Read(Encoding.UTF8.GetBytes(operation.Example), new TensorScope(MemoryBudget.Unlimited));
        JsonObject parameters = JsonNode.Parse(operation.Example)!.AsObject();
        var tensors = new Dictionary<string, Tensor>();
        foreach (InputMember input in operation.Signature.Inputs)
        {
            parameters.Remove(input.Name);
            if (input.Get(request) is { } tensor)
            {
                tensors[input.Name] = tensor;
            }
        }

        return new Workload(operation, parameters, tensors);
    }

    /// <summary>One run after another, each with a memory scope of its own as a request has.</summary>
    /// <param name="threads">The most threads a run computes on.</param>
    public Action Runs(int threads)
    {
        OperationRequest request = Assemble();
        return () =>
        {
            using var scope = new TensorScope(MemoryBudget.Unlimited);
            Run(request, scope, threads);
        };
    }

    /// <summary>The tensors of the answer, by their names on the wire.</summary>
    /// <param name="threads">The most threads the run computes on.</param>
    public IReadOnlyDictionary<string, Tensor> Answer(int threads)
    {
        object response = Run(Assemble(), new TensorScope(MemoryBudget.Unlimited), threads);
        return Operation.Signature.Outputs
            .Where(output => output.Get(response) is Tensor)
            .ToDictionary(output => output.Name, output => (Tensor)output.Get(response)!);
    }

    private OperationRequest Assemble()
    {
        Tensor?[] tensors = [.. Operation.Signature.Inputs.Select(input => Tensors.GetValueOrDefault(input.Name))];
        return new RequestAssembly(Operation).Assemble(Encoding.UTF8.GetBytes(Parameters.ToJsonString()), tensors);
    }

    private object Run(OperationRequest request, TensorScope scope, int threads)
    {
        ElementType floating = request.Dtype == Dtype.FP64 ? ElementType.FP64 : ElementType.FP32;
        var run = new Evaluation(floating, scope, new Execution(threads), (request as DifferentiableRequest)?.Gradients);
        return Operation.Run(request, run);
    }
}
