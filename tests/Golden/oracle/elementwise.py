"""Oracles of the losses over independent elements: losses/binary-cross-entropy and losses/kl-divergence."""
import warnings

import torch
import torch.nn.functional as F

from . import reduction as reducing
from .tensors import floats

warnings.filterwarnings("ignore", message="reduction: 'mean' divides")  # kl_div's, which is what is asked of it


def binary_cross_entropy(request):
    logits = floats(request, "logits").requires_grad_()
    labels, weight, pos_weight = (floats(request, name) for name in ("labels", "weight", "pos_weight"))
    if request.get("from", "logits") == "probabilities":
        epsilon = request.get("epsilon", 1e-7)
        clipped = logits.clamp(epsilon, 1 - epsilon)
        losses = -((1 if pos_weight is None else pos_weight) * labels * clipped.log() + (1 - labels) * torch.log1p(-clipped))
        losses = losses if weight is None else losses * weight
        return _response(request, "logits", logits, losses)

    def whole(reduction):
        return F.binary_cross_entropy_with_logits(logits, labels, weight=weight, pos_weight=pos_weight, reduction=reduction)
    return _response(request, "logits", logits, whole("none"), {"sum": lambda: whole("sum"), "mean": lambda: whole("mean")})


def kl_divergence(request):
    log_probs, target = floats(request, "log_probs").requires_grad_(), floats(request, "target")

    def whole(reduction):
        return F.kl_div(log_probs, target, reduction=reduction, log_target=request.get("log_target", False))
    return _response(request, "log_probs", log_probs, whole("none"),
                     {"sum": lambda: whole("sum"), "mean": lambda: whole("mean"), "mean_batch": lambda: whole("batchmean")})


def _response(request, name, leaf, losses, by_torch={}):
    """Reduced by PyTorch itself where it has the reduction (a single number has no batch)."""
    reduction = request.get("reduction", "mean")
    if reduction in by_torch and (losses.dim() or reduction != "mean_batch"):
        loss = by_torch[reduction]()
    else:
        mask = torch.ones(losses.shape, dtype=torch.bool)
        loss = reducing.reduce(losses, reduction, None, reducing.denominator(reduction, mask, None, None))
    response = {"loss": loss.detach()}
    if reducing.wants_gradient(request, name):
        response["grad_" + name] = reducing.gradient(loss, leaf, floats(request, "upstream"))
    return response
