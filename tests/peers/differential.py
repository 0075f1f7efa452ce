#!/usr/bin/env python3
"""Random requests to a running service, each through every door, each answer held against PyTorch in FP64.

    differential.py --url http://127.0.0.1:8080 --seed 1 --requests 500
    differential.py --self-test

Needs Debian's python3-torch, python3-sklearn and python3-numpy; nothing else. The same seed draws the same requests.
A request that fails is written to a file that `curl -d @file` posts again. The exit code is 1 where any failed.
"""
import argparse
import collections
import http.client
import json
import pathlib
import sys
import tempfile
import urllib.parse

sys.dont_write_bytecode = True

import wire  # first: it finds the oracles, and they settle how PyTorch computes
import numpy as np
import bounds
import drawing
from oracle import ORACLES, answer


class Service:
    """One connection to the service, kept open."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=120)

    def post(self, path, body, headers):
        """The answer's headers and body; ValueError for any status but 200."""
        self._connection.request("POST", path, body, headers)
        response = self._connection.getresponse()
        raw = response.read()
        if response.status != 200:
            raise ValueError(f"status {response.status}: {raw[:600].decode(errors='replace')}")
        return response.headers, raw


class Tally:
    """Worst deviations by operation and kind of bound, and the count of requests."""

    def __init__(self):
        self.worst = collections.defaultdict(float)
        self.requests = collections.Counter()
        self.failed = 0

    def note(self, operation, kind, deviation):
        self.worst[operation, kind] = max(self.worst[operation, kind], deviation)

    def print(self):
        kinds = ("FP64 relative", "FP32 relative", "FP32 ulps")
        print(f"{'operation':30}{'requests':>9}" + "".join(f"{'worst ' + kind:>21}" for kind in kinds))
        for operation in sorted(self.requests):
            cells = [f"{self.worst[operation, kind]:.2g}" if (operation, kind) in self.worst else "-" for kind in kinds]
            print(f"{operation:30}{self.requests[operation]:>9}" + "".join(f"{cell:>21}" for cell in cells))
        print(f"{self.requests.total() - self.failed} passed, {self.failed} failed")


def run(url, seed, requests, only=None, keep=None, say=print):
    service, tally = Service(url), Tally()
    for number in range(requests):
        rng = np.random.default_rng([seed, number])
        operation, members = drawing.request(rng, only)
        body = wire.rest_body(members, rng)
        tally.requests[operation] += 1
        problems = list(_problems(service, tally, operation, members, body))
        if problems:
            tally.failed += 1
            keep = keep or tempfile.mkdtemp(prefix="differential-")
            path = pathlib.Path(keep, f"seed{seed}-request{number}.json")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(body), encoding="utf-8")
            say(f"FAILED: curl -H 'Content-Type: application/json' -d @{path} {url}/v1/{operation}")
            for problem in problems:
                say(f"    {problem}")
    return tally


def _problems(service, tally, operation, members, body):
    """What is wrong with the answers, a sentence each: REST against the oracle, then OIP against REST, bit for bit."""
    dtype = members["dtype"]
    expected = {name: np.asarray(value) for name, value in answer(operation, members).items()}
    try:
        _, raw = service.post(f"/v1/{operation}", json.dumps(body, allow_nan=False).encode(), {"Content-Type": "application/json"})
        rest = wire.rest_answer(raw, expected, dtype)
    except (ValueError, KeyError, http.client.HTTPException, OSError) as error:
        service._connection.close()
        yield f"REST: {error}"
        return
    for name in sorted(expected.keys() - rest.keys()):
        yield f"REST: {name} is missing"
    for name in sorted(rest):
        problem, kind, deviation = bounds.measure(name, rest[name], expected[name], dtype)
        tally.note(operation, kind, deviation)
        if problem:
            yield f"REST: {problem}"
    if members.get("gradients") == [] and any(name.startswith("grad_") for name in wire.parse(raw)):
        yield "REST: a gradient was answered, and none was asked for"

    outputs = list(expected) if "gradients" in members else None
    model = operation.replace("/", ".").replace("-", "_")
    for door, binary in (("OIP JSON", False), ("OIP binary", True)):
        try:
            headers, raw = service.post(f"/v2/models/{model}/infer", *wire.oip_body(members, outputs, binary))
            found = wire.oip_answer(raw, headers, expected, dtype)
        except (ValueError, KeyError, http.client.HTTPException, OSError) as error:
            service._connection.close()
            yield f"{door}: {error}"
            continue
        for name in sorted(rest):
            if name not in found:
                yield f"{door}: {name} is missing"
            elif not _same_bits(found[name], rest[name]):
                yield f"{door}: {name} differs from the REST door's"


def _same_bits(one, other):
    """Equal to the bit, but for the payload of a NaN, which text does not carry."""
    if one.shape != other.shape or not np.array_equal(one, other, equal_nan=one.dtype.kind == "f"):
        return False
    return one.dtype.kind != "f" or np.array_equal(np.signbit(one)[~np.isnan(one)], np.signbit(other)[~np.isnan(other)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="address of the running service, http://host:port")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--only", choices=sorted(ORACLES), help="one operation alone")
    parser.add_argument("--keep", help="folder for the requests that fail (default: a new temporary one)")
    parser.add_argument("--self-test", action="store_true", help="check this program itself against a stand-in service")
    arguments = parser.parse_args()
    if arguments.self_test:
        import self_test
        return self_test.main()
    if not arguments.url:
        parser.error("--url is needed, or --self-test")
    tally = run(arguments.url, arguments.seed, arguments.requests, arguments.only, arguments.keep)
    tally.print()
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
