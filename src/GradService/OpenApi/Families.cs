using GradService.Catalog;

namespace GradService.OpenApi;

/// <summary>What the families of operations are about. A family without a sentence of its own is described by what it holds.</summary>
internal static class Families
{
    private static readonly Dictionary<string, string> Sentences = new()
    {
        ["losses"] = "Losses over classes and pixels, with class weights, masks and reductions as in PyTorch, and the exact gradient by the logits.",
        ["activations"] = "Softmax and its relatives along any axis, with vector-Jacobian products and Jacobians.",
        ["policy"] = "Softmax policies of reinforcement learning: probabilities, score functions, returns and policy gradients.",
        ["kmeans"] = "K-means by Lloyd, Newton and gradient steps, whole or in shards that add up.",
        ["similarity"] = "Similarity by convolution: cross-correlation, separable and Siamese, with gradients by input and kernel.",
        ["logistic"] = "Logistic regression: predictions, losses, fits, and the decision boundary.",
        ["selection"] = "Differentiable selection among candidates: soft, hard, straight-through and by score functions.",
        ["segmentation"] = "Around segmentation networks: class weights and metrics from label maps.",
    };

    public static string Describe(string family, IEnumerable<Operation> operations) =>
        Sentences.GetValueOrDefault(family) ?? $"{string.Join("; ", operations.Select(OperationProse.Title))}.";
}
