"""activations/softmax, log-softmax and softmax-jacobian."""
from . import draw
from .case import case, refused, twins

SHAPES = {"[C]": ((5,), (-1, 0)), "[N,C]": ((3, 4), (-1, 0)), "[B,H,W,C]": ((2, 2, 2, 3), (-1, 1, 2, 0)), "one class": ((2, 1), (-1,))}
# Limits where a form without the maximum subtracted breaks.
LIMITS = {
    "shifted by a thousand": [1000.0, 1001.0, 1002.0],
    "a masked class": ["-Infinity", 0.0, 0.0],
    "all -inf": ["-Infinity", "-Infinity"],
    "+inf": ["Infinity", 0.0],
    "NaN": ["NaN", 0.0],
    "underflow": [0.0, -800.0],
    "one class": [5.0],
}


def softmax():
    return _activation("activations/softmax")


def log_softmax():
    return _activation("activations/log-softmax")


def _activation(operation):
    for layout, (shape, axes) in SHAPES.items():
        for axis in axes:
            for temperature in (1, 0.5, 3.0):
                name = f"{layout}, axis {axis}, temperature {temperature}"
                rng = draw.seeded(operation + name)
                request = {"logits": draw.scores(rng, shape).tolist(), "axis": axis, "temperature": temperature}
                yield case(operation, name + ", values alone", request)
                yield case(operation, name, {**request, "upstream": draw.scores(rng, shape).tolist()})
    yield case(operation, "every default", {"logits": [1.0, 2.0, 3.0]})
    yield from twins(operation, "logits FP32 cannot hold", {"logits": [[0.1, 0.2, 3.3]], "upstream": [[1.1, -0.3, 0.7]]})
    for name, logits in LIMITS.items():
        yield case(operation, "limit: " + name, {"logits": logits})
    yield case(operation, "limit: a masked class, gradient",
               {"logits": ["-Infinity", 0.0, 1.0], "upstream": [1.0, 2.0, 3.0]})
    yield case(operation, "limit: no rows", {"logits": {"shape": [0, 3], "data": []}})
    name = "medium: [2,8,8,12]"
    rng = draw.seeded(operation + name)
    yield case(operation, name, {"logits": draw.scores(rng, (2, 8, 8, 12), 6).tolist(),
                                 "upstream": draw.scores(rng, (2, 8, 8, 12)).tolist()})
    yield refused("refused: temperature 0", {"logits": [1.0, 2.0], "temperature": 0})
    yield refused("refused: axis beyond the rank", {"logits": [1.0, 2.0], "axis": 1})
    yield refused("refused: upstream of another shape", {"logits": [1.0, 2.0], "upstream": [1.0]})


def softmax_jacobian():
    operation = "activations/softmax-jacobian"
    for layout, (shape, axes) in SHAPES.items():
        for axis in axes:
            name = f"{layout}, axis {axis}"
            rng = draw.seeded(operation + name)
            yield case(operation, "logits " + name, {"logits": draw.scores(rng, shape).tolist(), "axis": axis})
            yield case(operation, "probabilities " + name,
                       {"probabilities": draw.distributions(rng, shape, axis).tolist(), "axis": axis})
    for count, logits in ((2, [-1.0, 1.5]), (3, [-1.0, 0.25, 1.5]), (5, [-1.0, -0.375, 0.25, 0.875, 1.5])):
        yield case(operation, f"{count} classes between -1 and 1.5", {"logits": logits})
    yield from twins(operation, "probabilities FP32 cannot hold", {"probabilities": [0.1, 0.2, 0.7]})
    yield case(operation, "limit: shifted by a thousand", {"logits": [1000.0, 1001.0, 1002.0]})
    yield case(operation, "limit: underflow", {"logits": [0.0, -800.0]})
    yield refused("refused: neither logits nor probabilities", {})
    yield refused("refused: both logits and probabilities", {"logits": [1.0, 2.0], "probabilities": [0.5, 0.5]})
