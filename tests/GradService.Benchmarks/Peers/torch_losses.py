"""The losses in PyTorch's own composition. Each takes operands and parameters and gives the call to time."""
import torch
import torch.nn.functional as F


def _loss(name, compute):
    """A call that computes a loss of one leaf and its gradient."""
    def prepare(operands, parameters):
        leaf = operands[name].requires_grad_()

        def call():
            loss = compute(leaf, operands, parameters)
            gradient, = torch.autograd.grad(loss, leaf)
            return {"loss": loss.detach(), f"grad_{name}": gradient}
        return call
    return prepare


def _classes_second(tensor, parameters):
    """PyTorch wants the classes on axis 1: a view, not a copy."""
    return tensor.movedim(parameters.get("class_axis", -1), 1)


def _cross_entropy(logits, operands, parameters):
    return F.cross_entropy(_classes_second(logits, parameters), operands["labels"], weight=operands.get("weight"))


def _nll(log_probs, operands, parameters):
    return F.nll_loss(_classes_second(log_probs, parameters), operands["labels"], weight=operands.get("weight"))


def _binary_cross_entropy(logits, operands, parameters):
    return F.binary_cross_entropy_with_logits(logits, operands["labels"])


def _focal(logits, operands, parameters):
    losses = F.cross_entropy(_classes_second(logits, parameters), operands["labels"], reduction="none")
    return ((1 - torch.exp(-losses)) ** parameters.get("gamma", 2.0) * losses).mean()


def _overlap(index):
    def compute(logits, operands, parameters):
        scores = _classes_second(logits, parameters)
        probabilities = torch.softmax(scores, 1)
        truth = torch.zeros_like(probabilities).scatter_(1, operands["labels"].unsqueeze(1), 1.0)
        axes = [axis for axis in range(scores.dim()) if axis != 1]
        both, predicted, true = (probabilities * truth).sum(axes), probabilities.sum(axes), truth.sum(axes)
        return 1 - index(both, predicted, true, parameters.get("smooth", 1.0)).mean()
    return compute


def _lovasz(logits, operands, parameters):
    scores = _classes_second(logits, parameters)
    probabilities = torch.softmax(scores, 1).movedim(1, 0).flatten(1)
    labels, losses = operands["labels"].flatten(), []
    for c in range(probabilities.shape[0]):
        truth = (labels == c).float()
        if truth.sum() == 0:
            continue
        errors, order = torch.sort((truth - probabilities[c]).abs(), descending=True)
        truth = truth[order]
        total = truth.sum()
        jaccard = 1 - (total - truth.cumsum(0)) / (total + (1 - truth).cumsum(0))
        jaccard[1:] = jaccard[1:] - jaccard[:-1]
        losses.append(torch.dot(errors, jaccard))
    return torch.stack(losses).mean()


def _kl_divergence(log_probs, operands, parameters):
    return F.kl_div(log_probs, operands["target"], reduction="mean")


WORK = {
    "losses/cross-entropy": _loss("logits", _cross_entropy),
    "losses/nll": _loss("log_probs", _nll),
    "losses/binary-cross-entropy": _loss("logits", _binary_cross_entropy),
    "losses/focal": _loss("logits", _focal),
    "losses/dice": _loss("logits", _overlap(lambda i, p, y, s: (2 * i + s) / (p + y + s))),
    "losses/jaccard": _loss("logits", _overlap(lambda i, p, y, s: (i + s) / (p + y - i + s))),
    "losses/tversky": _loss("logits", _overlap(lambda i, p, y, s: (i + s) / (i + 0.5 * (p - i) + 0.5 * (y - i) + s))),
    "losses/lovasz-softmax": _loss("logits", _lovasz),
    "losses/kl-divergence": _loss("log_probs", _kl_divergence),
}
