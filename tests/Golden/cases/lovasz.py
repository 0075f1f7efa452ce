"""losses/lovasz-softmax: no two errors of a class are near each other, as the gradient jumps where they change places."""
import itertools

import numpy as np

from . import draw
from .case import refused, twins

OPERATION = "losses/lovasz-softmax"
LOGITS = [[2.0, 0.5, -1.0], [0.125, 0.25, 3.0], [-0.5, 1.5, 0.375]]
SHAPES = {"[C]": ((4,), -1), "[N,C]": ((9, 3), -1), "[B,H,W,C]": ((2, 3, 5, 4), -1), "[B,C,H,W]": ((2, 4, 9, 9), 1), "[C,N]": ((3, 7), 0)}


def cases():
    combinations = itertools.product(SHAPES, ("hard", "hard with ignored", "one class"), ("present", "all"), (False, True))
    for number, combination in enumerate(combinations):
        yield from _case(number, *combination)
    yield from _edges()


def _case(number, layout, labels, classes, per_image):
    name = f"{layout}, {labels}, {classes}{', per image' if per_image else ''}"
    shape, axis = SHAPES[layout]
    rng = draw.seeded(name)
    loss_shape = tuple(np.delete(shape, axis))
    request = {"logits": _apart(rng, shape), "labels": draw.indices(rng, loss_shape, 1 if labels == "one class" else shape[axis])}
    if labels == "hard with ignored" and loss_shape:
        request["labels"].reshape(-1)[: 1 + number % 3] = 255
        request["ignore_index"] = 255
    options = {"class_axis": axis, "classes": classes, "per_image": per_image}
    defaults = {"class_axis": -1, "classes": "present", "per_image": False}
    request.update({key: value for key, value in options.items() if number % 2 or value != defaults[key]})
    if number % 4 == 0:
        request["upstream"] = draw.scores(rng, ())
    if number % 19 == 0:
        request["gradients"] = []
    request = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in request.items()}
    yield from twins(OPERATION, name, request)


def _apart(rng, shape):
    """Normal scores that FP32 holds: random enough for no two errors to be equal."""
    return np.array([rng.gauss(0, 2) for _ in range(int(np.prod(shape)))], np.float32).astype(float).reshape(shape)


def _edges():
    def make(name, labels, warnings=None, logits=LOGITS, **options):
        return twins(OPERATION, "edge: " + name, {"logits": logits, "labels": labels, **options}, warnings)

    yield from make("every default", [0, 1, 2], False)
    yield from make("certain and right", [0, 1], False, logits=[[800.0, 0.0], [0.0, 900.0]])
    yield from make("certain and wrong", [1, 1], False, logits=[[800.0, 0.0], [900.0, 0.0]])
    yield from make("all ignored", [-100, -100, -100], True)
    yield from make("one image all ignored", [[-100, -100], [0, 1]], False, logits=[LOGITS[:2], LOGITS[1:]], per_image=True)
    yield from make("ignore_index inside the classes", [0, 1, 2], ignore_index=1)
    yield from make("empty batch", [], True, logits={"shape": [0, 3], "data": []})
    yield refused("refused: label beyond the classes", {"logits": LOGITS, "labels": [0, 3, 1]})
    yield refused("refused: class probabilities", {"logits": LOGITS, "labels": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]})
    yield refused("refused: half a label", {"logits": LOGITS, "labels": [0, 0.5, 1]})
    yield refused("refused: no classes", {"logits": {"shape": [2, 0], "data": []}, "labels": [0, 0]})
