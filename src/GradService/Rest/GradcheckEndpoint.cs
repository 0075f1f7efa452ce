using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Hosting;
using GradService.Hosting.Admission;
using GradService.Hosting.Telemetry;
using GradService.Numerics.Checking;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Rest;

/// <summary><c>POST /v1/gradcheck/{family}/{operation}</c>: an operation's gradients against finite differences of the caller's own request.</summary>
internal sealed class GradcheckEndpoint(Operation operation, Limits limits, MemoryBudget budget, CpuGate gate)
{
    private readonly Lazy<RequestReader> _reader = new(() => new RequestReader(operation, limits));

    public async Task HandleAsync(HttpContext context)
    {
        var measure = RequestMeasure.Of(context);
        using var slot = new CpuSlot(gate.ForLongWork);
        if (slot.Refusal(context.Request.ContentLength) is { } full)
        {
            await Problems.WriteAsync(context, full).ConfigureAwait(false);
            return;
        }

        using var scope = new TensorScope(budget);
        OperationRequest? request = null;
        GradientReport report;
        try
        {
            MediaTypes.RequireJson(context.Request);
            using (Spans.Parse())
            {
                Memory<byte> body = await BodyReader.ReadAsync(context, scope, limits, slot).ConfigureAwait(false);
                await slot.EnterAsync(body.Length, context.RequestAborted).ConfigureAwait(false);
                (request, _) = _reader.Value.Read(body, scope, ElementType.FP64);
            }

            measure.Received(_reader.Value.Elements(request));
            long began = Stopwatch.GetTimestamp();
            using (Spans.Compute())
            {
                report = new GradientChecker(operation, request, scope, context.RequestAborted).Check();
            }

            measure.Computed(Stopwatch.GetElapsedTime(began));
        }
        catch (Exception exception) when (Fault.Of(exception, operation, request) is { } fault)
        {
            await Problems.WriteAsync(context, fault).ConfigureAwait(false);
            return;
        }

        using Activity? writing = Spans.Write();
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(Json(report).ToJsonString(), context.RequestAborted).ConfigureAwait(false);
        measure.Answered(0);
    }

    private static JsonObject Json(GradientReport report)
    {
        var answer = new JsonObject
        {
            ["passed"] = report.Passed,
            ["step"] = Number(GradientCheck.DefaultStep),
            ["tolerance"] = Number(GradientCheck.DefaultTolerance),
            ["inputs"] = new JsonArray([.. report.Inputs.Select(found => (JsonNode)Json(found.Input, found.Shape, found.Result))]),
            ["held"] = new JsonArray([.. report.Held.Select(choice => (JsonNode)choice)]),
        };
        if (report.Remarks.Count > 0)
        {
            answer["warnings"] = new JsonArray([.. report.Remarks.Select(remark => (JsonNode)remark)]);
        }

        return answer;
    }

    private static JsonObject Json(InputMember input, Shape shape, GradientCheckResult result) => new JsonObject
    {
        ["name"] = input.Name,
        ["passed"] = result.Passed,
        ["max_absolute_error"] = Number(result.MaxAbsoluteError),
        ["max_relative_error"] = Number(result.MaxRelativeError),
        ["position"] = result.Position < 0 ? null : new JsonArray([.. shape.Unravel(result.Position).Select(index => (JsonNode)index)]),
        ["analytic"] = Number(result.Analytic),
        ["numeric"] = Number(result.Numeric),
        ["checked"] = result.Checked,
        ["elements"] = result.Elements,
    };

    private static JsonNode Number(double value)
    {
        if (!double.IsFinite(value))
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }

        Span<byte> text = stackalloc byte[NumberFormatter.Room];
        return JsonNode.Parse(text[..NumberFormatter.Write(value, text)])!;
    }
}
