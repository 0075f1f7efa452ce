using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Operations;
using GradService.Operations.Losses;
using GradService.Operations.Segmentation;

namespace GradService.Models;

/// <summary>What a model is worth on labelled pictures: computed by the operations that anybody can post the logits to.</summary>
/// <param name="Logits">The model's scores at the pictures' size, where the caller wants them.</param>
/// <param name="Loss">What <c>losses/cross-entropy</c> answers.</param>
/// <param name="Metrics">What <c>segmentation/metrics</c> answers; null when the labels are class probabilities.</param>
/// <param name="Warnings">What both warn of.</param>
internal sealed record Evaluated(Tensor? Logits, CrossEntropyResponse Loss, SegmentationMetricsResponse? Metrics, IReadOnlyList<string> Warnings)
{
    /// <summary>Runs both operations.</summary>
    /// <param name="request">The request.</param>
    /// <param name="loss">The same with the model's logits in place.</param>
    /// <param name="predictions">The class of each pixel as <c>segment</c> answers it.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="catalog">Where the operations are.</param>
    /// <param name="scope">The request's memory.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">A parameter or label is wrong.</exception>
    public static Evaluated Of(EvaluateRequest request, CrossEntropyRequest loss, Tensor<int> predictions, int classes, OperationCatalog catalog, TensorScope scope, Execution execution)
    {
        var run = new Evaluation(request.Floating, scope, execution, loss.Gradients);
        var response = (CrossEntropyResponse)catalog.All.OfType<CrossEntropyOperation>().Single().Run(loss, run);
        bool areIndices = loss.Labels.Shape == predictions.Shape;
        if (!areIndices)
        {
            run.Warn("The labels are class probabilities, which have no confusion matrix: the table of classes and the metrics are left out.");
        }

        SegmentationMetricsResponse? metrics = areIndices
            ? (SegmentationMetricsResponse)catalog.All.OfType<MetricsOperation>().Single().Run(
                new SegmentationMetricsRequest { Labels = loss.Labels, Predictions = predictions, Classes = classes, IgnoreIndex = loss.IgnoreIndex }, run)
            : null;
        return new Evaluated(request.ReturnsLogits ? loss.Logits : null, response, metrics, run.Warnings);
    }
}
