"""losses/nll: the cross-entropy of log-probabilities, which need not be normalised."""
import itertools

import numpy as np

from . import draw
from .case import refused, twins

OPERATION = "losses/nll"
LOG_PROBS = [[-0.5, -1.5, -2.25], [-3.0, -0.125, -2.5], [-1.0, -1.0, -1.25]]
SHAPES = {"[C]": ((4,), -1), "[N,C]": ((3, 4), -1), "[B,H,W,C]": ((2, 1, 2, 3), -1), "[B,C,H,W]": ((2, 3, 1, 2), 1)}
LABELS = ("hard", "hard with ignored", "soft")


def cases():
    combinations = itertools.product(SHAPES, LABELS, (False, True), (0, 0.1),
                                     ("none", "sum", "mean", "mean_elements", "mean_batch"))
    for number, combination in enumerate(combinations):
        yield from _case(number, *combination)
    yield from _edges()


def _case(number, layout, labels, weighted, smoothing, reduction):
    name = f"{layout}, {labels}{', weighted' if weighted else ''}{f', smoothing {smoothing}' if smoothing else ''}, {reduction}"
    shape, axis = SHAPES[layout]
    rng = draw.seeded(name)
    loss_shape = tuple(np.delete(shape, axis))
    request = {"log_probs": -draw.positive(rng, shape), "class_axis": axis, "reduction": reduction}
    if labels == "soft":
        request["labels"] = draw.distributions(rng, shape, axis)
    else:
        request["labels"] = draw.indices(rng, loss_shape, shape[axis])
        if labels == "hard with ignored" and loss_shape:
            request["labels"].reshape(-1)[0] = -100
    if weighted:
        request["weight"] = draw.positive(rng, (shape[axis],))
        if number % 4 == 0:
            request["weighting"] = "predictions"
    if smoothing:
        request["label_smoothing"] = smoothing
    if number % 2:
        request["sample_weight"] = draw.positive(rng, loss_shape)
    if number % 3 == 0:
        request["upstream"] = draw.scores(rng, loss_shape if reduction == "none" else ())
    if number % 19 == 0:
        request["gradients"] = []
    request = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in request.items()}
    yield from twins(OPERATION, name, request)


def _edges():
    def make(name, labels, warnings=None, log_probs=LOG_PROBS, **options):
        return twins(OPERATION, "edge: " + name, {"log_probs": log_probs, "labels": labels, **options}, warnings)

    yield from make("every default", [0, 1, 2])
    yield from make("ignore_index inside the classes", [0, 1, 2], ignore_index=1, weight=[0.5, 1.0, 2.0])
    yield from make("-inf at the true class", [0], log_probs=[["-Infinity", -0.5, -1.0]])
    yield from make("-inf elsewhere", [1], log_probs=[["-Infinity", -0.5, -1.0]])
    yield from make("log-probabilities not normalised, one positive", [0, 1], log_probs=[[0.5, -1.0], [-3.0, -3.0]])
    yield from make("a weight FP32 cannot hold", [0, 1, 2], weight=[0.2595, 0.1826, 4.5640])
    yield from make("all ignored", [-100, -100, -100], True)
    yield from make("total weight zero", [0, 0, 0], True, weight=[0.0, 1.0, 1.0])
    yield from make("empty batch", [], True, log_probs={"shape": [0, 3], "data": []})
    yield refused("refused: label beyond the classes", {"log_probs": LOG_PROBS, "labels": [0, 3, 1]})
    yield refused("refused: two weights for three classes", {"log_probs": LOG_PROBS, "labels": [0, 1, 2], "weight": [1.0, 2.0]})
