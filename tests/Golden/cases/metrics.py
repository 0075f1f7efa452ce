"""segmentation/metrics."""
from . import draw
from .case import case, refused

OPERATION = "segmentation/metrics"
LABELS = [[0, 0, 0, 1], [0, 2, 2, 1], [255, 0, 0, 0]]
PREDICTIONS = [[0, 0, 1, 1], [0, 2, 0, 1], [2, 0, 0, 0]]


def metrics():
    for classes in (1, 2, 5, 21):
        for ignore in (None, 255, 0):
            for axis in (None, -1, 1):
                name = f"{classes} classes, {'logits along axis ' + str(axis) if axis else 'predictions'}{'' if ignore is None else f', {ignore} ignored'}"
                rng = draw.seeded(OPERATION + name)
                shape = (rng.randint(1, 3), rng.randint(2, 6), rng.randint(2, 6))
                labels = draw.indices(rng, shape, classes)
                if ignore == 255:
                    labels[draw.indices(rng, shape, 4) == 0] = 255
                request = {"labels": labels.tolist(), **({} if ignore is None else {"ignore_index": ignore})}
                if axis is None:
                    request.update(predictions=draw.indices(rng, shape, classes).tolist(), classes=classes)
                else:
                    request.update(logits=draw.scores(rng, (*shape, classes) if axis == -1 else (shape[0], classes, *shape[1:])).tolist(), class_axis=axis)
                yield case(OPERATION, name, request)
    yield case(OPERATION, "a class predicted and not true, one neither", {"labels": LABELS, "predictions": [[3, 0, 1, 1], [0, 2, 0, 1], [2, 0, 0, 0]], "classes": 5, "ignore_index": 255}, warnings=True)
    yield case(OPERATION, "everything right", {"labels": [0, 1, 2], "predictions": [0, 1, 2], "classes": 3}, warnings=False)
    yield case(OPERATION, "everything ignored", {"labels": [-100, -100], "predictions": [0, 1], "classes": 2}, warnings=True)
    yield case(OPERATION, "no pixels", {"labels": [], "predictions": [], "classes": 2}, warnings=True)
    yield case(OPERATION, "ties go to the lowest class", {"labels": [0, 1], "logits": [[1, 1], [2, 2]]})
    yield case(OPERATION, "one matrix", {"confusion": [[5, 1, 0], [2, 3, 0], [0, 0, 0]]}, warnings=True)
    yield case(OPERATION, "two shards", {"confusion": [[[5, 1], [2, 3]], [[0, 4], [1, 7]]]}, warnings=False)
    yield refused("refused: a label beyond the classes", {"labels": [0, 3], "predictions": [0, 1], "classes": 2})
    yield refused("refused: a prediction beyond the classes", {"labels": [0, 1], "predictions": [0, 2], "classes": 2})
    yield refused("refused: no labels", {"predictions": [0, 1], "classes": 2})
    yield refused("refused: labels alone", {"labels": [0, 1], "classes": 2})
    yield refused("refused: predictions and logits", {"labels": [0], "predictions": [0], "logits": [[1, 2]]})
    yield refused("refused: predictions without classes", {"labels": [0, 1], "predictions": [0, 1]})
    yield refused("refused: more classes than the logits have", {"labels": [0], "logits": [[1, 2]], "classes": 3})
    yield refused("refused: predictions of another shape", {"labels": [0, 1], "predictions": [[0, 1]], "classes": 2})
    yield refused("refused: a matrix that is not square", {"confusion": [[1, 2, 3], [4, 5, 6]]})
    yield refused("refused: a negative count", {"confusion": [[1, -2], [4, 5]]})
    yield refused("refused: matrices and labels", {"confusion": [[1, 2], [4, 5]], "labels": [0]})
