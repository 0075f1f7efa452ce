using GradService.Catalog;
using GradService.Operations.Activations;
using GradService.Operations.Classification;
using GradService.Operations.Clustering;
using GradService.Operations.Losses;
using GradService.Operations.Policy;
using GradService.Operations.Segmentation;
using GradService.Operations.Selection;
using GradService.Operations.Similarity;

namespace GradService.Operations;

/// <summary>Every operation of the service: the table of contents.</summary>
public sealed class OperationCatalog
{
    /// <summary>The operations, family by family, in the order in which they are shown.</summary>
    public IReadOnlyList<Operation> All { get; } =
    [
        new CrossEntropyOperation(),
        new NllOperation(),
        new BinaryCrossEntropyOperation(),
        new FocalOperation(),
        new DiceOperation(),
        new JaccardOperation(),
        new TverskyOperation(),
        new LovaszSoftmaxOperation(),
        new KlDivergenceOperation(),
        new SoftmaxOperation(),
        new LogSoftmaxOperation(),
        new SoftmaxJacobianOperation(),
        new ProbabilitiesOperation(),
        new LogGradientOperation(),
        new ReturnsOperation(),
        new ReinforceOperation(),
        new PpoOperation(),
        new SampleOperation(),
        new KmeansInitOperation(),
        new KmeansAssignOperation(),
        new KmeansLossOperation(),
        new KmeansStepOperation(),
        new KmeansFitOperation(),
        new KmeansPartialOperation(),
        new KmeansCombineOperation(),
        new CrossCorrelationOperation(),
        new SeparableOperation(),
        new SiameseOperation(),
        new LogisticPredictOperation(),
        new LogisticLossOperation(),
        new LogisticFitOperation(),
        new LogisticPartialOperation(),
        new LogisticBoundaryOperation(),
        new SelectOperation(),
        new SelectionReinforceOperation(),
        new ClassWeightsOperation(),
        new MetricsOperation(),
    ];

    /// <summary>The operation that an OIP model name stands for; null for none.</summary>
    /// <param name="model">A model name: <c>losses.cross_entropy</c>.</param>
    public Operation? ByModel(string model) => All.FirstOrDefault(operation => operation.Model == model);
}
