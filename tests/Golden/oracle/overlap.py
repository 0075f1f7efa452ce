"""Oracles of losses/dice, losses/jaccard and losses/tversky: the textbook's form, differentiated by PyTorch."""
import torch

from . import reduction as reducing
from .tensors import floats, integers, read


def dice(request):
    return _loss(request, lambda i, p, y, s: (2 * i + s) / (p + y + s))


def jaccard(request):
    return _loss(request, lambda i, p, y, s: (i + s) / (p + y - i + s))


def tversky(request):
    alpha, beta = request.get("alpha", 0.5), request.get("beta", 0.5)
    return _loss(request, lambda i, p, y, s: (i + s) / (i + alpha * (p - i) + beta * (y - i) + s))


def _loss(request, index):
    leaf = floats(request, "logits").requires_grad_()
    axis = request.get("class_axis", -1) % leaf.dim()
    images = leaf.shape[0] if axis else 1
    classes = leaf.shape[axis]
    logits = leaf.movedim(axis, -1)
    hard = read(request["labels"], "float64").shape == tuple(logits.shape[:-1])
    if hard:
        labels = integers(request, "labels")
        counted = labels != request.get("ignore_index", -100)
        targets = torch.nn.functional.one_hot(labels.masked_fill(~counted, 0), classes).double()
    else:
        targets = floats(request, "labels").movedim(axis, -1)
        counted = torch.ones(targets.shape[:-1], dtype=torch.bool)
    average, power = request.get("average", "macro"), 2 if request.get("squared", False) else 1

    mask = counted.unsqueeze(-1)
    scores = torch.where(mask, logits, torch.zeros((), dtype=torch.float64))  # an ignored element is as if it were not there
    p, y = torch.softmax(scores, -1) * mask, targets * mask
    groups = (images, -1, classes) if average == "per_image" else (1, -1, classes)
    if p.numel() == 0:
        groups = (groups[0], 0, classes)
    p, y = p.reshape(groups), y.reshape(groups)
    per_class = 1 - index((p * y).sum(1), (p ** power).sum(1), (y ** power).sum(1), request.get("smooth", 1.0))
    per_class = per_class if request.get("include_background", True) else per_class[:, 1:]
    per_class = per_class if average == "per_image" else per_class[0]
    loss = per_class if average == "none" else per_class.mean()
    response = {"loss": loss.detach(), "per_class": per_class.detach()}
    if reducing.wants_gradient(request, "logits"):
        response["grad_logits"] = reducing.gradient(loss, leaf, floats(request, "upstream"))
    return response
