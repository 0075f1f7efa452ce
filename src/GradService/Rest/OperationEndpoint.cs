using System.Diagnostics;
using GradService.Catalog;
using GradService.Hosting;
using GradService.Hosting.Admission;
using GradService.Hosting.Telemetry;
using GradService.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Rest;

/// <summary><c>POST /v1/{family}/{operation}</c>: the REST door to one operation.</summary>
internal sealed class OperationEndpoint(Operation operation, Limits limits, MemoryBudget budget, CpuGate gate)
{
    // Made for the first request, so that the start does not wait for all operations.
    private readonly Lazy<RequestReader> _reader = new(() => new RequestReader(operation, limits));
    private readonly Lazy<AnswerWriter> _writer = new(() => new AnswerWriter(operation));

    public async Task HandleAsync(HttpContext context)
    {
        var measure = RequestMeasure.Of(context);
        using var slot = new CpuSlot(operation.IsLong ? gate.ForLongWork : gate);
        if (slot.Refusal(context.Request.ContentLength) is { } full)
        {
            await Problems.WriteAsync(context, full).ConfigureAwait(false);
            return;
        }

        using var scope = new TensorScope(budget);
        OperationRequest? request = null;
        Evaluation run;
        object response;
        string? pictureType;
        ReadOnlyMemory<byte> picture = default;
        try
        {
            MediaTypes.RequireJson(context.Request);
            pictureType = PictureChoice.Of(context.Request, operation);
            ElementType floating;
            using (Spans.Parse())
            {
                Memory<byte> body = await BodyReader.ReadAsync(context, scope, limits, slot).ConfigureAwait(false);
                await slot.EnterAsync(body.Length, context.RequestAborted).ConfigureAwait(false);
                (request, floating) = _reader.Value.Read(body, scope);
                scope.GiveBack(body);
            }

            measure.Received(_reader.Value.Elements(request));
            run = new Evaluation(
                floating,
                scope,
                new Execution(limits.Threads, context.RequestAborted) { Budget = budget },
                (request as DifferentiableRequest)?.Gradients);
            long began = Stopwatch.GetTimestamp();
            using (Spans.Compute())
            {
                response = operation.Run(request, run);
            }

            measure.Computed(Stopwatch.GetElapsedTime(began));
            if (pictureType is not null)
            {
                picture = ((IPictured)operation).Draw(request, response, pictureType, scope);
            }
        }
        catch (Exception exception) when (Fault.Of(exception, operation, request) is { } fault)
        {
            await Problems.WriteAsync(context, fault).ConfigureAwait(false);
            return;
        }

        if (operation is IPictured)
        {
            context.Response.Headers.Append("Vary", "Accept");
        }

        using Activity? writing = Spans.Write();
        if (pictureType is not null)
        {
            context.Response.ContentType = pictureType;
            await slot.Writer(context.Response.BodyWriter).WriteAsync(picture, context.RequestAborted).ConfigureAwait(false);
            measure.Answered(0);
            return;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        measure.Answered(await _writer.Value.WriteAsync(slot.Writer(context.Response.BodyWriter), response, run, request.TensorFormat, context.RequestAborted).ConfigureAwait(false));
    }
}
