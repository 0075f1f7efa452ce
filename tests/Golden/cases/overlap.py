"""losses/dice, losses/jaccard and losses/tversky: one grid of cases for the three."""
import itertools

import numpy as np

from . import draw
from .case import refused, twins

LOGITS = [[2.0, 0.5, -1.0], [0.125, 0.25, 3.0], [-0.5, 1.5, 0.375]]
SHAPES = {"[C]": ((4,), -1), "[N,C]": ((5, 3), -1), "[B,H,W,C]": ((2, 3, 2, 3), -1), "[B,C,H,W]": ((2, 4, 3, 3), 1), "[C,N]": ((3, 7), 0)}
LABELS = ("hard", "hard with ignored", "soft")


def dice():
    yield from _cases("losses/dice")


def jaccard():
    yield from _cases("losses/jaccard")


def tversky():
    yield from _cases("losses/tversky")


def _cases(operation):
    combinations = itertools.product(SHAPES, LABELS, ("macro", "per_image", "none"), (False, True), (True, False))
    for number, combination in enumerate(combinations):
        yield from _case(operation, number, *combination)
    yield from _edges(operation)


def _case(operation, number, layout, labels, average, squared, background):
    name = f"{layout}, {labels}, {average}{', squared' if squared else ''}{'' if background else ', without background'}"
    shape, axis = SHAPES[layout]
    rng = draw.seeded(operation + name)
    loss_shape = tuple(np.delete(shape, axis))
    request = {"logits": draw.scores(rng, shape), "class_axis": axis, "average": average, "squared": squared, "include_background": background}
    if labels == "soft":
        request["labels"] = draw.distributions(rng, shape, axis)
    else:
        request["labels"] = draw.indices(rng, loss_shape, shape[axis])
        if labels == "hard with ignored" and loss_shape:
            request["labels"].reshape(-1)[0] = 255
            request["ignore_index"] = 255
    if number % 3:
        request["smooth"] = (0.125, 0.0)[number % 2]
    if operation == "losses/tversky" and number % 4:
        request.update({"alpha": 0.25, "beta": 1.5})
    if number % 5 == 0:
        request["upstream"] = draw.scores(rng, (shape[axis] - (not background),) if average == "none" else ())
    if number % 19 == 0:
        request["gradients"] = []
    request = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in request.items()}
    yield from twins(operation, name, request)


def _edges(operation):
    def make(name, labels, warnings=None, logits=LOGITS, **options):
        return twins(operation, "edge: " + name, {"logits": logits, "labels": labels, **options}, warnings)

    yield from make("every default", [0, 1, 2], False)
    yield from make("an absent class", [0, 1, 1], False)
    yield from make("all ignored", [-100, -100, -100], True)
    yield from make("all ignored, no smoothing", [-100, -100, -100], True, smooth=0, gradients=[])
    yield from make("ignore_index inside the classes", [0, 1, 2], ignore_index=1)
    yield from make("NaN logits of an ignored element", [0, 1, -100], False, logits=[[1.0, 2.0], [0.5, 0.0], ["NaN", 1.0]])
    yield from make("a NaN logit", [0, 1], True, logits=[[1.0, "NaN"], [0.5, 0.0]])
    yield from make("one class", [0, 0], False, logits=[[1.0], [2.0]])
    yield from make("empty batch", [], None, logits={"shape": [0, 3], "data": []})
    yield from make("no images", {"shape": [0, 2], "data": []}, True, logits={"shape": [0, 2, 3], "data": []}, average="per_image")
    yield refused("refused: label beyond the classes", {"logits": LOGITS, "labels": [0, 3, 1]})
    yield refused("refused: labels of another shape", {"logits": LOGITS, "labels": [0, 1]})
    yield refused("refused: a negative smooth", {"logits": LOGITS, "labels": [0, 1, 2], "smooth": -1})
    yield refused("refused: nothing but a background", {"logits": [[1.0]], "labels": [0], "include_background": False})
    yield refused("refused: upstream of another shape", {"logits": LOGITS, "labels": [0, 1, 2], "average": "none", "upstream": [1.0, 1.0]})
    yield refused("refused: no classes", {"logits": {"shape": [2, 0], "data": []}, "labels": [0, 0]})
