using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Numerics.Tensors;
using GradService.Operations;

namespace GradService.Benchmarks.Workloads;

/// <summary>
/// Work for every operation of the catalogue: its example, so that none is forgotten, and for most also a size of one's choice.
/// </summary>
internal static class WorkloadTable
{
    private const int Classes = 12;
    private const int Features = 16;

    private static readonly OperationCatalog Catalogue = new();

    private static readonly Dictionary<string, Func<Draw, int, (string Name, Tensor Tensor)[]>> Sized = new()
    {
        ["losses/cross-entropy"] = Labelled,
        ["losses/focal"] = Labelled,
        ["losses/dice"] = Labelled,
        ["losses/jaccard"] = Labelled,
        ["losses/tversky"] = Labelled,
        ["losses/lovasz-softmax"] = Labelled,
        ["losses/nll"] = (draw, size) => [("log_probs", draw.Distributions(true, Rows(size), Classes)), ("labels", draw.Classes(Classes, Rows(size)))],
        ["losses/binary-cross-entropy"] = (draw, size) => [("logits", draw.Normal(2, size)), ("labels", draw.Uniform(0, 1, size))],
        ["losses/kl-divergence"] = (draw, size) => [("log_probs", draw.Distributions(true, Rows(size), Classes)), ("target", draw.Distributions(false, Rows(size), Classes))],
        ["activations/softmax"] = Pulled,
        ["activations/log-softmax"] = Pulled,
        ["activations/softmax-jacobian"] = (draw, size) => [("logits", draw.Normal(2, Rows(Rows(size)), Classes))],
        ["policy/probabilities"] = Policy,
        ["policy/sample"] = Policy,
        ["policy/log-gradient"] = Acted,
        ["policy/reinforce"] = (draw, size) => [.. Acted(draw, size), ("advantages", draw.Normal(1, States(size)))],
        ["policy/ppo"] = (draw, size) => [.. Acted(draw, size), ("advantages", draw.Normal(1, States(size))), ("old_log_probabilities", draw.Uniform(-2, -1, States(size)))],
        ["policy/returns"] = (draw, size) => [("rewards", draw.Normal(1, size)), ("episode_starts", draw.Flags(0.01, size)), ("values", draw.Normal(1, size))],
        ["kmeans/init"] = (draw, size) => [("points", Points(draw, size))],
        ["kmeans/assign"] = Clustered,
        ["kmeans/loss"] = Clustered,
        ["kmeans/step"] = Clustered,
        ["kmeans/fit"] = Clustered,
        ["kmeans/partial"] = Clustered,
        ["kmeans/combine"] = (draw, size) => [("sums", draw.Normal(10, Rows(size), 3, 4)), ("counts", draw.Classes(100, Rows(size), 3)), ("centroids", draw.Normal(1, 3, 4))],
        ["similarity/cross-correlation"] = (draw, size) => Slid(draw, size, "kernel", 8, 8, 3),
        ["similarity/separable"] = (draw, size) => [("input", draw.Normal(1, 1, 8, Side(size, 8), Side(size, 8))), ("depthwise", draw.Normal(1, 8, 1, 3, 3)), ("pointwise", draw.Normal(1, 8, 8, 1, 1)), ("upstream", draw.Normal(1, 1, 8, Side(size, 8) - 2, Side(size, 8) - 2))],
        ["similarity/siamese"] = (draw, size) => [("template", draw.Normal(1, 1, 8, 3, 3)), ("search", draw.Normal(1, 1, 8, Side(size, 8), Side(size, 8))), ("upstream", draw.Normal(1, 1, 1, Side(size, 8) - 2, Side(size, 8) - 2))],
        ["logistic/predict"] = (draw, size) => [("features", draw.Normal(1, Samples(size), Features)), .. Model(draw)],
        ["logistic/loss"] = (draw, size) => [.. Observed(draw, size), .. Model(draw)],
        ["logistic/partial"] = (draw, size) => [.. Observed(draw, size), .. Model(draw)],
        ["logistic/boundary"] = (draw, size) => [.. Observed(draw, size), .. Model(draw)],
        ["logistic/fit"] = Observed,
        ["selection/select"] = (draw, size) => [("logits", draw.Normal(1, Rows(size), 3)), ("candidates", draw.Normal(1, Rows(size), 3, 4)), ("upstream", draw.Normal(1, Rows(size), 4))],
        ["selection/reinforce"] = (draw, size) => [("logits", draw.Normal(1, Rows(size), Classes)), ("losses", draw.Uniform(0, 1, Rows(size), Classes))],
        ["segmentation/class-weights"] = (draw, size) => [("labels", draw.Classes(Classes, size))],
        ["segmentation/metrics"] = (draw, size) => [("labels", draw.Classes(Classes, size)), ("predictions", draw.Classes(Classes, size))],
    };

    private static readonly Dictionary<string, string> Parameters = new()
    {
        ["policy/log-gradient"] = """{"per_sample": false}""",
        ["kmeans/init"] = """{"n_clusters": 20}""",
        ["kmeans/fit"] = """{"max_iter": 10}""",
        ["selection/reinforce"] = """{"samples": 4}""",
        ["segmentation/class-weights"] = """{"classes": 12}""",
        ["segmentation/metrics"] = """{"classes": 12}""",
    };

    /// <summary>One operation of the catalogue.</summary>
    /// <param name="name">Its name: <c>losses/cross-entropy</c>.</param>
    public static Operation Operation(string name) => Catalogue.All.Single(operation => operation.Name == name);

    /// <summary>The names of the operations that come in every size.</summary>
    public static IEnumerable<string> Scalable => Catalogue.All.Select(operation => operation.Name).Where(Sized.ContainsKey);

    /// <summary>The rows of the operations' benchmark, named <c>operation, size</c>: each example and, where there is one, a size that takes a while.</summary>
    /// <param name="elements">The elements of that size.</param>
    public static IReadOnlyList<(string Name, Func<Workload> Make)> Rows(IEnumerable<int> elements) =>
    [
        .. Catalogue.All.Select(operation => ($"{operation.Name}, example", (Func<Workload>)(() => Workload.Example(operation)))),
        .. from name in Scalable
           from size in elements
           select ($"{name}, {size}", (Func<Workload>)(() => OfSize(name, size))),
    ];

    /// <summary>An operation's work of about so many elements.</summary>
    /// <param name="name">One of <see cref="Scalable"/>.</param>
    /// <param name="elements">The elements of its largest input.</param>
    public static Workload OfSize(string name, int elements) => new(
        Operation(name),
        JsonNode.Parse(Parameters.GetValueOrDefault(name, "{}"))!.AsObject(),
        Sized[name](new Draw(1), elements).ToDictionary(entry => entry.Name, entry => entry.Tensor));

    private static int Rows(int size) => Math.Max(1, size / Classes);

    private static int States(int size) => Math.Max(1, size / 8);

    private static int Samples(int size) => Math.Max(4, size / Features);

    private static int Side(int size, int channels) => Math.Max(3, (int)Math.Sqrt(size / channels));

    private static (string, Tensor)[] Labelled(Draw draw, int size) => [("logits", draw.Normal(2, Rows(size), Classes)), ("labels", draw.Classes(Classes, Rows(size)))];

    private static (string, Tensor)[] Pulled(Draw draw, int size) => [("logits", draw.Normal(2, Rows(size), Classes)), ("upstream", draw.Normal(1, Rows(size), Classes))];

    private static (string, Tensor)[] Policy(Draw draw, int size) => [("states", draw.Normal(1, States(size), 8)), ("theta", draw.Normal(0.3, 8, 4))];

    private static (string, Tensor)[] Acted(Draw draw, int size) => [.. Policy(draw, size), ("actions", draw.Classes(4, States(size)))];

    private static Tensor<float> Points(Draw draw, int size) => draw.Clusters(draw.Normal(3, 20, Features), Math.Max(20, size / Features));

    private static (string, Tensor)[] Clustered(Draw draw, int size) => [("points", Points(draw, size)), ("centroids", draw.Normal(3, 20, Features))];

    private static (string, Tensor)[] Observed(Draw draw, int size) => [("features", draw.Normal(1, Samples(size), Features)), ("labels", draw.Classes(2, Samples(size)))];

    private static (string, Tensor)[] Model(Draw draw) => [("coef", draw.Normal(0.3, Features)), ("intercept", draw.Normal(0.3))];

    private static (string, Tensor)[] Slid(Draw draw, int size, string filter, int channels, int filters, int side) =>
    [
        ("input", draw.Normal(1, 1, channels, Side(size, channels), Side(size, channels))),
        (filter, draw.Normal(1, filters, channels, side, side)),
        ("upstream", draw.Normal(1, 1, filters, Side(size, channels) - side + 1, Side(size, channels) - side + 1)),
    ];
}
