using System.Diagnostics;
using GradService.Hosting;
using GradService.Hosting.Telemetry;
using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;
using GradService.Operations;
using GradService.Operations.Losses;
using GradService.Rest;

namespace GradService.Models;

/// <summary><c>POST /v1/models/{name}/evaluate</c>: from labelled pictures to loss, metrics and gradient.</summary>
internal sealed class EvaluateEndpoint(ModelRepository repository, OperationCatalog catalog, Limits limits, MemoryBudget budget)
{
    // Made for the first request, so that the start does not wait for it.
    private readonly Lazy<EvaluateRequestReader> _reader = new(() => new EvaluateRequestReader(new EvaluateMembers(catalog), limits, new PictureReader(limits, budget)));

    public async Task HandleAsync(HttpContext context)
    {
        var measure = RequestMeasure.Of(context);
        using var scope = new TensorScope(budget);
        CrossEntropyRequest? loss = null;
        try
        {
            using OnnxModel model = ModelAddress.Acquire(context, repository);
            PictureModel takes = PictureModel.Of(model.Name, model.Description, model.Manifest);
            model.RefuseIfFull();
            AcceptedType.Of(context.Request, [ModelAnswer.MediaType]);
            EvaluateRequest request;
            using (Spans.Parse())
            {
                request = await _reader.Value.ReadAsync(context, takes, scope).ConfigureAwait(false);
            }

            measure.Received(request.Pictures.Elements + request.Loss.Labels.Length);
            loss = request.Loss;
            var execution = new Execution(limits.Threads, context.RequestAborted);
            Evaluated found;
            long began = Stopwatch.GetTimestamp();
            using (Spans.Compute())
            using (ModelScores scores = await PictureRun.RunAsync(model, takes, request.Pictures, scope, execution).ConfigureAwait(false))
            {
                Tensor logits = scores.Full(request.ClassesFirst, scope, execution);
                loss = request.Loss with { Logits = request.Floating == ElementType.FP64 ? logits.ToFloating<double>(scope, "logits") : logits };
                found = Evaluated.Of(request, loss, scores.Labels(scope, execution), scores.Classes, catalog, scope, execution);
                measure.Computed(Stopwatch.GetElapsedTime(began) - scores.QueueTime);
            }

            using Activity? writing = Spans.Write();
            measure.Answered(await EvaluateAnswer.WriteAsync(context, model, takes, found, loss.TensorFormat).ConfigureAwait(false));
        }
        catch (Exception exception) when (Fault.Of(exception, _reader.Value.Operation, loss) is { } fault)
        {
            await Problems.WriteAsync(context, fault).ConfigureAwait(false);
        }
    }
}
