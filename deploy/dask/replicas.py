"""A client of several replicas of the service: the Open Inference Protocol with tensors as raw bytes, in turn, around those that fail.

Every operation is a pure function of its request, so asking another replica is always safe, and the answer has the same bits.
"""
from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import threading
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

HEADER_LENGTH = "Inference-Header-Content-Length"
TYPES = {"FP64": np.dtype("<f8"), "FP32": np.dtype("<f4"), "INT64": np.dtype("<i8"), "INT32": np.dtype("<i4")}
DATATYPES = {dtype: name for name, dtype in TYPES.items()}
ELSEWHERE = (429, 502, 503)  # full, draining, or behind a proxy whose replica has gone
Buffer = bytes | memoryview
CONNECT_SECONDS = 5
REST_SECONDS = 10

_turn = itertools.count(os.getpid())  # workers begin at different replicas
_resting: dict[str, float] = {}
_kept = threading.local()
_failovers = 0


class ServiceError(Exception):
    """The service has refused the request, and every replica would: the request is wrong or too large."""


class NoReplicaError(Exception):
    """No replica has answered for as long as was allowed."""


class _Unavailable(Exception):
    """This replica cannot answer now."""


@dataclass(frozen=True)
class Replicas:
    """The addresses of the replicas. Small, immutable and picklable: send it to the workers with each task."""

    urls: tuple[str, ...]
    timeout_seconds: float = 120  # for one answer
    patience_seconds: float = 60  # for any replica to answer at all
    headers: Mapping[str, str] = field(default_factory=dict)  # as for keys: {"Authorization": "Bearer ..."}

    def infer(self, model: str, inputs: Mapping[str, np.ndarray], outputs: Sequence[str], **parameters: object) -> dict[str, np.ndarray]:
        """The named outputs of an operation, `kmeans.partial` or any other, for these inputs."""
        global _failovers
        header, *tensors = body = _encode(inputs, outputs, parameters)
        headers = {**self.headers, "Content-Type": "application/octet-stream", HEADER_LENGTH: str(len(header)),
                   "Content-Length": str(len(header) + sum(len(tensor) for tensor in tensors))}
        deadline = time.monotonic() + self.patience_seconds
        for pause in itertools.chain((0.05, 0.1, 0.2, 0.5), itertools.repeat(1.0)):
            for url in self._in_turn():
                try:
                    return _decode(*self._ask(url, f"/v2/models/{model}/infer", body, headers))
                except (OSError, http.client.HTTPException, _Unavailable) as error:
                    _resting[url] = time.monotonic() + REST_SECONDS
                    _failovers += 1
                    last = f"{url}: {error!r}"
            if time.monotonic() > deadline:
                raise NoReplicaError(f"None of {len(self.urls)} replicas answered within {self.patience_seconds:g} seconds; the last said {last}.")
            time.sleep(pause * random.uniform(0.5, 1))
        raise AssertionError("the pauses never end")

    def _in_turn(self) -> list[str]:
        """All replicas, the next in turn first, those that failed a moment ago last."""
        start = next(_turn) % len(self.urls)
        now = time.monotonic()
        return sorted(self.urls[start:] + self.urls[:start], key=lambda url: _resting.get(url, 0) > now)

    def _ask(self, url: str, path: str, body: list[Buffer], headers: Mapping[str, str]) -> tuple[bytes, int]:
        for connection, fresh in _connections(url):
            try:
                connection.sock.settimeout(self.timeout_seconds)
                connection.request("POST", path, body, dict(headers))
                response = connection.getresponse()
                raw = response.read()
            except (OSError, http.client.HTTPException):
                _drop(url)
                if fresh:
                    raise
                continue  # the server had closed a connection that was kept
            if response.status in ELSEWHERE:
                raise _Unavailable(f"{response.status} {raw[:200]!r}")
            if response.status != 200:
                raise ServiceError(f"{url}{path} answered {response.status}: {raw[:1000].decode(errors='replace')}")
            return raw, int(response.headers.get(HEADER_LENGTH, len(raw)))
        raise AssertionError("the last connection is a fresh one")


def failovers() -> int:
    """How often this process had to ask another replica."""
    return _failovers


def _connections(url: str) -> Iterator[tuple[http.client.HTTPConnection, bool]]:
    """The connection that this thread has kept to the replica, if any, and then a fresh one."""
    if (kept := _pool().get(url)) is not None:
        yield kept, False
    parts = urllib.parse.urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    fresh = kind(parts.hostname or "", parts.port, timeout=CONNECT_SECONDS)
    fresh.connect()
    _pool()[url] = fresh
    yield fresh, True


def _drop(url: str) -> None:
    if (connection := _pool().pop(url, None)) is not None:
        connection.close()


def _pool() -> dict[str, http.client.HTTPConnection]:
    if not hasattr(_kept, "connections"):
        _kept.connections = {}
    return _kept.connections


def _encode(inputs: Mapping[str, np.ndarray], outputs: Sequence[str], parameters: Mapping[str, object]) -> list[Buffer]:
    """The JSON header, and the tensors where they lie: nothing is copied before it is sent."""
    arrays = {name: np.asarray(value, order="C") for name, value in inputs.items()}
    header = {
        "parameters": {**parameters, "binary_data_output": True},
        "inputs": [{"name": name, "datatype": DATATYPES[array.dtype], "shape": array.shape, "parameters": {"binary_data_size": array.nbytes}}
                   for name, array in arrays.items()],
        "outputs": [{"name": name} for name in outputs],
    }
    return [json.dumps(header).encode(), *(memoryview(array.reshape(-1).view(np.uint8)) for array in arrays.values())]


def _decode(raw: bytes, length: int) -> dict[str, np.ndarray]:
    arrays, offset = {}, length
    for output in json.loads(raw[:length])["outputs"]:
        size = output["parameters"]["binary_data_size"]
        arrays[output["name"]] = np.frombuffer(raw, TYPES[output["datatype"]], size // TYPES[output["datatype"]].itemsize, offset).reshape(output["shape"])
        offset += size
    return arrays
