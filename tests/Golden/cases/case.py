"""A golden case: a whole request, the oracle's whole response, and how near an answer must come."""
import numpy as np

from oracle import answer
from oracle.tensors import read, to_json

TOLERANCE = {"absolute": 1e-12, "relative": 1e-12}
FLOATING = ("logits", "log_probs", "weight", "sample_weight", "upstream", "pos_weight", "target", "probabilities", "states", "theta",
            "points", "centroids", "sums", "counts", "features", "coef", "intercept", "candidates", "losses", "uniforms",
            "input", "kernel", "bias", "depthwise", "pointwise", "template", "search",
            "rewards", "discounts", "values", "returns", "advantages", "baseline", "old_log_probabilities")


def case(operation, name, request, warnings=None):
    """One case. Inputs that FP32 cannot hold are for FP64 alone; see `twins`."""
    expected = answer(operation, {**request, "dtype": "FP64"})
    made = {
        "name": name,
        "request": request,
        "response": {member: to_json(value) for member, value in expected.items()},
        "tolerance": TOLERANCE,
    }
    if request.get("gradients") == []:
        made["absent"] = ["grad_" + name for name in ("logits", "log_probs", "coef", "intercept", "theta") if name in request]
    if warnings is not None:
        made["warnings"] = warnings
    if any(not _is_exact(operand) for operand in _operands(request).values()):
        made["dtypes"] = ["FP64"]
    return made


def twins(operation, name, request, warnings=None):
    """The case as given and, where FP32 cannot hold its inputs, once more with them rounded to FP32."""
    first = case(operation, name, request, warnings)
    if "dtypes" not in first:
        return [first]
    rounded = {member: to_json(read(operand, np.float32)) for member, operand in _operands(request).items()}
    return [first, case(operation, name + ", inputs rounded to FP32", {**request, **rounded}, warnings)]


def refused(name, request, status=422):
    """A request that is well-formed and makes no sense."""
    return {"name": name, "request": request, "status": status, "response": {"status": status}}


def _operands(request):
    """The floating operands; labels are one where they are class probabilities."""
    names = [name for name in FLOATING if request.get(name) is not None]
    if "labels" in request and read(request["labels"], np.float64).shape == _shape(request):
        names.append("labels")
    return {name: request[name] for name in names}


def _shape(request):
    scores = request.get("logits", request.get("log_probs"))
    return None if scores is None else read(scores, np.float64).shape


def _is_exact(operand):
    wide = read(operand, np.float64)
    return np.array_equal(wide, wide.astype(np.float32).astype(np.float64), equal_nan=True)
