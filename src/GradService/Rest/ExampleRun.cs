using System.IO.Pipelines;
using System.Text;
using GradService.Catalog;
using GradService.Hosting;
using GradService.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Rest;

/// <summary>Runs an operation's example as if it had been posted, so that the answers shown are real ones.</summary>
internal static class ExampleRun
{
    public static byte[] Answer(Operation operation, Limits limits)
    {
        using var scope = new TensorScope(MemoryBudget.Unlimited);
        (OperationRequest request, ElementType floating) = new RequestReader(operation, limits).Read(Encoding.UTF8.GetBytes(operation.Example), scope);
        var run = new Evaluation(floating, scope, new Execution(1), (request as DifferentiableRequest)?.Gradients);
        using var answer = new MemoryStream();
        PipeWriter writer = PipeWriter.Create(answer);

        // Into memory: done when it returns.
        new AnswerWriter(operation).WriteAsync(writer, operation.Run(request, run), run, request.TensorFormat, default).AsTask().GetAwaiter().GetResult();
        return answer.ToArray();
    }
}
