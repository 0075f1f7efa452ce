"""Every combination of cross-entropy's options on small pictures in both layouts, and a spread of them on other ranks."""
import itertools

import numpy as np

from . import draw
from .case import case

OPERATION = "losses/cross-entropy"
LABELS = ("hard", "hard with ignored", "hard ignoring class 1", "soft")
REDUCTIONS = ("none", "sum", "mean", "mean_elements", "mean_batch")
SAMPLE_WEIGHTS = ("no sample weight", "sample weight", "broadcast sample weight")
# (weights?, weighting, apply_to, from)
WEIGHTINGS = [
    (False, None, None, "logits"), (False, None, None, "probabilities"),
    (True, "labels", "loss", "logits"), (True, "labels", "logits", "logits"),
    (True, "predictions", "loss", "logits"), (True, "predictions", "logits", "logits"),
    (True, "labels", "loss", "probabilities"), (True, "predictions", "loss", "probabilities"),
]
PICTURES = {"[B,H,W,C]": ((2, 1, 2, 3), -1), "[B,C,H,W]": ((2, 3, 1, 2), 1)}
OTHERS = {
    "[C]": ((4,), -1), "[N,C]": ((3, 4), -1), "[N,C] axis 1": ((3, 4), 1), "[C,N]": ((3, 4), 0),
    "[N,L,C]": ((2, 3, 3), -1), "[B,D,H,W,C]": ((2, 1, 2, 2, 3), -1), "[B,C,D,H,W]": ((2, 3, 2, 1, 2), 1),
}
STEP = 10  # of the combinations on other ranks one in 31 is taken, each rank beginning elsewhere


def cases():
    pictures = [(layout, *combination) for layout in PICTURES for combination in _combinations()]
    others = [(layout, *combination) for begin, layout in enumerate(OTHERS)
              for combination in itertools.islice(_combinations(), begin, None, len(SAMPLE_WEIGHTS) * STEP + 1)]
    return [_case(number, *combination) for number, combination in enumerate(pictures + others)]


def _combinations():
    return itertools.product(LABELS, WEIGHTINGS, (0, 0.1), REDUCTIONS, SAMPLE_WEIGHTS)


def _case(number, layout, labels, weighting, smoothing, reduction, sampling):
    weighted, by, target, source = weighting
    parts = [layout, labels, "from " + source, f"{by} weigh the {target}" if weighted else "", reduction,
             f"smoothing {smoothing}" if smoothing else "", sampling if sampling != SAMPLE_WEIGHTS[0] else ""]
    name = ", ".join(part for part in parts if part)
    shape, axis = {**PICTURES, **OTHERS}[layout]
    rng = draw.seeded(name)
    loss_shape = tuple(np.delete(shape, axis))
    request = {"logits": draw.distributions(rng, shape, axis) if source == "probabilities" else draw.scores(rng, shape)}
    request.update(_labels(rng, labels, shape, axis, loss_shape))
    if weighted:
        request["weight"] = draw.positive(rng, (shape[axis],))
        request.update({"weighting": by, "apply_to": target})
    if sampling != SAMPLE_WEIGHTS[0]:
        broadcast = loss_shape[:1] + (1,) * (len(loss_shape) - 1) if len(loss_shape) > 1 else ()
        request["sample_weight"] = draw.positive(rng, loss_shape if sampling == SAMPLE_WEIGHTS[1] else broadcast)
    # Defaults are spelled out in every other case and left to the service in the rest.
    options = {"class_axis": axis, "reduction": reduction, "label_smoothing": smoothing, "from": source}
    defaults = {"class_axis": -1, "reduction": "mean", "label_smoothing": 0, "from": "logits"}
    request.update({key: value for key, value in options.items() if number % 2 or value != defaults[key]})
    if number % 3 == 0:
        request["upstream"] = draw.scores(rng, loss_shape if reduction == "none" else ())
    if number % 17 == 0:
        request["gradients"] = []
    elif number % 17 == 1:
        request["gradients"] = ["logits"]
    request = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in request.items()}
    plain = not weighted and source == "logits" and labels == "hard"
    return case(OPERATION, name, request, warnings=False if plain else None)


def _labels(rng, kind, shape, axis, loss_shape):
    classes = shape[axis]
    if kind == "soft":
        return {"labels": draw.distributions(rng, shape, axis)}
    labels = draw.indices(rng, loss_shape, classes)
    if kind == "hard":
        return {"labels": labels}
    ignored = -100 if kind == "hard with ignored" else 1
    flat = labels.reshape(-1)
    flat[rng.randrange(len(flat))] = ignored
    if (flat == ignored).all():
        flat[0] = 0  # one element counts at least, so that a mean is a number; a lone one cannot be ignored as well
    return {"labels": labels, **({} if ignored == -100 else {"ignore_index": ignored})}
