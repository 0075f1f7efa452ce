"""What `reduction`, `sample_weight` and `ignore_index` do to the losses of the elements."""
import torch


def counted(labels, soft, ignore_index):
    """Which elements count: for class probabilities all of them (one for each distribution)."""
    if soft:
        return torch.ones(labels.shape[:-1], dtype=torch.bool)
    return labels != ignore_index


def denominator(reduction, mask, sample_weight, element_weight):
    """The divisor of the summed losses.

    `element_weight` is the class weight an element brings to PyTorch's mean (None where PyTorch divides by the count).
    """
    if reduction in ("none", "sum"):
        return torch.tensor(1.0, dtype=torch.float64)
    if reduction == "mean_elements":
        return mask.sum().double()
    if reduction == "mean_batch":
        return torch.tensor(float(mask.shape[0]) if mask.dim() else 1.0, dtype=torch.float64)
    shares = torch.ones(mask.shape, dtype=torch.float64) if element_weight is None else element_weight
    if sample_weight is not None:
        shares = shares * sample_weight
    return shares[mask].sum()


def reduce(losses, reduction, sample_weight, divisor):
    """The losses weighted by sample_weight, then summed and divided unless reduction is none."""
    if sample_weight is not None:
        losses = losses * sample_weight
    return losses if reduction == "none" else losses.sum() / divisor


def gradient(loss, operand, upstream):
    """d loss / d operand by autograd, multiplied through by upstream (default ones)."""
    seed = torch.ones_like(loss) if upstream is None else upstream.expand_as(loss)
    return torch.autograd.grad(loss, operand, grad_outputs=seed)[0]


def wants_gradient(request, name):
    return request.get("gradients") is None or name in request["gradients"]
