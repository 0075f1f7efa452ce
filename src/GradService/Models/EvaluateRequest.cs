using GradService.Numerics.Tensors;
using GradService.Operations.Losses;

namespace GradService.Models;

/// <summary>A whole request to evaluate a model on labelled pictures.</summary>
/// <param name="Pictures">The pictures.</param>
/// <param name="Loss">The request to <c>losses/cross-entropy</c>, all but its logits: they are what the model is to give.</param>
/// <param name="Floating">FP32 or FP64.</param>
/// <param name="ReturnsLogits">Whether the logits are answered as well.</param>
internal sealed record EvaluateRequest(SentPictures Pictures, CrossEntropyRequest Loss, ElementType Floating, bool ReturnsLogits)
{
    /// <summary>Whether the classes are the second axis of the logits, <c>[B, C, H, W]</c>, rather than the last.</summary>
    public bool ClassesFirst => Loss.ClassAxis is 1 or -3;
}
