"""Oracles of losses/cross-entropy and losses/nll: a whole request in, a whole response out."""
import torch
import torch.nn.functional as F

from . import element_losses, reduction as reducing
from .tensors import floats, integers, read


def cross_entropy(request):
    leaf = floats(request, "logits").requires_grad_()
    labels, axis = _labels(request, leaf)
    logits = leaf.movedim(axis, -1)
    weight, sample_weight = floats(request, "weight"), floats(request, "sample_weight")
    reduction = request.get("reduction", "mean")
    smoothing, ignore_index = request.get("label_smoothing", 0.0), request.get("ignore_index", -100)
    by_prediction = request.get("weighting", "labels") == "predictions"
    soft = labels.is_floating_point()
    mask = reducing.counted(labels, soft, ignore_index)

    outer = _picked_weight(weight, logits, labels, ignore_index, by_prediction)  # None without weights
    inner, divisor_weight = weight, outer
    if request.get("apply_to", "loss") == "logits":
        logits = logits if outer is None else logits * outer.unsqueeze(-1)
        inner = outer = divisor_weight = None
    elif by_prediction:
        inner = None
    else:
        outer = None
    if request.get("from", "logits") == "probabilities":
        epsilon = request.get("epsilon", 1e-7)
        log_probs = torch.log(logits.clamp(epsilon, 1 - epsilon))
        losses = element_losses.from_log_probs(log_probs, labels, inner, smoothing, ignore_index)
    else:
        losses = element_losses.from_logits(logits, labels, inner, smoothing, ignore_index)
    losses = losses if outer is None else losses * outer

    divisor = reducing.denominator(reduction, mask, sample_weight, None if soft else divisor_weight)
    loss = reducing.reduce(losses, reduction, sample_weight, divisor)
    if request.get("from", "logits") == "logits" and outer is None and sample_weight is None and reduction in ("sum", "mean"):
        loss = _by_torch_itself(loss, logits, labels, inner, smoothing, ignore_index, reduction)
    response = {"loss": loss.detach()}
    if reducing.wants_gradient(request, "logits"):
        response["grad_logits"] = reducing.gradient(loss, leaf, floats(request, "upstream"))
    return {**response, "denominator": divisor, "counted": int(mask.sum())}


def nll(request):
    leaf = floats(request, "log_probs").requires_grad_()
    labels, axis = _labels(request, leaf)
    weight, sample_weight = floats(request, "weight"), floats(request, "sample_weight")
    reduction, ignore_index = request.get("reduction", "mean"), request.get("ignore_index", -100)
    soft = labels.is_floating_point()
    mask = reducing.counted(labels, soft, ignore_index)
    losses = element_losses.from_log_probs(
        leaf.movedim(axis, -1), labels, weight, request.get("label_smoothing", 0.0), ignore_index)
    picked = None if weight is None or soft else weight[labels.masked_fill(~mask, 0)]
    divisor = reducing.denominator(reduction, mask, sample_weight, picked)
    loss = reducing.reduce(losses, reduction, sample_weight, divisor)
    response = {"loss": loss.detach()}
    if reducing.wants_gradient(request, "log_probs"):
        response["grad_log_probs"] = reducing.gradient(loss, leaf, floats(request, "upstream"))
    return response


def _labels(request, logits):
    """Class indices or, where the shape is the logits' own, class probabilities with the classes moved last."""
    axis = request.get("class_axis", -1)
    soft = read(request["labels"], "float64").shape == tuple(logits.shape)
    return (floats(request, "labels").movedim(axis, -1), axis) if soft else (integers(request, "labels"), axis)


def _picked_weight(weight, logits, labels, ignore_index, by_prediction):
    """The class weight of each element, a constant to the gradient: of the label or of the arg-max."""
    if weight is None:
        return None
    if by_prediction:
        return weight[logits.detach().argmax(-1)]
    if labels.is_floating_point():
        return (weight * labels).sum(-1)
    return weight[labels.masked_fill(labels == ignore_index, 0)]


def _by_torch_itself(loss, logits, labels, weight, smoothing, ignore_index, reduction):
    """The reduced loss by PyTorch's own reduction, which must agree with ours."""
    soft = labels.is_floating_point()
    whole = F.cross_entropy(
        element_losses.classes_second(logits), element_losses.classes_second(labels) if soft else labels,
        weight=weight, ignore_index=ignore_index, label_smoothing=smoothing, reduction=reduction)
    torch.testing.assert_close(whole, loss, rtol=1e-11, atol=1e-11, equal_nan=True)
    return whole
