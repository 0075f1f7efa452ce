"""Oracles of selection/select and selection/reinforce, by autograd of the definitions."""
import torch
import torch.nn.functional as F

from .tensors import floats, integers


def select(request):
    logits, candidates = floats(request, "logits").requires_grad_(), floats(request, "candidates").requires_grad_()
    mode, upstream = request.get("mode", "soft"), floats(request, "upstream")
    noise = -torch.log(-torch.log(floats(request, "uniforms"))) if mode == "gumbel_softmax" else 0
    p = torch.softmax((logits + noise) / request.get("temperature", 1.0), -1)
    one_hot = F.one_hot((logits + noise).argmax(-1), logits.shape[-1]).double()
    mask = one_hot if mode == "hard" else p
    if mode == "straight_through" or (mode == "gumbel_softmax" and request.get("hard", False)):
        mask = one_hot - p.detach() + p
    rest = candidates.dim() - logits.dim()
    output = (mask.reshape(*mask.shape, *[1] * rest) * candidates).sum(logits.dim() - 1)
    shown = mask if mask is p else one_hot
    response = {"output": output.detach(), "probabilities": p.detach(), "mask": shown.detach()}
    if upstream is not None:
        loss = (output * upstream.reshape(output.shape)).sum()
        gradients = torch.autograd.grad(loss, [logits, candidates], allow_unused=True)
        response["grad_logits"] = torch.zeros_like(logits) if gradients[0] is None else gradients[0]
        response["grad_candidates"] = gradients[1]
    return response


def reinforce(request):
    """With actions given: the gradient of mean (f - b) log p(a), each sample by itself for the variance."""
    logits, losses, actions = floats(request, "logits").requires_grad_(), floats(request, "losses"), integers(request, "actions")
    samples, mode = actions.shape[-1], request.get("baseline_mode", "none")
    total = losses.sum(-1, keepdim=True)
    baseline = {"none": lambda: 0 * losses, "mean": lambda: total / samples, "leave_one_out": lambda: (total - losses) / (samples - 1)}[mode]()
    log_p = torch.log_softmax(logits, -1).gather(-1, actions)
    each = torch.stack([torch.autograd.grad(((losses - baseline) * log_p)[..., s].sum(), logits, retain_graph=True)[0] for s in range(samples)])
    upstream = floats(request, "upstream")
    scale = torch.ones(losses.shape[:-1], dtype=torch.float64) if upstream is None else upstream.reshape(losses.shape[:-1])
    variance = each.var(0, unbiased=True) / samples if samples > 1 else torch.full_like(each[0], float("nan"))
    return {"loss": losses.mean(-1), "grad_logits": scale.unsqueeze(-1) * each.mean(0),
            "variance": scale.unsqueeze(-1) ** 2 * variance, "actions": actions}
