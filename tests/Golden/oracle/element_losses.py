"""The loss of every element, by PyTorch's own functions wherever it has one."""
import torch
import torch.nn.functional as F


def classes_second(x):
    """PyTorch wants the classes along axis 1 (axis 0 without a batch); here they come last."""
    return x if x.dim() == 1 else x.movedim(-1, 1).contiguous()


def from_logits(logits, labels, weight, smoothing, ignore_index):
    """torch.nn.functional.cross_entropy, reduction none, held against the composition below."""
    soft = labels.is_floating_point()
    losses = F.cross_entropy(
        classes_second(logits), classes_second(labels) if soft else labels,
        weight=weight, ignore_index=ignore_index, label_smoothing=smoothing, reduction="none")
    composed = _composed(torch.log_softmax(logits, -1), labels, weight, smoothing, ignore_index)
    torch.testing.assert_close(losses.reshape(composed.shape), composed, rtol=1e-12, atol=1e-12, equal_nan=True)
    return losses.reshape(composed.shape)


def from_log_probs(log_probs, labels, weight, smoothing, ignore_index):
    """torch.nn.functional.nll_loss where it applies; it has neither smoothing nor probabilities as labels."""
    if labels.is_floating_point() or smoothing > 0:
        return _composed(log_probs, labels, weight, smoothing, ignore_index)
    losses = F.nll_loss(classes_second(log_probs), labels, weight=weight, ignore_index=ignore_index, reduction="none")
    return losses.reshape(labels.shape)


def focal(gamma):
    """-(1 - p)^gamma log p; 1 - p as -expm1(log p), so that autograd keeps the digits of small ones."""
    def losses(logits, labels, weight, smoothing, ignore_index):
        log_probs = torch.log_softmax(logits, -1)
        complement = -torch.expm1(log_probs)
        modulated = log_probs if gamma == 0 else complement ** gamma * log_probs
        return _composed(modulated, labels, weight, smoothing, ignore_index)
    return losses


def _composed(log_probs, labels, weight, smoothing, ignore_index):
    classes = log_probs.shape[-1]
    weight = torch.ones(classes, dtype=torch.float64) if weight is None else weight
    if labels.is_floating_point():
        smoothed = labels * (1 - smoothing) + smoothing / classes if smoothing > 0 else labels
        return -(weight * smoothed * log_probs).sum(-1)
    ignored = labels == ignore_index
    index = labels.masked_fill(ignored, 0)
    losses = -weight[index] * log_probs.gather(-1, index.unsqueeze(-1)).squeeze(-1)
    if smoothing > 0:
        losses = (1 - smoothing) * losses - smoothing / classes * (weight * log_probs).sum(-1)
    return losses.masked_fill(ignored, 0)
