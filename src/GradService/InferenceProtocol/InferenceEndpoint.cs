using System.Diagnostics;
using GradService.Hosting;
using GradService.Hosting.Admission;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary><c>POST /v2/models/{model}[/versions/{version}]/infer</c>: reads the request, runs the model, writes the answer, counts.</summary>
internal sealed class InferenceEndpoint(ModelCatalog models, Limits limits, MemoryBudget budget, CpuGate gate)
{
    private readonly WireLimits _limits = new(limits.MaxJsonDepth, limits.MaxTensorElements);

    public async Task HandleAsync(HttpContext context)
    {
        long begin = Stopwatch.GetTimestamp();
        using InferenceModel model = models.Hold(context);
        try
        {
            await InferAsync(context, model, begin).ConfigureAwait(false);
        }
        catch
        {
            model.Statistics.Failed(begin, Stopwatch.GetTimestamp());
            throw;
        }
    }

    private async Task InferAsync(HttpContext context, InferenceModel model, long begin)
    {
        using var scope = new TensorScope(budget);
        using CpuSlot? slot = model.Enter(gate);
        InferenceHeaders.RequireInference(context.Request);
        long? declared = InferenceHeaders.ReadJsonLength(context.Request);
        Memory<byte> body = await BodyReader.ReadAsync(context, scope, limits, slot, aligned: declared ?? 0).ConfigureAwait(false);
        if (slot is not null)
        {
            await slot.EnterAsync(body.Length, context.RequestAborted).ConfigureAwait(false);
        }

        long bodyRead = Stopwatch.GetTimestamp();
        int? jsonLength = InferenceHeaders.Within(declared, body.Length);
        InferenceRequest request = new InferenceRequestReader(model, _limits).Read(body, jsonLength, scope);
        if (!request.UsesBody)
        {
            scope.GiveBack(body);
        }

        long ready = Stopwatch.GetTimestamp();
        using InferenceAnswer answer = await model.RunAsync(request, scope, context.RequestAborted).ConfigureAwait(false);
        long computed = Stopwatch.GetTimestamp();
        await new InferenceAnswerWriter(model, request, answer).WriteAsync(context, scope, slot).ConfigureAwait(false);
        model.Statistics.Succeeded(new RequestTimes(begin, bodyRead, ready, answer.Queued, computed, Stopwatch.GetTimestamp()), answer.BatchSize);
    }
}
