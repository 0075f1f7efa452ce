"""Cross-entropy where it is easy to be wrong: PyTorch's edge semantics, clipping, the worked cases, medium sizes."""
import numpy as np

from . import draw
from .case import case, refused, twins

OPERATION = "losses/cross-entropy"
LOGITS = [[2.0, 0.5, -1.0], [0.1, 0.2, 3.0], [-0.5, 1.5, 0.3], [1.0, 1.0, 1.0]]
HARD, IGNORING, IGNORED = [0, 2, 1, 0], [0, -100, 1, 0], [-100] * 4
SOFT = [[0.7, 0.2, 0.1], [0.0, 0.0, 1.0], [0.25, 0.5, 0.25], [1.0, 0.0, 0.0]]
WEIGHT = [0.2, 1.5, 3.0]
STREET = [0.2595, 0.1826, 4.5640, 0.1417, 0.9051, 0.3826, 9.6446, 1.8418, 0.6823, 6.2478, 7.3614, 0.0]


def cases():
    return [*_reductions(), *_single(), *_not_finite(), *_empty(), *_refused(), *_clipping(), *_worked(), *_medium()]


def _make(name, logits, labels, warnings=None, **options):
    return twins(OPERATION, name, {"logits": logits, "labels": labels, **options}, warnings)


def _reductions():
    """Each in the three reductions that PyTorch has, and in ours."""
    variants = {
        "plain": (HARD, {}),
        "weighted": (HARD, {"weight": WEIGHT}),
        "ignored": (IGNORING, {}),
        "weighted, class 1 ignored": (HARD, {"weight": WEIGHT, "ignore_index": 1}),
        "smoothed": (HARD, {"label_smoothing": 0.1}),
        "smoothed, weighted": (HARD, {"label_smoothing": 0.1, "weight": WEIGHT}),
        "smoothed, weighted, ignored": (IGNORING, {"label_smoothing": 0.1, "weight": WEIGHT}),
        "soft": (SOFT, {}),
        "soft, weighted": (SOFT, {"weight": WEIGHT}),
        "soft, weighted, smoothed": (SOFT, {"weight": WEIGHT, "label_smoothing": 0.1}),
        "all ignored": (IGNORED, {}),
        "all ignored, smoothed, weighted": (IGNORED, {"label_smoothing": 0.1, "weight": WEIGHT}),
        "total weight zero": ([0, 0, 0, 0], {"weight": [0.0, 1.0, 1.0]}),
    }
    undefined = {("all ignored", "mean"), ("all ignored", "mean_elements"), ("total weight zero", "mean"),
                 ("all ignored, smoothed, weighted", "mean"), ("all ignored, smoothed, weighted", "mean_elements")}
    for name, (labels, options) in variants.items():
        for reduction in ("none", "sum", "mean", "mean_elements", "mean_batch"):
            warns = True if (name, reduction) in undefined else None
            yield from _make(f"edge: {name}, {reduction}", LOGITS, labels, warns, **options, reduction=reduction)


def _single():
    yield from _make("edge: ignore_index inside the classes", LOGITS, [0, 1, 1, 0], ignore_index=1)
    yield from _make("edge: ignore_index beyond the classes", LOGITS, [0, 255, 1, 0], ignore_index=255)
    yield from _make("edge: negative weight", LOGITS, HARD, weight=[-1.0, 1.0, 2.0])
    yield from _make("edge: smoothing 1", LOGITS, HARD, label_smoothing=1.0)
    yield from _make("edge: labels of ones that are not distributions", LOGITS, [[1.0, 1.0, 0.0]] * 4)
    yield from _make("edge: one class", [[3.0], [4.0]], [0, 0])
    yield from _make("edge: no batch", [1.0, 2.0, 3.0], 2)
    yield from _make("edge: no batch, class probabilities", [1.0, 2.0, 3.0], [0.2, 0.3, 0.5])
    yield from _make("edge: logits of ten thousand", [[10000.0, -10000.0, 0.0]], [1])
    yield from _make("edge: a class of weight zero beside others", LOGITS, HARD, weight=[0.0, 1.5, 3.0])
    yield from _make("edge: some sample weights zero", LOGITS, HARD, weight=WEIGHT, sample_weight=[0.0, 1.0, 0.0, 2.0])
    yield from _make("edge: all sample weights zero", LOGITS, HARD, True, sample_weight=[0.0, 0.0, 0.0, 0.0])
    yield from _make("edge: integers written as 1.0", [[1.0, 2.0, 3.0]], [2.0])
    for target in ("loss", "logits"):
        yield from _make(f"edge: arg-max tie goes to the lowest class, predictions weigh the {target}",
                         [[1.0, 1.0, 0.0], [0.0, 2.0, 2.0]], [1, 0], weight=[0.5, 2.0, 4.0],
                         weighting="predictions", apply_to=target)
        yield from _make(f"edge: predicted class of weight zero, predictions weigh the {target}",
                         [[3.0, 1.0, 0.0], [0.0, 2.0, 1.0]], [1, 1], weight=[0.0, 2.0, 4.0],
                         weighting="predictions", apply_to=target)
    seventh = (np.arange(24, dtype=float) / 7).reshape(1, 3, 2, 4).tolist()
    for reduction in ("none", "sum", "mean"):
        yield from _make(f"edge: picture [B,C,H,W], weighted, 255 ignored, {reduction}", seventh,
                         [[[0, 1, 2, 255], [2, 1, 0, 0]]], weight=WEIGHT, class_axis=1, ignore_index=255, reduction=reduction)


def _not_finite():
    infinity, minus, nan = "Infinity", "-Infinity", "NaN"
    yield from _make("edge: +inf logit", [[infinity, 0.0, 0.0]], [0])
    yield from _make("edge: -inf at the true class", [[minus, 0.0, 0.0]], [0])
    yield from _make("edge: -inf elsewhere", [[0.0, minus, 1.0]], [0])
    yield from _make("edge: all -inf", [[minus, minus, minus]], [0])
    yield from _make("edge: NaN logit", [[nan, 0.0, 0.0]], [0])
    yield from _make("edge: NaN in an ignored element", [[nan, 0.0, 0.0], [1.0, 0.0, 0.0]], [-100, 0])
    yield from _make("edge: -inf times weight zero", [[minus, 0.0, 0.0], [1.0, 2.0, 3.0]], [0, 1], weight=[0.0, 1.0, 1.0])


def _empty():
    logits = {"shape": [0, 3], "data": []}
    for reduction in ("none", "sum", "mean", "mean_elements", "mean_batch"):
        warns = True if reduction.startswith("mean") else None
        yield from _make(f"edge: empty batch, {reduction}", logits, [], warns, reduction=reduction)


def _refused():
    def wrong(name, labels, **options):
        return refused("refused: " + name, {"logits": LOGITS, "labels": labels, **options})

    yield wrong("label beyond the classes", [0, 3, 1, 0])
    yield wrong("negative label that is not ignore_index", [0, -1, 1, 0])
    yield wrong("smoothing above 1", HARD, label_smoothing=1.5)
    yield wrong("smoothing below 0", HARD, label_smoothing=-0.5)
    yield wrong("two weights for three classes", HARD, weight=[1.0, 2.0])
    yield wrong("ignore_index with class probabilities", SOFT, ignore_index=1)
    yield wrong("weighting the logits where probabilities came in", HARD, weight=WEIGHT, apply_to="logits",
                **{"from": "probabilities"})
    yield wrong("labels of another length", [0, 1, 2])
    yield wrong("class_axis beyond the rank", HARD, class_axis=2)
    yield wrong("upstream that is not a scalar", HARD, upstream=[1.0, 1.0, 1.0, 1.0])
    yield wrong("sample_weight that does not broadcast", HARD, sample_weight=[1.0, 1.0, 1.0])


def _clipping():
    """Outside [epsilon, 1 - epsilon] the loss is the bound's and the gradient zero. No value lies on a bound."""
    probabilities = [[0.0, 0.25, 0.75], [1.0, 0.0, 0.0], [0.001953125, 0.998046875, 0.0], [0.5, 0.25, 0.25]]
    for epsilon in (None, 0.01):
        options = {"from": "probabilities", **({} if epsilon is None else {"epsilon": epsilon})}
        said = "default epsilon" if epsilon is None else f"epsilon {epsilon}"
        for reduction in ("none", "mean"):
            yield from _make(f"clipping: {said}, {reduction}", probabilities, [0, 0, 1, 2], reduction=reduction, **options)
            yield from _make(f"clipping: {said}, class probabilities, weighted, {reduction}", probabilities,
                             [[0.5, 0.5, 0.0], [0.0, 1.0, 0.0], [0.25, 0.25, 0.5], [0.0, 0.0, 1.0]],
                             weight=[1.0, 0.5, 2.0], reduction=reduction, **options)


def _worked():
    four = [[2.0, 1.0, 0.5, -1.0, 0.0, 0.3, -0.5, 0.1, 0.2, -0.3, 0.4, -2.0],
            [0.1, 2.2, 1.9, 0.0, 0.5, -1.0, 0.7, 0.2, -0.1, 0.3, -0.2, 0.4],
            [1.5, -0.3, 0.2, 0.8, 0.0, 0.1, 1.4, 0.6, -0.9, 0.3, 0.2, 0.0],
            [0.3, 0.1, -0.2, 2.5, 0.0, 0.4, -0.1, 0.2, 0.0, 0.7, -0.6, 1.1]]
    rng = draw.seeded("street scenes")
    picture, truth = draw.scores(rng, (2, 2, 3, 12)), draw.indices(rng, (2, 2, 3), 12)
    truth[0, 0, :2] = 11  # the class of weight zero is there, as truth and as prediction
    picture[1, 1, 2, 11] = 4.0
    for weighting in ("labels", "predictions"):
        for target in ("loss", "logits"):
            options = {"weight": STREET, "weighting": weighting, "apply_to": target}
            for reduction in ("none", "sum", "mean", "mean_elements"):
                yield from _make(f"worked: four street pixels, {weighting} weigh the {target}, {reduction}", four,
                                 [0, 2, 6, 11], reduction=reduction, **options)
            yield from _make(f"worked: street scenes [B,H,W,12], {weighting} weigh the {target}",
                             picture.tolist(), truth.tolist(), **options)
    output = [[[0.5, 0.5], [0.9, 0.1]], [[0.9, 0.1], [0.4, 0.6]]]
    target = [[[0, 1], [1, 0]], [[0, 1], [1, 0]]]
    for reduction in ("none", "sum"):
        options = {"from": "probabilities", "reduction": reduction}
        yield from _make(f"worked: from probabilities, {reduction}", output, target, **options)
        yield from _make(f"worked: from probabilities, weights 1 and 2, {reduction}", output, target, weight=[1.0, 2.0], **options)
    for scale in (0.125, 0.5, 1.0, 2.0):
        yield from _make(f"worked: logits of a correct pixel times {scale}", [[2.0, 1.0, 0.0]], [0],
                         weight=[scale, 1.0, 1.0], weighting="predictions", apply_to="logits")


def _medium():
    for layout, shape, axis in (("[B,H,W,C]", (2, 8, 8, 12), -1), ("[B,C,H,W]", (2, 12, 8, 8), 1)):
        name = f"medium: {layout}, street weights, smoothed, some ignored"
        rng = draw.seeded(name)
        labels = draw.indices(rng, (2, 8, 8), 12)
        labels[0, 3] = -100
        weight = np.array(STREET, np.float32).tolist()
        yield case(OPERATION, name, {
            "logits": draw.scores(rng, shape, spread=6).tolist(), "labels": labels.tolist(), "weight": weight,
            "label_smoothing": 0.1, "class_axis": axis}, warnings=False)
