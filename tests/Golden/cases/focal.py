"""losses/focal: options of cross-entropy, powers below, at and above 1."""
import itertools

import numpy as np

from . import draw
from .case import refused, twins

OPERATION = "losses/focal"
LOGITS = [[2.0, 0.5, -1.0], [0.125, 0.25, 3.0], [-0.5, 1.5, 0.375]]
SHAPES = {"[C]": ((4,), -1), "[N,C]": ((3, 4), -1), "[B,H,W,C]": ((2, 1, 2, 3), -1), "[B,C,H,W]": ((2, 3, 1, 2), 1)}
LABELS = ("hard", "hard with ignored", "soft")


def cases():
    combinations = itertools.product(SHAPES, LABELS, (0, 0.5, 1, 2, 3.25), ("none", "sum", "mean", "mean_elements", "mean_batch"))
    for number, combination in enumerate(combinations):
        yield from _case(number, *combination)
    yield from _edges()


def _case(number, layout, labels, gamma, reduction):
    name = f"{layout}, {labels}, gamma {gamma}, {reduction}"
    shape, axis = SHAPES[layout]
    rng = draw.seeded(name)
    loss_shape = tuple(np.delete(shape, axis))
    request = {"logits": draw.scores(rng, shape), "class_axis": axis, "reduction": reduction}
    if gamma != 2 or number % 2:
        request["gamma"] = gamma
    if labels == "soft":
        request["labels"] = draw.distributions(rng, shape, axis)
    else:
        request["labels"] = draw.indices(rng, loss_shape, shape[axis])
        if labels == "hard with ignored" and loss_shape:
            request["labels"].reshape(-1)[0] = -100
    if number % 3:
        request["weight"] = draw.positive(rng, (shape[axis],))
    if number % 2:
        request["sample_weight"] = draw.positive(rng, loss_shape)
    if number % 4 == 0:
        request["upstream"] = draw.scores(rng, loss_shape if reduction == "none" else ())
    if number % 19 == 0:
        request["gradients"] = []
    request = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in request.items()}
    yield from twins(OPERATION, name, request)


def _edges():
    def make(name, labels, warnings=None, logits=LOGITS, **options):
        return twins(OPERATION, "edge: " + name, {"logits": logits, "labels": labels, **options}, warnings)

    yield from make("every default", [0, 1, 2])
    yield from make("nearly certain", [0, 1, 0], logits=[[30.0, 0.0], [0.0, 12.0], [8.0, 0.0]], reduction="none")
    yield from make("nearly impossible", [1, 0], logits=[[30.0, 0.0], [0.0, 700.0]], reduction="none")
    yield from make("nearly certain, gamma 0.5, sum", [0, 1], logits=[[30.0, 0.0], [0.0, 12.0]], gamma=0.5, reduction="sum")
    yield from make("ignore_index inside the classes", [0, 1, 2], ignore_index=1, weight=[0.5, 1.0, 2.0])
    yield from make("all ignored", [-100, -100, -100], True)
    yield from make("total weight zero", [0, 0, 0], True, weight=[0.0, 1.0, 1.0])
    yield from make("empty batch", [], True, logits={"shape": [0, 3], "data": []})
    yield refused("refused: label beyond the classes", {"logits": LOGITS, "labels": [0, 3, 1]})
    yield refused("refused: a negative gamma", {"logits": LOGITS, "labels": [0, 1, 2], "gamma": -0.5})
    yield refused("refused: label smoothing, which the focal loss has not", {"logits": LOGITS, "labels": [0, 1, 2], "label_smoothing": 0.1}, 400)
