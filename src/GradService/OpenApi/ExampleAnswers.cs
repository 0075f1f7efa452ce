using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Hosting;
using GradService.Hosting.Admission;
using GradService.Numerics.Tensors;
using GradService.Rest;

namespace GradService.OpenApi;

/// <summary>The answers to the operations' examples, each computed by running it, once.</summary>
internal sealed class ExampleAnswers(Limits limits)
{
    private readonly ConcurrentDictionary<string, byte[]> _answers = new();
    private readonly ConcurrentDictionary<string, byte[]> _checks = new();

    /// <summary>What the operation answers to its example.</summary>
    public JsonNode To(Operation operation) => JsonNode.Parse(_answers.GetOrAdd(operation.Name, _ => ExampleRun.Answer(operation, limits)))!;

    /// <summary>What the gradient check of the operation answers to its example.</summary>
    public JsonNode ToCheck(Operation operation) => JsonNode.Parse(_checks.GetOrAdd(operation.Name, _ => Check(operation)))!;

    // Posted to the endpoint in memory, where nothing is ever waited for.
    private byte[] Check(Operation operation)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(operation.Example));
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = body.Length;
        context.Request.Body = body;
        context.Response.Body = answer;
        new GradcheckEndpoint(operation, limits, MemoryBudget.Unlimited, CpuGate.Of(limits)).HandleAsync(context).GetAwaiter().GetResult();
        return answer.ToArray();
    }
}
