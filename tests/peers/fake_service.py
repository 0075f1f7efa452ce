"""A stand-in for the service that answers from the oracle itself, and can be told to answer wrongly."""
import base64
import http.server
import json
import threading

import numpy as np

import wire  # first: it finds the oracles
from oracle import ORACLES, answer
from oracle.tensors import NUMPY, to_json


class FakeService(http.server.ThreadingHTTPServer):
    """Serves on a free port of 127.0.0.1. `spoil(door, arrays)` may change what a door answers."""

    def __init__(self, spoil=lambda door, arrays: None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self._spoil = spoil
        self.url = f"http://127.0.0.1:{self.server_port}"

    def spoil(self, door, arrays):
        self._spoil(door, arrays)
        arrays.update({name: np.asarray(value) for name, value in arrays.items()})  # arithmetic unwraps a scalar

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            if self.path.startswith("/v1/"):
                self._rest(json.loads(raw))
            else:
                self._oip(raw)
        except (ValueError, KeyError, IndexError, RuntimeError) as error:
            self._send(repr(error).encode(), status=500)

    def _rest(self, request):
        arrays = _answer(self.path[len("/v1/"):], request)
        self.server.spoil("rest", arrays)
        form = request.get("tensor_format", "nested")
        self._send(json.dumps({name: _formed(value, form) for name, value in arrays.items()}).encode())

    def _oip(self, raw):
        length = int(self.headers.get(wire.HEADER_LENGTH, len(raw)))
        request, tail = json.loads(raw[:length]), raw[length:]
        operation = {name.replace("/", ".").replace("-", "_"): name for name in ORACLES}[self.path.split("/")[3]]
        members = dict(request["parameters"])
        binary = members.pop("binary_data_output", False)
        for entry in request["inputs"]:
            kind = NUMPY[entry["datatype"]]
            size = entry.get("parameters", {}).get("binary_data_size")
            flat = np.array(entry["data"], kind) if size is None else np.frombuffer(tail[:size], kind)
            tail = tail[size or 0:]
            members[entry["name"]] = flat.reshape(entry["shape"])
        arrays = _answer(operation, members)
        if "outputs" in request:
            arrays = {entry["name"]: arrays[entry["name"]] for entry in request["outputs"]}
        self.server.spoil("oip binary" if binary else "oip json", arrays)
        outputs = [{"name": name, "shape": list(value.shape), "datatype": wire.DATATYPE[value.dtype]} for name, value in arrays.items()]
        for output, value in zip(outputs, arrays.values()):
            output.update({"parameters": {"binary_data_size": value.nbytes}} if binary else {"data": to_json(value.reshape(-1))})
        header = json.dumps({"outputs": outputs}).encode()
        if binary:
            self._send(header + b"".join(value.tobytes() for value in arrays.values()), len(header))
        else:
            self._send(header)

    def _send(self, body, header_length=None, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if header_length is not None:
            self.send_header(wire.HEADER_LENGTH, str(header_length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def _answer(operation, request):
    floating = NUMPY[request.get("dtype", "FP32")]
    arrays = {name: np.asarray(value) for name, value in answer(operation, request).items()}
    return {name: value.astype(floating) if value.dtype.kind == "f" else value for name, value in arrays.items()}


def _formed(array, form):
    if array.ndim == 0 or form == "nested":
        return to_json(array)
    if form == "flat":
        return {"shape": list(array.shape), "data": to_json(array.reshape(-1))}
    return {"shape": list(array.shape), "datatype": wire.DATATYPE[array.dtype],
            "base64": base64.b64encode(array.tobytes()).decode()}
