"""Oracle of segmentation/class-weights, in NumPy, with scikit-learn for `balanced`."""
import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from .tensors import read


def class_weights(request):
    counts, seen = _counts(request)
    frequencies = np.divide(counts, counts.sum(), out=np.zeros(len(counts)), where=counts > 0)
    method = request.get("method", "median_frequency")
    if method == "median_frequency":
        frequencies = np.divide(counts, seen, out=np.zeros(len(counts)), where=counts > 0)
    present = counts > 0
    weight = np.zeros(len(counts))
    weight[present] = _METHODS[method](counts[present], frequencies[present], request)
    return {"weight": weight, "frequencies": frequencies}


def _counts(request):
    """Pixels of each class, and pixels of the images in which the class appears."""
    if request.get("counts") is not None:
        per_image = read(request["counts"], np.int64)
        if per_image.ndim == 1:
            return per_image, read(request["present_pixels"], np.int64) if "present_pixels" in request else per_image.sum()
    else:
        labels, classes = read(request["labels"], np.int64), request["classes"]
        ignore_index = request.get("ignore_index", -100)
        per_image = np.array([np.bincount(image[image != ignore_index], minlength=classes)
                              for image in labels.reshape(labels.shape[0], -1)])
    seen = ((per_image > 0) * per_image.sum(1, keepdims=True)).sum(0)
    return per_image.sum(0), seen


def _median_frequency(counts, frequencies, request):
    return np.median(frequencies) / frequencies


def _inverse_frequency(counts, frequencies, request):
    return 1 / frequencies


def _effective_number(counts, frequencies, request):
    beta = request["beta"]
    return (1 - beta) / -np.expm1(counts * np.log(beta))


def _balanced(counts, frequencies, request):
    classes = np.arange(len(counts))
    return compute_class_weight("balanced", classes=classes, y=np.repeat(classes, counts))


_METHODS = {
    "median_frequency": _median_frequency,
    "inverse_frequency": _inverse_frequency,
    "effective_number": _effective_number,
    "balanced": _balanced,
}
