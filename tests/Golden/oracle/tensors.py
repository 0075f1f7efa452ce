"""Tensors of a /v1 body, read as API section 2 has them, and written back as nested lists."""
import base64
import math

import numpy as np
import torch

NUMPY = {
    "BOOL": np.bool_,
    "UINT8": np.uint8, "UINT16": np.uint16, "UINT32": np.uint32, "UINT64": np.uint64,
    "INT8": np.int8, "INT16": np.int16, "INT32": np.int32, "INT64": np.int64,
    "FP32": np.float32, "FP64": np.float64,
}


def read(value, dtype):
    """Any form of a tensor (a scalar, nested lists, flat, base64, or a ready array) as an array of `dtype`."""
    if isinstance(value, dict):
        if "base64" in value:
            raw = np.frombuffer(base64.b64decode(value["base64"]), NUMPY[value["datatype"]])
            return raw.reshape(value["shape"]).astype(dtype)
        return np.array(value["data"], dtype).reshape(value["shape"])
    return np.array(value, dtype)


def floats(request, name):
    """A floating operand: rounded to the request's dtype as the service reads it, then held in FP64."""
    if request.get(name) is None:
        return None
    rounded = read(request[name], NUMPY[request.get("dtype", "FP32")])
    return torch.from_numpy(rounded.astype(np.float64))


def integers(request, name):
    """An integer operand (labels, actions, counts) as INT64."""
    return None if request.get(name) is None else torch.from_numpy(read(request[name], np.int64))


def to_json(value):
    """A result as JSON takes it: nested lists, with non-finite values as the strings of API section 2."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        value = value.tolist()
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
