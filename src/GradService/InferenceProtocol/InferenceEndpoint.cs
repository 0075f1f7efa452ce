using System.Diagnostics;
using GradService.Hosting;
using GradService.Hosting.Admission;
using GradService.Hosting.Telemetry;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary><c>POST /v2/models/{model}[/versions/{version}]/infer</c>: reads the request, runs the model, writes the answer, counts.</summary>
internal sealed class InferenceEndpoint(ModelCatalog models, Limits limits, MemoryBudget budget, CpuGate gate)
{
    private readonly WireLimits _limits = limits.Wire;

    public async Task HandleAsync(HttpContext context)
    {
        long begin = Stopwatch.GetTimestamp();
        var measure = RequestMeasure.Of(context);
        using InferenceModel model = models.Hold(context);
        measure.Measured = model.Measured;
        using CpuSlot? slot = model.Enter(gate);
        if (slot?.Refusal(context.Request.ContentLength) is { } full)
        {
            model.Statistics.Failed(begin, Stopwatch.GetTimestamp());
            await InferenceErrors.WriteAsync(context, full).ConfigureAwait(false);
            return;
        }

        try
        {
            await InferAsync(context, measure, model, slot, begin).ConfigureAwait(false);
        }
        catch
        {
            model.Statistics.Failed(begin, Stopwatch.GetTimestamp());
            throw;
        }
    }

    private async Task InferAsync(HttpContext context, RequestMeasure measure, InferenceModel model, CpuSlot? slot, long begin)
    {
        using var scope = new TensorScope(budget);
        InferenceHeaders.RequireInference(context.Request);
        long? declared = InferenceHeaders.ReadJsonLength(context.Request);
        long bodyRead;
        InferenceRequest request;
        using (Spans.Parse())
        {
            Memory<byte> body = await BodyReader.ReadAsync(context, scope, limits, slot, aligned: declared ?? 0).ConfigureAwait(false);
            if (slot is not null)
            {
                await slot.EnterAsync(body.Length, context.RequestAborted).ConfigureAwait(false);
            }

            bodyRead = Stopwatch.GetTimestamp();
            int? jsonLength = InferenceHeaders.Within(declared, body.Length);
            request = new InferenceRequestReader(model, _limits).Read(body, jsonLength, scope);
            if (!request.UsesBody)
            {
                scope.GiveBack(body);
            }
        }

        measure.Received(Elements(request.Inputs));
        long ready = Stopwatch.GetTimestamp();
        using InferenceAnswer answer = await ComputeAsync(model, request, scope, context.RequestAborted).ConfigureAwait(false);
        long computed = Stopwatch.GetTimestamp();
        measure.Computed(Stopwatch.GetElapsedTime(ready, computed) - answer.Queued);
        using (Spans.Write())
        {
            await new InferenceAnswerWriter(model, request, answer).WriteAsync(context, scope, slot).ConfigureAwait(false);
        }

        measure.Answered(Elements(answer.Outputs));
        model.Statistics.Succeeded(new RequestTimes(begin, bodyRead, ready, answer.Queued, computed, Stopwatch.GetTimestamp()), answer.BatchSize);
    }

    private static async ValueTask<InferenceAnswer> ComputeAsync(InferenceModel model, InferenceRequest request, TensorScope scope, CancellationToken cancellation)
    {
        using Activity? computing = Spans.Compute();
        return await model.RunAsync(request, scope, cancellation).ConfigureAwait(false);
    }

    private static long Elements(IReadOnlyList<NamedTensor> tensors)
    {
        long elements = 0;
        for (int i = 0; i < tensors.Count; i++)
        {
            elements += tensors[i].Tensor.Length;
        }

        return elements;
    }
}
