"""Activations, policy, clustering, correlation, regression, selection and metrics in PyTorch's own composition."""
import torch
import torch.nn.functional as F


def _pulled(function):
    """A vector-Jacobian product by the logits."""
    def prepare(operands, parameters):
        logits, upstream = operands["logits"].requires_grad_(), operands["upstream"]

        def call():
            values = function(logits, parameters.get("axis", -1))
            gradient, = torch.autograd.grad(values, logits, upstream)
            return {"values": values.detach(), "grad_logits": gradient}
        return call
    return prepare


def _policy(surrogate):
    def prepare(operands, parameters):
        theta, states, actions = operands["theta"].requires_grad_(), operands["states"], operands["actions"].unsqueeze(-1)

        def call():
            log_p = torch.log_softmax(states @ theta, -1).gather(-1, actions).squeeze(-1)
            loss = surrogate(log_p, operands)
            gradient, = torch.autograd.grad(loss, theta)
            return {"loss": loss.detach(), "grad_theta": gradient}
        return call
    return prepare


def _clipped(log_p, operands):
    ratio, advantages = torch.exp(log_p - operands["old_log_probabilities"]), operands["advantages"]
    return -torch.min(ratio * advantages, torch.clamp(ratio, 0.8, 1.2) * advantages).mean()


def _kmeans_step(operands, parameters):
    points, centroids = operands["points"], operands["centroids"]
    clusters = len(centroids)

    def call():
        scores = torch.addmm((centroids * centroids).sum(1), points, centroids.T, alpha=-2)
        assignments = scores.argmin(1)
        sums = torch.zeros_like(centroids).index_add_(0, assignments, points)
        counts = torch.bincount(assignments, minlength=clusters).unsqueeze(1)
        return {"centroids": torch.where(counts > 0, sums / counts, centroids)}
    return call


def _correlation(operands, parameters):
    upstream = operands.get("upstream")
    image, kernel = operands["input"], operands["kernel"]
    if upstream is None:
        return lambda: {"output": F.conv2d(image, kernel)}
    image, kernel = image.requires_grad_(), kernel.requires_grad_()

    def call():
        output = F.conv2d(image, kernel)
        by_image, by_kernel = torch.autograd.grad(output, (image, kernel), upstream)
        return {"output": output.detach(), "grad_input": by_image, "grad_kernel": by_kernel}
    return call


def _logistic_loss(operands, parameters):
    coef, intercept = operands["coef"].requires_grad_(), operands["intercept"].requires_grad_()
    labels = operands["labels"].float()

    def call():
        loss = F.binary_cross_entropy_with_logits(operands["features"] @ coef + intercept, labels)
        by_coef, by_intercept = torch.autograd.grad(loss, (coef, intercept))
        return {"loss": loss.detach(), "grad_coef": by_coef, "grad_intercept": by_intercept}
    return call


def _select(operands, parameters):
    logits, candidates = operands["logits"].requires_grad_(), operands["candidates"].requires_grad_()

    def call():
        output = (torch.softmax(logits, -1).unsqueeze(-1) * candidates).sum(1)
        by_logits, by_candidates = torch.autograd.grad(output, (logits, candidates), operands["upstream"])
        return {"output": output.detach(), "grad_logits": by_logits, "grad_candidates": by_candidates}
    return call


def _metrics(operands, parameters):
    classes = parameters["classes"]

    def call():
        pairs = operands["labels"] * classes + operands["predictions"]
        confusion = torch.bincount(pairs.flatten(), minlength=classes * classes).reshape(classes, classes)
        both, true, predicted = confusion.diagonal(), confusion.sum(1), confusion.sum(0)
        return {"confusion": confusion, "iou": both / (true + predicted - both)}
    return call


WORK = {
    "activations/softmax": _pulled(torch.softmax),
    "activations/log-softmax": _pulled(torch.log_softmax),
    "policy/reinforce": _policy(lambda log_p, operands: -(log_p * operands["advantages"]).mean()),
    "policy/ppo": _policy(_clipped),
    "kmeans/step": _kmeans_step,
    "similarity/cross-correlation": _correlation,
    "logistic/loss": _logistic_loss,
    "selection/select": _select,
    "segmentation/metrics": _metrics,
}
