using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Numerics.Tensors;
using GradService.Onnx.Pictures;
using GradService.Onnx.Running;
using GradService.Operations.Segmentation;
using GradService.Wire;

namespace GradService.Models;

/// <summary>Answers an evaluation as JSON: the loss, a table of the classes, the metrics, and what else was asked for.</summary>
internal static class EvaluateAnswer
{
    /// <returns>The elements of the tensors written.</returns>
    public static async Task<long> WriteAsync(HttpContext context, OnnxModel model, PictureModel takes, Evaluated found, TensorFormat format)
    {
        var answer = new ModelAnswer(context, format);
        answer.Member("model", model.Name);
        answer.Member("version", model.Version);
        await answer.MemberAsync("loss", found.Loss.Loss).ConfigureAwait(false);
        await answer.MemberAsync("denominator", found.Loss.Denominator).ConfigureAwait(false);
        answer.Member("counted", found.Loss.Counted);
        if (found.Metrics is { } metrics)
        {
            int classes = metrics.Iou.Length;
            await answer.ListAsync("classes", Enumerable.Range(0, classes), (c, writer) => Row(c, takes.ClassNames(classes)[c], metrics, writer)).ConfigureAwait(false);
            await answer.ObjectAsync("metrics",
            [
                ("mean_iou", metrics.MeanIou),
                ("frequency_weighted_iou", metrics.FrequencyWeightedIou),
                ("pixel_accuracy", metrics.PixelAccuracy),
                ("confusion", metrics.Confusion),
            ]).ConfigureAwait(false);
        }

        if (found.Warnings.Count > 0)
        {
            answer.Member("warnings", new JsonArray([.. found.Warnings.Select(sentence => (JsonNode)sentence)]));
        }

        if (found.Loss.GradLogits is { } gradient)
        {
            await answer.MemberAsync("grad_logits", gradient).ConfigureAwait(false);
        }

        if (found.Logits is { } logits)
        {
            await answer.MemberAsync("logits", logits).ConfigureAwait(false);
        }

        await answer.EndAsync().ConfigureAwait(false);
        return answer.Elements;
    }

    private static ValueTask Row(int c, string name, SegmentationMetricsResponse metrics, PipeWriter writer)
    {
        long pixels = 0;
        foreach (long count in ((Tensor<long>)metrics.Confusion).Span.Slice(c * metrics.Iou.Length, metrics.Iou.Length))
        {
            pixels += count;
        }

        writer.Write(JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["class"] = c, ["name"] = name, ["pixels"] = pixels }, ModelAnswer.Readable).AsSpan()[..^1]);
        foreach ((string score, Tensor values) in (ReadOnlySpan<(string, Tensor)>)[("iou", metrics.Iou), ("dice", metrics.Dice), ("precision", metrics.Precision), ("recall", metrics.Recall)])
        {
            writer.Write(System.Text.Encoding.ASCII.GetBytes($",\"{score}\":"));
            TensorWriter.Write(values.Part(Shape.Scalar, c), TensorFormat.Nested, writer);
        }

        writer.Write("}"u8);
        return ValueTask.CompletedTask;
    }
}
