"""The logistic operations. The eight points are those of the worked answers."""
from . import draw
from .case import case, refused, twins

POINTS = {
    "features": [[0.5, 1.2], [1.0, 0.4], [1.5, 2.3], [2.2, 1.9], [2.8, 3.5], [3.1, 0.7], [3.6, 2.9], [0.9, 2.1]],
    "labels": [0, 0, 0, 1, 1, 0, 1, 1],
}
WORKED = {"coef": [1.0, 0.8], "intercept": -3.0}
SIZES = ((1, 1, 1), (5, 3, 1), (9, 2, 3), (17, 4, 2), (40, 9, 5))


def _drawn(rng, samples, features, rows, intercept=True):
    made = {"features": draw.scores(rng, (samples, features), 2).tolist(),
            "coef": draw.scores(rng, (features,) if rows == 1 else (rows, features), 2).tolist()}
    if intercept:
        made["intercept"] = draw.scores(rng, () if rows == 1 else (rows,), 1).tolist()
    return made


def _labelled(rng, samples, features, rows, **kind):
    return {**_drawn(rng, samples, features, rows, **kind), "labels": draw.indices(rng, (samples,), max(2, rows)).tolist()}


def predict():
    operation = "logistic/predict"
    for samples, features, rows in SIZES:
        for intercept in (True, False):
            name = f"{samples} samples of {features}, {rows} rows{'' if intercept else ', no intercept'}"
            yield case(operation, name, _drawn(draw.seeded(operation + name), samples, features, rows, intercept), warnings=False)
    yield from twins(operation, "worked: eight points", {"features": POINTS["features"], **WORKED})
    for threshold in (0.25, 0.7, 0.9):
        yield from twins(operation, f"worked: threshold {threshold}", {"features": POINTS["features"], **WORKED, "threshold": threshold})
    for tie in ("positive", "negative"):
        yield case(operation, f"on the boundary, {tie}", {"features": [[1, 1], [2, 1], [0, 1]], "coef": [1, -1], "intercept": 0, "tie": tie})
    yield case(operation, "one row in brackets is binary", {"features": [[1, 2]], "coef": [[0.5, -1]], "intercept": [0.25]})
    yield case(operation, "one sample", {"features": [1, 2], "coef": [[0.5, -1], [1, 0], [0, 1]]})
    yield case(operation, "limit: scores of a thousand", {"features": [[1000], [-1000], [0]], "coef": [1]})
    yield case(operation, "equal scores: the lowest class", {"features": [[1]], "coef": [[1], [2], [2]]})
    yield refused("refused: threshold 1", {"features": [[1]], "coef": [1], "threshold": 1})
    yield refused("refused: threshold for three classes", {"features": [[1]], "coef": [[1], [2], [3]], "threshold": 0.7})
    yield refused("refused: two features for three weights", {"features": [[1, 2]], "coef": [1, 2, 3]})
    yield refused("refused: two intercepts for three classes", {"features": [[1]], "coef": [[1], [2], [3]], "intercept": [1, 2]})


def loss():
    operation = "logistic/loss"
    for samples, features, rows in SIZES:
        for reduction in ("none", "sum", "mean", "mean_elements", "mean_batch"):
            for penalty in ({}, {"l2": 0.5}, {"l1": 0.25, "l2": 2.0}):
                if reduction == "none" and penalty:
                    continue
                said = "".join(f", {key} {value}" for key, value in penalty.items())
                name = f"{samples} samples of {features}, {rows} rows, {reduction}{said}"
                rng = draw.seeded(operation + name)
                request = {**_labelled(rng, samples, features, rows, intercept=reduction != "sum"), "reduction": reduction, **penalty}
                yield case(operation, name, request, warnings=False)
                shape = (samples,) if reduction == "none" else ()
                weighted = {**request, "sample_weight": draw.positive(rng, (samples,)).tolist(), "upstream": draw.scores(rng, shape, 2).tolist()}
                yield case(operation, name + ", weighted, upstream", weighted)
    yield from twins(operation, "worked: eight points", {**POINTS, **WORKED})
    yield case(operation, "no gradients", {"features": [[1, 2]], "labels": [1], "coef": [0.5, 1], "gradients": []})
    yield case(operation, "a coefficient of 0 under l1", {"features": [[1, 2]], "labels": [1], "coef": [0, 1], "l1": 1.0, "gradients": ["coef"]})
    yield case(operation, "limit: sure and right, sure and wrong", {"features": [[800], [-800], [800], [-800]], "labels": [1, 0, 0, 1], "coef": [1], "reduction": "none"})
    yield case(operation, "no weight at all", {"features": [[1], [2]], "labels": [1, 0], "coef": [1], "sample_weight": [0, 0], "gradients": []}, warnings=True)
    yield refused("refused: label 2 of two classes", {"features": [[1]], "labels": [2], "coef": [1]})
    yield refused("refused: a penalty on losses of their own", {"features": [[1]], "labels": [1], "coef": [1], "l2": 1, "reduction": "none"})
    yield refused("refused: two labels for three samples", {"features": [[1], [2], [3]], "labels": [1, 0], "coef": [1]})


def partial():
    operation = "logistic/partial"
    for samples, features, rows in SIZES:
        for intercept in (True, False):
            name = f"{samples} samples of {features}, {rows} rows{'' if intercept else ', no intercept'}"
            rng = draw.seeded(operation + name)
            request = _labelled(rng, samples, features, rows, intercept=intercept)
            yield case(operation, name, request)
            yield case(operation, name + ", weighted", {**request, "sample_weight": draw.positive(rng, (samples,)).tolist()})
    yield from twins(operation, "worked: eight points", {**POINTS, **WORKED})
    yield refused("refused: label -1", {"features": [[1]], "labels": [-1], "coef": [1]})


def fit():
    operation = "logistic/fit"
    for samples, features, classes in ((12, 1, 2), (20, 2, 3), (30, 3, 2), (40, 2, 4)):
        for options in ({}, {"l2": 0.25, "class_weight": "balanced"}, {"l2": 4.0, "fit_intercept": False}):
            said = "".join(f", {key} {str(value).lower()}" for key, value in options.items())
            name = f"{samples} samples of {features}, {classes} classes{said}"
            rng = draw.seeded(operation + name)
            labels = [i % classes for i in range(samples)]
            request = {"features": draw.scores(rng, (samples, features), 2).tolist(), "labels": labels, **options}
            yield case(operation, name, request, warnings=False)
            yield case(operation, name + ", weighted", {**request, "sample_weight": draw.positive(rng, (samples,)).tolist()}, warnings=False)
    yield from twins(operation, "worked: eight points", POINTS)
    yield from twins(operation, "worked: eight points without a penalty", {**POINTS, "l2": 0})
    yield refused("refused: one class", {"features": [[1], [2]], "labels": [0, 0]})
    yield refused("refused: class 1 does not occur", {"features": [[1], [2], [3]], "labels": [0, 2, 2]})
    yield refused("refused: a feature that is not a number", {"features": [[1], ["NaN"]], "labels": [0, 1]})


def boundary():
    operation = "logistic/boundary"
    for samples, features, rows in ((3, 2, 1), (5, 4, 1), (6, 2, 3), (7, 5, 4)):
        for threshold in (0.5, 0.8) if rows == 1 else (0.5,):
            name = f"{samples} samples of {features}, {rows} rows, threshold {threshold}"
            yield case(operation, name, {**_drawn(draw.seeded(operation + name), samples, features, rows), "threshold": threshold})
    yield from twins(operation, "worked: eight points", {"features": POINTS["features"], **WORKED})
    yield case(operation, "nothing to tell classes apart", {"coef": [0, 0], "intercept": 1}, warnings=True)
    yield refused("refused: one feature makes no plane", {"coef": [1]})
    yield refused("refused: the same feature twice", {"coef": [1, 2], "y_axis": 0})
    yield refused("refused: a box inside out", {"coef": [1, 2], "bounds": [1, 0, 0, 1]})
    yield refused("refused: three names for two features", {"coef": [1, 2], "feature_names": ["a", "b", "c"]})
    yield refused("refused: a plot of 100 pixels", {"coef": [1, 2], "width": 100})
