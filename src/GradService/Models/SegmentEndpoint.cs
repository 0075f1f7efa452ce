using System.Diagnostics;
using GradService.Hosting;
using GradService.Hosting.Telemetry;
using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;
using GradService.Rest;
using GradService.Wire;

namespace GradService.Models;

/// <summary><c>POST /v1/models/{name}/segment</c>: from a picture to the class of each pixel.</summary>
internal sealed class SegmentEndpoint(ModelRepository repository, Limits limits, MemoryBudget budget)
{
    private const string View = "view";
    private const string Format = "tensor_format";

    private readonly SegmentRequestReader _reader = new(limits, new PictureReader(limits, budget));

    /// <summary>What may stand behind the address.</summary>
    public static QueryNames Query { get; } = new([View, Format]);

    public async Task HandleAsync(HttpContext context)
    {
        var measure = RequestMeasure.Of(context);
        using var scope = new TensorScope(budget);
        try
        {
            using OnnxModel model = ModelAddress.Acquire(context, repository);
            PictureModel takes = PictureModel.Of(model.Name, model.Description, model.Manifest);
            model.RefuseIfFull();
            var view = QueryChoice.Of<SegmentView>(context.Request, View);
            var format = QueryChoice.Of<TensorFormat>(context.Request, Format);

            // Before the upload; a PNG holds one picture, so for several the choice is made again.
            _ = AcceptedType.Of(context.Request, [SegmentPicture.MediaType, ModelAnswer.MediaType]);
            SentPictures pictures;
            using (Spans.Parse())
            {
                pictures = await _reader.ReadAsync(context, scope).ConfigureAwait(false);
            }

            measure.Received(pictures.Elements);
            string answer = AcceptedType.Of(context.Request, pictures.Count == 1 ? [SegmentPicture.MediaType, ModelAnswer.MediaType] : [ModelAnswer.MediaType]);
            var execution = new Execution(limits.Threads, context.RequestAborted);
            Segmented found;
            long began = Stopwatch.GetTimestamp();
            using (Spans.Compute())
            {
                using ModelScores scores = await PictureRun.RunAsync(model, takes, pictures, scope, execution).ConfigureAwait(false);
                found = new Segmented(model, takes, pictures, scores.Classes, scores.Labels(scope, execution));
                measure.Computed(Stopwatch.GetElapsedTime(began) - scores.QueueTime);
            }

            using Activity? writing = Spans.Write();
            context.Response.Headers.Append("Vary", "Accept");
            if (answer == ModelAnswer.MediaType)
            {
                await SegmentNumbers.WriteAsync(context, found, format, scope).ConfigureAwait(false);
                measure.Answered(found.Labels.Length);
                return;
            }

            byte[] picture = SegmentPicture.Draw(found, view, scope);
            context.Response.ContentType = SegmentPicture.MediaType;
            await context.Response.BodyWriter.WriteAsync(picture, context.RequestAborted).ConfigureAwait(false);
            measure.Answered(found.Labels.Length);
        }
        catch (Exception exception) when (Fault.Of(exception) is { } fault)
        {
            await Problems.WriteAsync(context, fault).ConfigureAwait(false);
        }
    }
}
