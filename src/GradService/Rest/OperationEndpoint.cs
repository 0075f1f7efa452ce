using GradService.Catalog;
using GradService.Hosting;
using GradService.Hosting.Admission;
using GradService.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Rest;

/// <summary><c>POST /v1/{family}/{operation}</c>: the REST door to one operation.</summary>
internal sealed class OperationEndpoint(Operation operation, Limits limits, MemoryBudget budget, CpuGate gate)
{
    private readonly RequestReader _reader = new(operation, limits);
    private readonly AnswerWriter _writer = new(operation);

    public async Task HandleAsync(HttpContext context)
    {
        using var scope = new TensorScope(budget);
        using var slot = new CpuSlot(operation.IsLong ? gate.ForLongWork : gate);
        OperationRequest? request = null;
        Evaluation run;
        object response;
        string? pictureType;
        ReadOnlyMemory<byte> picture = default;
        try
        {
            MediaTypes.RequireJson(context.Request);
            pictureType = PictureChoice.Of(context.Request, operation);
            Memory<byte> body = await BodyReader.ReadAsync(context, scope, limits, slot).ConfigureAwait(false);
            await slot.EnterAsync(body.Length, context.RequestAborted).ConfigureAwait(false);
            (request, ElementType floating) = _reader.Read(body, scope);
            scope.GiveBack(body);
            run = new Evaluation(
                floating,
                scope,
                new Execution(limits.Threads, context.RequestAborted) { Budget = budget },
                (request as DifferentiableRequest)?.Gradients);
            response = operation.Run(request, run);
            if (pictureType is not null)
            {
                picture = ((IPictured)operation).Draw(request, response, pictureType);
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

        if (pictureType is not null)
        {
            context.Response.ContentType = pictureType;
            await slot.Writer(context.Response.BodyWriter).WriteAsync(picture, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        await _writer.WriteAsync(slot.Writer(context.Response.BodyWriter), response, run, request.TensorFormat, context.RequestAborted).ConfigureAwait(false);
    }
}
