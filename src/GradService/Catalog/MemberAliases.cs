namespace GradService.Catalog;

/// <summary>Other libraries' names for our members, so that a caller who uses one is told ours.</summary>
internal static class MemberAliases
{
    public static IReadOnlyDictionary<string, string[]> All { get; } = new Dictionary<string, string[]>
    {
        ["class_weights"] = ["weight"],
        ["class_weight"] = ["weight"],
        ["weight"] = ["kernel"],
        ["weights"] = ["weight", "sample_weight", "kernel"],
        ["pixel_weights"] = ["sample_weight"],
        ["sample_weights"] = ["sample_weight"],
        ["input"] = ["logits", "log_probs"],
        ["inputs"] = ["logits", "log_probs", "states"],
        ["scores"] = ["logits"],
        ["x"] = ["logits", "states", "input", "search"],
        ["preds"] = ["logits"],
        ["predictions"] = ["logits"],
        ["y_pred"] = ["logits"],
        ["output"] = ["logits"],
        ["target"] = ["labels"],
        ["targets"] = ["labels"],
        ["label"] = ["labels"],
        ["y"] = ["labels"],
        ["y_true"] = ["labels"],
        ["log_probabilities"] = ["log_probs"],
        ["logprobs"] = ["log_probs"],
        ["probs"] = ["probabilities", "logits"],
        ["dim"] = ["axis", "class_axis"],
        ["axis"] = ["class_axis"],
        ["grad_output"] = ["upstream"],
        ["cotangent"] = ["upstream"],
        ["state"] = ["states"],
        ["observations"] = ["states"],
        ["action"] = ["actions"],
        ["mask"] = ["action_mask"],
        ["params"] = ["theta"],
        ["parameters"] = ["theta"],
        ["tau"] = ["temperature"],
        ["filter"] = ["kernel"],
        ["filters"] = ["kernel"],
        ["image"] = ["input", "search"],
        ["data_format"] = ["layout"],
        ["exemplar"] = ["template"],
        ["num_classes"] = ["classes"],
        ["n_classes"] = ["classes"],
    };
}
