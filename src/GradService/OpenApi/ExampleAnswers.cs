using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Hosting;
using GradService.Rest;

namespace GradService.OpenApi;

/// <summary>The answers to the operations' examples, each computed by running it, once.</summary>
internal sealed class ExampleAnswers(Limits limits)
{
    private readonly ConcurrentDictionary<string, byte[]> _answers = new();

    public JsonNode To(Operation operation) => JsonNode.Parse(_answers.GetOrAdd(operation.Name, _ => ExampleRun.Answer(operation, limits)))!;
}
