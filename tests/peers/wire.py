"""Requests and answers as bytes, through each of the doors: plain JSON, OIP JSON, OIP with binary tensors."""
import base64
import json
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Golden"))
from oracle.tensors import NUMPY, read, to_json

DATATYPE = {np.dtype(kind): name for name, kind in NUMPY.items()}
HEADER_LENGTH = "Inference-Header-Content-Length"


def rest_body(members, rng):
    """The /v1 body, every tensor in a form chosen at random, the answer's form as well."""
    body = {name: _any_form(value, rng) if isinstance(value, np.ndarray) else value for name, value in members.items()}
    if rng.random() < 0.7:
        body["tensor_format"] = str(rng.choice(["nested", "flat", "base64"]))
    return body


def _any_form(array, rng):
    form = rng.integers(4)
    if form == 0:
        return {"shape": list(array.shape), "datatype": DATATYPE[array.dtype],
                "base64": base64.b64encode(array.tobytes()).decode()}
    if form == 1:
        return {"shape": list(array.shape), "data": _numbers(array.reshape(-1), rng)}
    if form == 2 and array.ndim:
        return {"shape": list(array.shape), "data": _numbers(array, rng)}
    return _numbers(array, rng)


def _numbers(array, rng):
    """As the shortest text of its type or, for FP32, sometimes as the many digits that a double has."""
    if array.dtype == np.float32 and rng.random() < 0.5:
        array = array.astype(str).astype(np.float64)
    return to_json(array)


def oip_body(members, outputs, binary):
    """An OIP infer request: its body and headers. `outputs` are asked for by name, or None for all."""
    tensors = {name: np.asarray(value, order="C") for name, value in members.items() if isinstance(value, np.ndarray)}
    request = {
        "parameters": {name: value for name, value in members.items() if name not in tensors and name != "gradients"},
        "inputs": [{"name": name, "shape": list(value.shape), "datatype": DATATYPE[value.dtype]} for name, value in tensors.items()],
    }
    if outputs is not None:
        request["outputs"] = [{"name": name} for name in outputs]
    if not binary:
        for entry, value in zip(request["inputs"], tensors.values()):
            entry["data"] = to_json(value.reshape(-1))
        return json.dumps(request, allow_nan=False).encode(), {"Content-Type": "application/json"}
    request["parameters"]["binary_data_output"] = True
    for entry, value in zip(request["inputs"], tensors.values()):
        entry["parameters"] = {"binary_data_size": value.nbytes}
    header = json.dumps(request).encode()
    return header + b"".join(value.tobytes() for value in tensors.values()), {
        "Content-Type": "application/octet-stream", HEADER_LENGTH: str(len(header))}


def rest_answer(raw, expected, dtype):
    """The tensors of a /v1 answer that the oracle knows of, in the dtype that they were answered in."""
    answer = parse(raw)
    return {name: read(answer[name], _answered(value, dtype)) for name, value in expected.items() if name in answer}


def oip_answer(raw, headers, expected, dtype):
    """The same of an OIP answer, binary or not. A scalar may come as a tensor of one element or as a parameter."""
    length = int(headers.get(HEADER_LENGTH, len(raw)))
    answer, tail = parse(raw[:length]), raw[length:]
    found = {}
    for output in answer["outputs"]:
        size = output.get("parameters", {}).get("binary_data_size")
        if size is None:
            array = np.array(output["data"], NUMPY[output["datatype"]]) if output["datatype"] != "BYTES" else None
        else:
            array = np.frombuffer(tail[:size], NUMPY[output["datatype"]]) if output["datatype"] != "BYTES" else None
            tail = tail[size:]
        if output["name"] in expected:
            found[output["name"]] = array.reshape(output["shape"])
    for name, value in answer.get("parameters", {}).items():
        if name in expected:
            found.setdefault(name, np.asarray(value))
    if tail:
        raise ValueError(f"{len(tail)} bytes follow the last output")
    return {name: _like(value, np.shape(expected[name])).astype(_answered(expected[name], dtype)) for name, value in found.items()}


def parse(raw):
    """JSON, keeping the sign of -0, which Python reads as an integer."""
    return json.loads(raw, parse_int=lambda text: -0.0 if text == "-0" else int(text))


def _answered(value, dtype):
    return np.int64 if np.asarray(value).dtype.kind in "iub" else NUMPY[dtype]


def _like(value, shape):
    return value.reshape(()) if shape == () and value.shape == (1,) else value
