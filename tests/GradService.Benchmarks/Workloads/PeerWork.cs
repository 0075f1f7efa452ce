using System.Text.Json.Nodes;
using GradService.Numerics.Tensors;

namespace GradService.Benchmarks.Workloads;

/// <summary>The work that the service is measured at beside PyTorch and scikit-learn, and by how much it should be ahead.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Make">Draws it.</param>
internal sealed record PeerWork(string Name, Func<Workload> Make)
{
    private const int Classes = 12;
    /// <summary>The ratio to PyTorch aimed at.</summary>
    public double? OverTorch { get; init; }

    /// <summary>The same without AVX-512; null where that is not measured.</summary>
    public double? OverTorchNarrow { get; init; }

    /// <summary>The ratio to scikit-learn aimed at; null where it has no part.</summary>
    public double? OverSklearn { get; init; }

    /// <summary>How far the answers may differ, of their largest magnitude.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>All of it.</summary>
    /// <param name="quick">Whether it is to be small.</param>
    public static IEnumerable<PeerWork> All(bool quick)
    {
        int side = quick ? 16 : 256;
        int points = quick ? 2_000 : 100_000;
        int elements = Classes * side * side;
        return
        [
            new($"cross-entropy [4, 12, {side}, {side}]", () => Segmented("losses/cross-entropy", 1, 4, side, side, weighted: true)) { OverTorch = 4, OverTorchNarrow = 2.5 },
            new($"cross-entropy [4, {side}, {side}, 12]", () => Segmented("losses/cross-entropy", -1, 4, side, side, weighted: true)) { OverTorch = 4, OverTorchNarrow = 2.5 },
            .. new[] { "focal", "dice", "jaccard", "tversky", "lovasz-softmax" }.SelectMany(loss => new[] { 1, -1 }.Select(axis =>
                new PeerWork($"{loss} {(axis == 1 ? $"[1, 12, {side}, {side}]" : $"[1, {side}, {side}, 12]")}", () => Segmented($"losses/{loss}", axis, 1, side, side))
                {
                    OverTorch = 2,

                    // PyTorch adds the growth of the Jaccard loss up in FP32 over all pixels.
                    Tolerance = loss == "lovasz-softmax" ? 1e-2 : 1e-4,
                })),
            .. new[] { "nll", "binary-cross-entropy", "kl-divergence" }.Select(loss => new PeerWork($"{loss} of {elements}", () => WorkloadTable.OfSize($"losses/{loss}", elements)) { OverTorch = 2 }),
            .. new[] { (64, 20), (200, 20), (64, 256), (200, 256) }.Select(size =>
                new PeerWork($"k-means step [{points}, {size.Item1}], K = {size.Item2}", () => Clustered(points, size.Item1, size.Item2))
                {
                    OverSklearn = size.Item2 == 256 ? 2.2 : 1.5,

                    // A point halfway between two centroids may go to either, and takes its share of a centroid with it.
                    Tolerance = 100.0 / points,
                }),
            new("correlation [1, 256, 64, 64] * [1, 256, 8, 8]", () => Correlated(gradients: false)) { OverTorch = 1 },
            new("correlation [1, 256, 64, 64] * [1, 256, 8, 8], gradients", () => Correlated(gradients: true)) { OverTorch = 1 },
            .. new[] { "activations/softmax", "activations/log-softmax", "policy/reinforce", "policy/ppo", "logistic/loss", "selection/select", "segmentation/metrics" }.Select(operation =>
                new PeerWork($"{operation} of {elements}", () => WorkloadTable.OfSize(operation, elements))),
        ];
    }

    /// <summary>Labelled pictures of twelve classes.</summary>
    /// <param name="operation">A loss from logits and labels.</param>
    /// <param name="classAxis">1 or -1.</param>
    /// <param name="batch">Pictures.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="weighted">Whether the classes have weights.</param>
    public static Workload Segmented(string operation, int classAxis, int batch, int height, int width, bool weighted = false)
    {
        var draw = new Draw(1);
        var tensors = new Dictionary<string, Tensor>
        {
            ["logits"] = classAxis == 1 ? draw.Normal(2, batch, Classes, height, width) : draw.Normal(2, batch, height, width, Classes),
            ["labels"] = draw.Classes(Classes, batch, height, width),
        };
        if (weighted)
        {
            tensors["weight"] = draw.Uniform(0.2, 3, Classes);
        }

        return new Workload(WorkloadTable.Operation(operation), new JsonObject { ["class_axis"] = classAxis }, tensors);
    }

    /// <summary>Points around as many centres as there are clusters, and centroids near those.</summary>
    public static Workload Clustered(int points, int dimensions, int clusters)
    {
        var draw = new Draw(1);
        Tensor<float> centres = draw.Normal(1, clusters, dimensions);
        return new Workload(WorkloadTable.Operation("kmeans/step"), [], new Dictionary<string, Tensor>
        {
            ["points"] = draw.Clusters(centres, points),
            ["centroids"] = Near(centres, draw),
        });
    }

    // One for each centre, so that no cluster is empty: what becomes of those is a matter of taste.
    private static Tensor<float> Near(Tensor<float> centres, Draw draw)
    {
        Tensor<float> moved = draw.Normal(0.3, centres.Shape[0], centres.Shape[1]);
        for (int index = 0; index < moved.Length; index++)
        {
            moved.Span[index] += centres.Span[index];
        }

        return moved;
    }

    /// <summary>A feature map and a template of 256 channels.</summary>
    public static Workload Correlated(bool gradients)
    {
        var draw = new Draw(1);
        var tensors = new Dictionary<string, Tensor> { ["input"] = draw.Normal(1, 1, 256, 64, 64), ["kernel"] = draw.Normal(0.01, 1, 256, 8, 8) };
        if (gradients)
        {
            tensors["upstream"] = draw.Normal(1, 1, 1, 57, 57);
        }

        return new Workload(WorkloadTable.Operation("similarity/cross-correlation"), [], tensors);
    }
}
