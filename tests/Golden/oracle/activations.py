"""Oracles of activations/softmax, log-softmax and softmax-jacobian."""
import torch

from .tensors import floats


def softmax(request):
    return _activation(request, torch.softmax)


def log_softmax(request):
    temperature, axis = request.get("temperature", 1.0), request.get("axis", -1)
    return {**_activation(request, torch.log_softmax), "log_sum_exp": torch.logsumexp(floats(request, "logits") / temperature, axis)}


def _activation(request, function):
    logits = floats(request, "logits").requires_grad_()
    values = function(logits / request.get("temperature", 1.0), request.get("axis", -1))
    response = {"values": values.detach()}
    if request.get("upstream") is not None:
        response["grad_logits"] = torch.autograd.grad(values, logits, floats(request, "upstream"))[0]
    return response


def softmax_jacobian(request):
    """[.., C, C]: the remaining axes in their order, then d p_i / d z_j."""
    axis = request.get("axis", -1)
    if request.get("probabilities") is not None:
        p = floats(request, "probabilities").movedim(axis, -1)
        return {"jacobian": torch.diag_embed(p) - p.unsqueeze(-1) * p.unsqueeze(-2)}
    logits = floats(request, "logits").movedim(axis, -1)
    rows = logits.reshape(-1, logits.shape[-1])
    blocks = [torch.autograd.functional.jacobian(lambda z: torch.softmax(z, 0), row) for row in rows]
    return {"jacobian": torch.stack(blocks).reshape(*logits.shape, logits.shape[-1])}
