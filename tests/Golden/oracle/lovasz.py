"""Oracle of losses/lovasz-softmax: the Jaccard loss of growing sets of errors, differenced; autograd for the gradient."""
import torch

from . import reduction as reducing
from .tensors import floats, integers


def lovasz_softmax(request):
    leaf = floats(request, "logits").requires_grad_()
    labels, axis = integers(request, "labels"), request.get("class_axis", -1) % leaf.dim()
    classes = leaf.shape[axis]
    images = leaf.shape[0] if axis and request.get("per_image", False) else 1
    logits = leaf.movedim(axis, -1)
    groups = zip(logits.reshape(images, -1, classes), labels.reshape(images, -1))
    losses = [_image(scores[kept], truth[kept], request.get("classes", "present"))
              for scores, truth in groups for kept in [truth != request.get("ignore_index", -100)]]
    loss = torch.stack(losses).mean()
    response = {"loss": loss.detach()}
    if reducing.wants_gradient(request, "logits"):
        response["grad_logits"] = (reducing.gradient(loss, leaf, floats(request, "upstream")) if loss.requires_grad
                                   else torch.zeros_like(leaf))  # nothing is counted
    return response


def _image(logits, labels, which):
    """The mean loss of an image's classes; 0 where nothing is counted."""
    log_probs = torch.log_softmax(logits, -1)
    losses = []
    for c in range(logits.shape[-1]):
        truth = labels == c
        if which == "all" or truth.any():
            errors = torch.where(truth, -torch.expm1(log_probs[:, c]), log_probs[:, c].exp())
            ordered, order = torch.sort(errors, descending=True, stable=True)
            losses.append(ordered @ _growth(truth[order].double()))
    return torch.stack(losses).mean() if len(labels) and losses else torch.zeros((), dtype=torch.float64)


def _growth(truth):
    """By how much the Jaccard loss grows as each element in turn joins the wrong ones."""
    size = truth.sum()
    jaccard = 1 - (size - truth.cumsum(0)) / (size + (1 - truth).cumsum(0))
    return torch.diff(jaccard, prepend=torch.zeros(1, dtype=torch.float64))
