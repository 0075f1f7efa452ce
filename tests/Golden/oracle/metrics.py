"""Oracle of segmentation/metrics: scikit-learn's scores of the flattened pixels; where it answers 0 for 0/0 the service answers NaN."""
import warnings

import numpy as np
import sklearn.metrics

from .tensors import floats, read


def metrics(request):
    truth, predicted, classes = _pixels(request)
    every = np.arange(classes)
    if not len(truth):
        return {"confusion": np.zeros((classes, classes), np.int64), **{name: np.full(classes, np.nan) for name in ("iou", "dice", "precision", "recall")},
                **{name: np.asarray(np.nan) for name in ("mean_iou", "frequency_weighted_iou", "pixel_accuracy")}, "counted": np.asarray(0)}
    true, claimed = np.bincount(truth, minlength=classes), np.bincount(predicted, minlength=classes)
    options = {"labels": every, "zero_division": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        iou = sklearn.metrics.jaccard_score(truth, predicted, average=None, **options)
        dice = sklearn.metrics.f1_score(truth, predicted, average=None, **options)
        precision = sklearn.metrics.precision_score(truth, predicted, average=None, **options)
        recall = sklearn.metrics.recall_score(truth, predicted, average=None, **options)
        weighted = sklearn.metrics.jaccard_score(truth, predicted, average="weighted", **options)
    present = (true > 0) | (claimed > 0)
    return {
        "confusion": sklearn.metrics.confusion_matrix(truth, predicted, labels=every),
        "iou": np.where(present, iou, np.nan),
        "dice": np.where(present, dice, np.nan),
        "precision": np.where(claimed > 0, precision, np.nan),
        "recall": np.where(true > 0, recall, np.nan),
        "mean_iou": np.asarray(iou[present].mean()),
        "frequency_weighted_iou": np.asarray(weighted),
        "pixel_accuracy": np.asarray(sklearn.metrics.accuracy_score(truth, predicted)),
        "counted": np.asarray(len(truth)),
    }


def _pixels(request):
    """The counted pixels' true and predicted classes; of matrices, as many pixels as they count."""
    if request.get("confusion") is not None:
        matrix = read(request["confusion"], np.int64)
        classes = matrix.shape[-1]
        matrix = matrix.reshape(-1, classes, classes).sum(0)
        rows, columns = np.divmod(np.repeat(np.arange(classes ** 2), matrix.reshape(-1)), classes)
        return rows, columns, classes
    labels = read(request["labels"], np.int64).reshape(-1)
    if request.get("logits") is not None:
        logits = floats(request, "logits").numpy()
        axis = request.get("class_axis", -1)
        predicted, classes = logits.argmax(axis).reshape(-1), logits.shape[axis]
    else:
        predicted, classes = read(request["predictions"], np.int64).reshape(-1), request["classes"]
    counted = labels != request.get("ignore_index", -100)
    return labels[counted], predicted[counted], classes
