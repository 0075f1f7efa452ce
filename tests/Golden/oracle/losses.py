"""Oracles of losses/cross-entropy, losses/focal and losses/nll: a whole request in, a whole response out."""
import torch
import torch.nn.functional as F

from . import element_losses, reduction as reducing
from .tensors import floats, integers, read


def cross_entropy(request):
    if request.get("from", "logits") == "probabilities":
        epsilon = request.get("epsilon", 1e-7)
        return _loss(request, "logits", lambda p: torch.log(p.clamp(epsilon, 1 - epsilon)), element_losses.from_log_probs)
    return _loss(request, "logits", lambda logits: logits, element_losses.from_logits, F.cross_entropy)


def nll(request):
    return _loss(request, "log_probs", lambda log_probs: log_probs, element_losses.from_log_probs)


def focal(request):
    return _loss(request, "logits", lambda logits: logits, element_losses.focal(request.get("gamma", 2.0)))


def _loss(request, name, transform, element_loss, whole=None):
    """Scores to losses: `transform` and `element_loss` make them, `whole` is PyTorch's own reduced function."""
    leaf = floats(request, name).requires_grad_()
    labels, axis = _labels(request, leaf)
    scores = leaf.movedim(axis, -1)
    weight, sample_weight = floats(request, "weight"), floats(request, "sample_weight")
    reduction, ignore_index = request.get("reduction", "mean"), request.get("ignore_index", -100)
    smoothing, soft = request.get("label_smoothing", 0.0), labels.is_floating_point()
    mask = reducing.counted(labels, soft, ignore_index)

    inner, outer, divisor_weight = weight, None, None  # within the element's loss, around it, in the mean's divisor
    if weight is not None:
        by_prediction = request.get("weighting", "labels") == "predictions"
        picked = _picked_weight(weight, scores, labels, ignore_index, by_prediction)
        if request.get("apply_to", "loss") == "logits":
            scores, inner = scores * picked.unsqueeze(-1), None
        else:
            divisor_weight = None if soft else picked
            inner, outer = (None, picked) if by_prediction else (weight, None)
    scores = transform(scores)
    losses = element_loss(scores, labels, inner, smoothing, ignore_index)
    losses = losses if outer is None else losses * outer

    divisor = reducing.denominator(reduction, mask, sample_weight, divisor_weight)
    loss = reducing.reduce(losses, reduction, sample_weight, divisor)
    if whole and outer is None and sample_weight is None and reduction in ("sum", "mean"):
        loss = _by_torch_itself(whole, loss, scores, labels, inner, smoothing, ignore_index, reduction)
    response = {"loss": loss.detach()}
    if reducing.wants_gradient(request, name):
        response["grad_" + name] = reducing.gradient(loss, leaf, floats(request, "upstream"))
    return {**response, "denominator": divisor, "counted": int(mask.sum())}


def _labels(request, logits):
    """Class indices or, where the shape is the logits' own, class probabilities with the classes moved last."""
    axis = request.get("class_axis", -1)
    soft = read(request["labels"], "float64").shape == tuple(logits.shape)
    return (floats(request, "labels").movedim(axis, -1), axis) if soft else (integers(request, "labels"), axis)


def _picked_weight(weight, scores, labels, ignore_index, by_prediction):
    """The class weight of each element, a constant to the gradient: of the arg-max, or of the label."""
    if by_prediction:
        return weight[scores.detach().argmax(-1)]
    if labels.is_floating_point():
        return (weight * labels).sum(-1)
    return weight[labels.masked_fill(labels == ignore_index, 0)]


def _by_torch_itself(whole, loss, scores, labels, weight, smoothing, ignore_index, reduction):
    """The reduced loss by PyTorch's own reduction, which must agree with ours."""
    soft = labels.is_floating_point()
    theirs = whole(
        element_losses.classes_second(scores), element_losses.classes_second(labels) if soft else labels,
        weight=weight, ignore_index=ignore_index, label_smoothing=smoothing, reduction=reduction)
    torch.testing.assert_close(theirs, loss, rtol=1e-11, atol=1e-11, equal_nan=True)
    return theirs
