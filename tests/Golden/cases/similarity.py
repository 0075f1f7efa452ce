"""similarity/cross-correlation, separable and siamese."""
import itertools

import numpy as np

from oracle import answer

from . import draw
from .case import case, refused, twins

X = [[3, 1, 2, 0], [0, 1, 2, 4], [1, 0, -1, -2], [2, 5, 3, 1]]
Z = [[1, 2], [0, -1]]
SEARCH = [[[[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]], [[0.9, 1.0, 1.1, 1.2], [1.3, 1.4, 1.5, 1.6]]],
          [[[1.7, 1.8, 1.9, 2.0], [2.1, 2.2, 2.3, 2.4]], [[2.5, 2.6, 2.7, 2.8], [2.9, 3.0, 3.1, 3.2]]]]
TEMPLATE = [[[[0.5], [-1.0]], [[2.0], [0.0]]], [[[1.0], [1.0]], [[-1.0], [0.25]]]]
SLIDES = ({}, {"stride": 2}, {"stride": [1, 3]}, {"dilation": 2}, {"dilation": [2, 1]}, {"padding": 1}, {"padding": [2, 1]},
          {"padding": [0, 1, 2, 3]}, {"padding": "same"}, {"padding": "valid"}, {"padding": "same", "dilation": [1, 2]},
          {"stride": 2, "padding": [1, 0, 0, 1], "dilation": 2}, {"stride": [3, 2], "padding": 2})


def cross_correlation():
    operation = "similarity/cross-correlation"
    for slide, groups, layout, mode in itertools.product(SLIDES, (1, 2, 4), ("channels_first", "channels_last"), ("cross_correlation", "convolution")):
        options = {**slide, **({"groups": groups} if groups > 1 else {}), "layout": layout, "mode": mode}
        name = _said(options)
        rng = draw.seeded(operation + name)
        batch, inputs, outputs = rng.randint(1, 2), 4, 4
        height, width, kernel = rng.randint(5, 7), rng.randint(5, 11), (rng.randint(1, 3), rng.randint(1, 3))
        request = {"input": draw.scores(rng, _shape(layout, batch, inputs, height, width), 2).tolist(),
                   "kernel": draw.scores(rng, (outputs, inputs // groups, *kernel), 2).tolist(), **options}
        if rng.random() < 0.7:
            request["bias"] = draw.scores(rng, (outputs,), 2).tolist()
        yield _under_upstream(operation, name, request, rng)
    for upstream in ({}, {"upstream": [[[[1, 1, 1]] * 3]]}):
        for mode in ("cross_correlation", "convolution"):
            yield case(operation, f"worked: 4 x 4 input, 2 x 2 kernel, {mode}{', gradients' if upstream else ''}", {"input": [[X]], "kernel": [[Z]], "mode": mode, **upstream})
    yield case(operation, "worked: two groups stay apart", {"input": [[[[1, 2]], [[3, 4]], [[5, 6]], [[7, 8]]]], "kernel": [[[[1]], [[2]]], [[[3]], [[4]]], [[[5]], [[6]]], [[[7]], [[8]]]], "groups": 2})
    rng = draw.seeded(operation + "wide")
    yield _under_upstream(operation, "a row of 70 columns", {"input": draw.scores(rng, (1, 2, 2, 70), 2).tolist(), "kernel": draw.scores(rng, (3, 2, 2, 5), 2).tolist(), "bias": [1, 0, -1]}, rng)
    yield case(operation, "one gradient of three", {"input": [[X]], "kernel": [[Z]], "bias": [1], "upstream": [[[[1, 2, 3]] * 3]], "gradients": ["kernel"]})
    yield from _borders(operation, {"kernel": (3, 2, 2, 3)})
    base = {"input": [[X]], "kernel": [[Z]]}
    for mode, most in (("reflect", 3), ("circular", 4)):
        yield case(operation, f"a border as wide as there is, {mode}", {**base, "padding": most, "padding_mode": mode, "upstream": np.ones((1, 1, 3 + 2 * most, 3 + 2 * most)).tolist()})
        yield refused(f"refused: a border wider than there is, {mode}", {**base, "padding": [0, most + 1], "padding_mode": mode})
    yield refused("refused: a border of nothing", {"input": {"shape": [1, 1, 0, 4], "data": []}, "kernel": [[Z]], "padding": 1, "padding_mode": "replicate"})
    yield refused("refused: a border of another library", {**base, "padding": 1, "padding_mode": "symmetric"})
    yield refused("refused: stride 0", {**base, "stride": 0})
    yield refused("refused: three strides", {**base, "stride": [1, 1, 1]})
    yield refused("refused: negative padding", {**base, "padding": -1})
    yield refused("refused: same with a stride of 2", {**base, "padding": "same", "stride": 2})
    yield refused("refused: a word that is no padding", {**base, "padding": "full"})
    yield refused("refused: a stride in words", {**base, "stride": "same"})
    yield refused("refused: a stride of one and a half", {**base, "stride": 1.5}, 400)
    yield refused("refused: a kernel larger than the input", {**base, "dilation": 4})
    yield refused("refused: groups that do not divide the channels", {**base, "groups": 2})
    yield refused("refused: a kernel for another number of channels", {**base, "kernel": [[Z, Z]]})
    yield refused("refused: a bias for another number of filters", {**base, "bias": [1, 2]})
    yield refused("refused: an upstream of another shape", {**base, "upstream": [[X]]})


def separable():
    operation = "similarity/separable"
    for slide, multiplier, layout, mode in itertools.product(SLIDES, (1, 2), ("channels_first", "channels_last"), ("cross_correlation", "convolution")):
        options = {**slide, "layout": layout, "mode": mode}
        name = _said(options) + f", {multiplier} filters a channel"
        rng = draw.seeded(operation + name)
        batch, inputs, outputs = rng.randint(1, 2), 3, rng.randint(1, 5)
        request = {"input": draw.scores(rng, _shape(layout, batch, inputs, rng.randint(5, 7), rng.randint(5, 9)), 2).tolist(),
                   "depthwise": draw.scores(rng, (inputs * multiplier, 1, rng.randint(1, 3), rng.randint(1, 3)), 2).tolist(),
                   "pointwise": draw.scores(rng, (outputs, inputs * multiplier, 1, 1), 2).tolist(), **options}
        if rng.random() < 0.7:
            request["bias"] = draw.scores(rng, (outputs,), 2).tolist()
        yield _under_upstream(operation, name, request, rng)
    yield from _borders(operation, {"depthwise": (2, 1, 2, 3), "pointwise": (3, 2, 1, 1)})
    base = {"input": [[X, X]], "depthwise": [[Z], [Z]], "pointwise": [[[[1]], [[1]]]]}
    yield case(operation, "without upstream", base)
    yield refused("refused: a depthwise kernel over two channels", {**base, "depthwise": [[Z, Z], [Z, Z]]})
    yield refused("refused: a depthwise kernel for three channels", {**base, "depthwise": [[Z], [Z], [Z]]})
    yield refused("refused: a pointwise kernel of 2 x 2", {**base, "pointwise": [[Z, Z]]})
    yield refused("refused: a pointwise kernel for three channels", {**base, "pointwise": [[[[1]], [[1]], [[1]]]]})


def _borders(operation, operands):
    """Each padding_mode with each way to say how wide the border is."""
    slides = ({"padding": 1}, {"padding": [2, 3]}, {"padding": [0, 3, 1, 0]}, {"padding": "same"}, {"padding": 2, "stride": 2, "dilation": [2, 1]})
    for mode, slide, layout in itertools.product(("reflect", "replicate", "circular", "zeros"), slides, ("channels_first", "channels_last")):
        options = {**slide, "padding_mode": mode, "layout": layout}
        rng = draw.seeded(operation + _said(options))
        request = {"input": draw.scores(rng, _shape(layout, 2, 2, 4, 5), 2).tolist(), **{name: draw.scores(rng, shape, 2).tolist() for name, shape in operands.items()}, **options}
        yield _under_upstream(operation, _said(options), request, rng)


def siamese():
    operation = "similarity/siamese"
    for normalize, per_channel, padding in itertools.product(("none", "cosine", "zncc"), (False, True), (0, 1, [1, 2], [0, 1, 2, 1], "same", "valid")):
        options = {"normalize": normalize, "per_channel": per_channel, "padding": padding}
        name = _said(options)
        rng = draw.seeded(operation + name)
        batch, channels, size = rng.randint(1, 3), rng.randint(1, 4), (rng.randint(2, 3), rng.randint(1, 4))
        request = {"template": draw.scores(rng, (batch, channels, *size), 2).tolist(),
                   "search": draw.scores(rng, (batch, channels, rng.randint(4, 6), rng.randint(5, 11)), 2).tolist(), **options}
        yield _under_upstream(operation, name, request, rng, "response")
    for normalize in ("none", "cosine", "zncc"):
        yield case(operation, f"worked: bright patches and like ones, {normalize}", {"template": [[Z]], "search": [[X]], "normalize": normalize, "upstream": [[[[1, 1, 1]] * 3]]})
        flat = np.array(X)
        flat[:2, :3] = 2
        yield case(operation, f"a constant patch, {normalize}", {"template": [[Z]], "search": [[flat.tolist()]], "normalize": normalize, "upstream": [[[[1, -1, 2]] * 3]]})
        flat[:2, :3] = 0
        yield case(operation, f"a patch of zeros, {normalize}", {"template": [[Z]], "search": [[flat.tolist()]], "normalize": normalize, "upstream": [[[[1, -1, 2]] * 3]]})
        for value in (0, 3):
            yield case(operation, f"a template of {value}s, {normalize}", {"template": [[[[value, value]]]], "search": [[X]], "normalize": normalize, "upstream": [[[[1, 2, 3]] * 4]]})
        offset = (np.array(X) + 10000).tolist()
        yield case(operation, f"a search image far from zero, {normalize}", {"template": [[Z]], "search": [[offset]], "normalize": normalize})
        for per_channel in (False, True):
            for pair in twins(operation, f"worked: two pairs, {normalize}{', each channel' if per_channel else ''}", {"template": TEMPLATE, "search": SEARCH, "normalize": normalize, "per_channel": per_channel}):
                if normalize == "zncc":
                    del pair["response"]["peak"]  # along a ramp every patch is as like as the next: rounding would choose
                yield pair
    yield case(operation, "the first of two equal peaks", {"template": [[[[1]]]], "search": [[[[0, 5, 1], [5, 0, 5]]]]})
    rng = draw.seeded(operation + "wide")
    for normalize in ("none", "cosine", "zncc"):
        request = {"template": draw.scores(rng, (2, 3, 2, 3), 2).tolist(), "search": draw.scores(rng, (2, 3, 4, 45), 2).tolist(), "normalize": normalize}
        yield _under_upstream(operation, f"a row of 45 columns, {normalize}", request, rng, "response")
    base = {"template": [[Z]], "search": [[X]]}
    yield refused("refused: two templates for one search image", {**base, "template": [[Z], [Z]]})
    yield refused("refused: a template of other channels", {**base, "template": [[Z, Z]]})
    yield refused("refused: a template larger than the search image", {"template": [[X]], "search": [[Z]]})
    yield refused("refused: negative padding", {**base, "padding": [0, -1]})


def _under_upstream(operation, name, request, rng, values="output"):
    """The case with an upstream of the output's shape."""
    shape = tuple(answer(operation, request)[values].shape)
    return case(operation, name, {**request, "upstream": draw.scores(rng, shape, 2).tolist()})


def _shape(layout, batch, channels, height, width):
    return (batch, channels, height, width) if layout == "channels_first" else (batch, height, width, channels)


def _said(options):
    return ", ".join(f"{key} {value}" for key, value in options.items())
