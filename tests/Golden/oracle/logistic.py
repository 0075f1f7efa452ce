"""Oracles of the logistic operations: a linear classifier of two classes (coef [F]) or more (coef [K, F])."""
import math

import numpy as np
import torch
import torch.nn.functional as F

from .tensors import floats, integers

NEWTON_STEPS = 60


def predict(request):
    z = _scores(request, *_model(request))
    threshold = request.get("threshold", 0.5)
    cut = math.log(threshold / (1 - threshold))
    if _is_binary(request):
        labels = z >= cut if request.get("tie", "positive") == "positive" else z > cut
        p = torch.sigmoid(z)
    else:
        labels = torch.as_tensor(np.argmax(z.detach().numpy(), -1))
        p = torch.softmax(z, -1)
    return {"logits": z, "probabilities": p, "labels": labels.to(torch.int64)}


def loss(request):
    coef, intercept = (None if part is None else part.requires_grad_() for part in _model(request))
    weight = _weight(request)
    losses = weight * _losses(_scores(request, coef, intercept), integers(request, "labels"), _is_binary(request))
    reduction = request.get("reduction", "mean")
    denominator = {"mean": weight.sum(), "mean_elements": weight.numel(), "mean_batch": weight.numel()}.get(reduction, 1)
    value = losses if reduction == "none" else losses.sum() / denominator
    value = value + request.get("l2", 0) / 2 * (coef ** 2).sum() + request.get("l1", 0) * coef.abs().sum()
    upstream = floats(request, "upstream")
    names = request.get("gradients", ["coef", "intercept"])
    wanted = {f"grad_{name}": part for name, part in (("coef", coef), ("intercept", intercept)) if part is not None and name in names}
    gradients = torch.autograd.grad(value, list(wanted.values()), torch.ones_like(value) if upstream is None else upstream.reshape(value.shape)) if wanted else ()
    right = (predict({**request, "threshold": 0.5, "tie": "positive"})["labels"] == integers(request, "labels")).double()
    return {"loss": value.detach(), **dict(zip(wanted, gradients)), "accuracy": (weight * right).sum() / weight.sum()}


def partial(request):
    coef, intercept = _model(request)
    joined = _join(coef, intercept)
    labels, weight = integers(request, "labels"), _weight(request)

    def total(theta):
        return (weight * _losses(_scores(request, *_part(theta, coef, intercept)), labels, _is_binary(request))).sum()

    gradient = _part(torch.autograd.functional.jacobian(total, joined), coef, intercept)
    hessian = torch.autograd.functional.hessian(total, joined)
    response = {"loss": total(joined), "grad_coef": gradient[0], "hessian": hessian.reshape(joined.numel(), joined.numel()),
                "weight_sum": weight.sum(), "count": labels.numel()}
    return response if intercept is None else {**response, "grad_intercept": gradient[1]}


def fit(request):
    """Newton's method with autograd's Hessian, to the last digit; intercepts of several classes are centred."""
    labels, features = integers(request, "labels"), floats(request, "features")
    classes = int(labels.max()) + 1
    with_intercept = request.get("fit_intercept", True)
    shape = (features.shape[1],) if classes == 2 else (classes, features.shape[1])
    coef, intercept = torch.zeros(shape, dtype=torch.float64), torch.zeros(shape[:-1], dtype=torch.float64) if with_intercept else None
    weight = _weight(request)
    if request.get("class_weight", "none") == "balanced":
        counts = torch.bincount(labels).double()
        weight = weight * (labels.numel() / (classes * counts))[labels]

    def objective(theta):
        w, b = _part(theta, coef, intercept)
        z = features @ w.T if w.dim() == 2 else features @ w
        return (weight * _losses(z if b is None else z + b, labels, classes == 2)).sum() + request.get("l2", 1.0) / 2 * (w ** 2).sum()

    theta = _join(coef, intercept)
    for _ in range(NEWTON_STEPS):
        gradient = torch.autograd.functional.jacobian(objective, theta).reshape(-1)
        hessian = torch.autograd.functional.hessian(objective, theta).reshape(theta.numel(), theta.numel())
        step = torch.linalg.pinv(hessian, hermitian=True, rtol=1e-12) @ gradient
        while objective(theta - step.reshape(theta.shape)) > objective(theta) + 1e-12 and step.abs().max() > 1e-12:
            step = step / 2
        theta = theta - step.reshape(theta.shape)
    found, offset = _part(theta, coef, intercept)
    return {"coef": found, "intercept": torch.zeros(shape[:-1], dtype=torch.float64) if offset is None else offset}


def _model(request):
    return floats(request, "coef"), floats(request, "intercept")


def _is_binary(request):
    coef = floats(request, "coef")
    return coef.dim() == 1 or coef.shape[0] == 1


def _scores(request, coef, intercept):
    features = floats(request, "features")
    z = features @ coef.reshape(-1) if _is_binary(request) else features @ coef.T
    return z if intercept is None else z + (intercept.reshape(()) if _is_binary(request) else intercept)


def _losses(z, labels, binary):
    if binary:
        return F.binary_cross_entropy_with_logits(z, labels.double(), reduction="none")
    return F.cross_entropy(z.reshape(-1, z.shape[-1]), labels.reshape(-1), reduction="none").reshape(labels.shape)


def _weight(request):
    labels, weight = integers(request, "labels"), floats(request, "sample_weight")
    return torch.ones(labels.shape, dtype=torch.float64) if weight is None else weight.expand(labels.shape)


def _join(coef, intercept):
    """Row by row: the coefficients and then the intercept."""
    rows = coef.reshape(-1, coef.shape[-1])
    return rows if intercept is None else torch.cat([rows, intercept.reshape(-1, 1)], 1)


def _part(theta, coef, intercept):
    width = coef.shape[-1]
    return theta[:, :width].reshape(coef.shape), None if intercept is None else theta[:, width].reshape(intercept.shape)


def boundary(request):
    """The hyperplanes and the distances from them."""
    coef, intercept = _model(request)
    threshold = request.get("threshold", 0.5)
    if coef.dim() == 1:
        normal, offset = coef, (0 if intercept is None else intercept) - math.log(threshold / (1 - threshold)) + torch.zeros((), dtype=torch.float64)
    else:
        pairs = torch.combinations(torch.arange(coef.shape[0]))
        normal = coef[pairs[:, 0]] - coef[pairs[:, 1]]
        offset = torch.zeros(len(pairs), dtype=torch.float64) if intercept is None else intercept[pairs[:, 0]] - intercept[pairs[:, 1]]
    response = {"normal": normal, "offset": offset} if coef.dim() == 1 else {"normal": normal, "offset": offset, "pairs": pairs}
    features = floats(request, "features")
    if features is not None:
        response["distances"] = (features @ normal.T + offset) / torch.linalg.vector_norm(normal, dim=-1)
    return response
