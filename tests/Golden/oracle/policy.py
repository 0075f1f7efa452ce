"""Oracles of policy/probabilities and policy/log-gradient: the linear softmax policy, logits = states theta."""
import torch

from .tensors import floats, integers, read


def probabilities(request):
    logits = floats(request, "states") @ floats(request, "theta") / request.get("temperature", 1.0)
    if request.get("action_mask") is not None:
        logits = logits.masked_fill(~torch.from_numpy(read(request["action_mask"], bool)), float("-inf"))
    log_p = torch.log_softmax(logits, -1)
    p = torch.softmax(logits, -1)
    return {
        "probabilities": p,
        "log_probabilities": log_p,
        "entropy": torch.special.entr(p).sum(-1),  # entr(0) = 0
    }


def log_gradient(request):
    states, theta = floats(request, "states"), floats(request, "theta").requires_grad_()
    actions = integers(request, "actions")
    steps = [_step(s, theta, a) for s, a in zip(states.reshape(-1, states.shape[-1]), actions.reshape(-1))]
    response = {name: _stack([step[name] for step in steps], actions.shape) for name in steps[0]}
    if not request.get("per_sample", True):
        response["gradient"] = response["gradient"].sum(0) if actions.dim() else response["gradient"]
    if not request.get("explain", False):
        response = {name: response[name] for name in ("gradient", "log_probabilities")}
    return response


def _step(state, theta, action):
    """One state and action: d log pi(a|s) / d theta by autograd, and the steps a person would write down."""
    logits = (state @ theta).detach().requires_grad_()
    log_p = torch.log_softmax(state @ theta, -1)[action]
    jacobian = torch.autograd.functional.jacobian(lambda z: torch.softmax(z, -1), logits.detach())
    return {
        "gradient": torch.autograd.grad(log_p, theta)[0],
        "log_probabilities": log_p.detach(),
        "jacobian": jacobian,
        "jacobian_row": jacobian[action],
        "dlog": torch.autograd.grad(torch.log_softmax(logits, -1)[action], logits)[0],
    }


def _stack(parts, batch):
    return torch.stack(parts).reshape((*batch, *parts[0].shape))
