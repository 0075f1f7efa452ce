"""losses/binary-cross-entropy and losses/kl-divergence."""
import itertools

import numpy as np

from . import draw
from .case import refused, twins

REDUCTIONS = ("none", "sum", "mean", "mean_elements", "mean_batch")
SHAPES = {"[]": (), "[N]": (11,), "[N,C]": (4, 3), "[B,C,H,W]": (2, 3, 2, 2)}


def binary_cross_entropy():
    operation = "losses/binary-cross-entropy"
    for number, (layout, source, labels, reduction) in enumerate(
            itertools.product(SHAPES, ("logits", "probabilities"), ("hard", "soft"), REDUCTIONS)):
        name = f"{layout}, from {source}, {labels}, {reduction}"
        rng, shape = draw.seeded(name), SHAPES[layout]
        request = {"logits": draw.scores(rng, shape) if source == "logits" else draw.positive(rng, shape, 1),
                   "labels": draw.indices(rng, shape, 2) if labels == "hard" else draw.positive(rng, shape, 1), "reduction": reduction}
        if source == "probabilities":
            request["from"] = source
            if number % 2:
                request["epsilon"] = 0.125
        if number % 2:
            request["pos_weight"] = draw.positive(rng, shape[-1:])
        if number % 3:
            request["weight"] = draw.positive(rng, shape if number % 2 else shape[:-1] + (1,) if shape else ())
        _upstream(request, rng, number, shape)
        yield from twins(operation, name, _plain(request))
    yield from _binary_edges(operation)


def kl_divergence():
    operation = "losses/kl-divergence"
    for number, (layout, logarithmic, reduction) in enumerate(itertools.product(SHAPES, (False, True), REDUCTIONS)):
        name = f"{layout}{', log_target' if logarithmic else ''}, {reduction}"
        rng, shape = draw.seeded(name), SHAPES[layout]
        request = {"log_probs": -draw.positive(rng, shape), "reduction": reduction,
                   "target": -draw.positive(rng, shape) if logarithmic else draw.positive(rng, shape, 1)}
        if logarithmic:
            request["log_target"] = True
        _upstream(request, rng, number, shape)
        yield from twins(operation, name, _plain(request))
    yield from _divergence_edges(operation)


def _binary_edges(operation):
    def make(name, logits, labels, warnings=None, **options):
        return twins(operation, "edge: " + name, {"logits": logits, "labels": labels, **options}, warnings)

    hard = {"logits": [0.25, -2.0, 100.0, -800.0, 0.0], "labels": [1, 0, 0, 1, 0.5]}
    yield from make("huge logits", *hard.values())
    yield from make("huge logits, pos_weight, none", *hard.values(), pos_weight=[3.0], reduction="none")
    yield from make("mean divides by the count, whatever the weights", *hard.values(), weight=[1.0, 0.0, 2.0, 1.0, 1.0])
    yield from make("all weights zero", *hard.values(), False, weight=0.0)
    yield from make("logits near nothing", [1e-30, -1e-30, 40.0, -40.0], [0, 1, 1, 0], reduction="none")
    yield from make("a NaN logit", ["NaN", 1.0], [1, 0], True)
    yield from make("an infinite logit against its label", ["Infinity", 1.0], [0, 0], True)
    yield from make("probabilities 0 and 1 against their labels", [0.0, 1.0, 0.25], [1, 0, 1], **{"from": "probabilities", "reduction": "none"})
    yield from make("empty, mean", {"shape": [0, 3], "data": []}, {"shape": [0, 3], "data": []}, True)
    yield from make("empty, sum", {"shape": [0, 3], "data": []}, {"shape": [0, 3], "data": []}, False, reduction="sum")
    yield refused("refused: a label above 1", {"logits": [1.0, 2.0], "labels": [1, 2]})
    yield refused("refused: labels of another shape", {"logits": [[1.0, 2.0]], "labels": [1, 0]})
    yield refused("refused: a pos_weight that does not broadcast", {"logits": [[1.0, 2.0]], "labels": [[1, 0]], "pos_weight": [1.0, 1.0, 1.0]})


def _divergence_edges(operation):
    def make(name, log_probs, target, warnings=None, **options):
        return twins(operation, "edge: " + name, {"log_probs": log_probs, "target": target, **options}, warnings)

    yield from make("0 log 0 is 0", [-0.5, -1.0], [0.0, 1.0], False, reduction="none")
    yield from make("a positive target against -inf", [["-Infinity", -0.5]], [[0.5, 0.5]], True)
    yield from make("0 against -inf", [["-Infinity", -0.5]], [[0.0, 1.0]], True)
    yield from make("a negative target", [-0.5, -1.0], [-0.25, 1.25], True)
    yield from make("a log-target of -inf", [-0.5, -1.0], ["-Infinity", 0.0], True, log_target=True)
    yield from make("a positive log-target", [-0.5, -1.0], [1.5, 20.0], False, log_target=True, reduction="none")
    yield from make("tiny targets", [-0.5, -1.0], [2.0 ** -140, 2.0 ** -100], False, reduction="none")
    yield from make("empty, mean", {"shape": [0, 3], "data": []}, {"shape": [0, 3], "data": []}, True)
    yield refused("refused: a target of another shape", {"log_probs": [-1.0, -2.0], "target": [0.5, 0.25, 0.25]})


def _upstream(request, rng, number, shape):
    if number % 3 == 0:
        request["upstream"] = draw.scores(rng, shape if request["reduction"] == "none" else ())
    if number % 17 == 0:
        request["gradients"] = []


def _plain(request):
    return {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in request.items()}
