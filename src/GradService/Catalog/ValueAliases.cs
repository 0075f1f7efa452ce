namespace GradService.Catalog;

/// <summary>Other libraries' words for the values of our parameters, so that a caller who uses one is told ours.</summary>
internal static class ValueAliases
{
    public static IReadOnlyDictionary<string, string[]> All { get; } = new Dictionary<string, string[]>
    {
        ["batchmean"] = ["mean_batch"],
        ["argmax"] = ["greedy", "hard"],
        ["ste"] = ["straight_through"],
        ["gumbel"] = ["gumbel_softmax"],
        ["loo"] = ["leave_one_out"],
        ["rloo"] = ["leave_one_out"],
        ["nchw"] = ["channels_first"],
        ["nhwc"] = ["channels_last"],
        ["ncc"] = ["zncc"],
        ["edge"] = ["replicate"],
        ["border"] = ["replicate"],
        ["mirror"] = ["reflect"],
        ["wrap"] = ["circular"],
        ["constant"] = ["zeros"],
        ["newton-cg"] = ["newton"],
        ["newton-cholesky"] = ["newton"],
    };
}
