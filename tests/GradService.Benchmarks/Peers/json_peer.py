"""Python's JSON readers and writers as contestants, to numpy and back: json_peer.py json|ujson|orjson."""
import importlib
import pathlib
import sys

import numpy

import contestant


def prepare(operation, tensors, parameters, threads):
    module = importlib.import_module(sys.argv[1])
    dtype = parameters["dtype"]
    text = pathlib.Path(parameters["text"]).read_bytes()
    if operation == "read":
        return lambda: {"values": numpy.array(module.loads(text)["values"], dtype=dtype)}
    values = numpy.array(module.loads(text)["values"], dtype=dtype)
    if module.__name__ == "orjson":
        return lambda: {"bytes": module.dumps({"values": values}, option=module.OPT_SERIALIZE_NUMPY)}
    return lambda: {"bytes": module.dumps({"values": values.tolist()})}


if __name__ == "__main__":
    contestant.serve(prepare)
