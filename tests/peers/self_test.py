"""Does the differential run pass a right service, and does it see each way of being wrong?"""
import tempfile

import differential
import numpy as np
from fake_service import FakeService

REQUESTS = 80
GRADIENTS = ("grad_logits", "grad_log_probs", "gradient")


def _nudge_gradient(door, arrays):
    """One element of a gradient off by a millionth of the largest, at every door alike."""
    for name in GRADIENTS:
        if name in arrays and arrays[name].size and np.isfinite(arrays[name]).all():
            arrays[name] = arrays[name].copy()
            arrays[name].reshape(-1)[-1] += 1e-6 * max(np.abs(arrays[name]).max(), 1e-3)


def _loss_off_by_three_ulps(door, arrays):
    if "loss" in arrays and np.isfinite(arrays["loss"]).all() and arrays["loss"].dtype == np.float32:
        arrays["loss"] = arrays["loss"] + 3 * np.spacing(np.abs(arrays["loss"]))


def _one_bit_at(spoiled):
    def spoil(door, arrays):
        if door == spoiled:
            name = next(iter(arrays))
            floating = arrays[name].dtype.kind == "f"
            arrays[name] = np.nextafter(arrays[name], np.array(np.inf, arrays[name].dtype)) if floating else arrays[name] ^ 1
    return spoil


def _count_off_by_one(door, arrays):
    if "counted" in arrays:
        arrays["counted"] = arrays["counted"] + 1


def _drop_the_last(door, arrays):
    arrays.pop(list(arrays)[-1])


def _flatten(door, arrays):
    arrays.update({name: value.reshape(-1) for name, value in arrays.items() if value.ndim > 1})


# What is spoilt, how, and the words that every complaint about it must hold.
WRONG = [
    ("a gradient off by 1e-6 of its largest", _nudge_gradient, " relative, "),
    ("an FP32 loss off by three ulps", _loss_off_by_three_ulps, "FP32 ulps, 2 allowed"),
    ("one bit at the OIP JSON door", _one_bit_at("oip json"), "OIP JSON: {} differs from the REST door's"),
    ("one bit at the OIP binary door", _one_bit_at("oip binary"), "OIP binary: {} differs from the REST door's"),
    ("a count off by one", _count_off_by_one, "counted is"),
    ("a missing member", _drop_the_last, "is missing"),
    ("a flattened tensor", _flatten, "has shape"),
]


def main():
    with FakeService() as service:
        tally = differential.run(service.url, 1, 4 * REQUESTS)
        print("a right service:")
        tally.print()
        faults = tally.failed
    for name, spoil, words in WRONG:
        with FakeService(spoil) as service:
            faults += not _seen(name, service.url, words)
    faults += not _seen("nobody there", "http://127.0.0.1:9", "REST: ", requests=2)  # port 9: nobody answers
    print("self-test passed" if not faults else f"self-test FAILED: {faults} faults")
    return 1 if faults else 0


def _seen(name, url, words, requests=REQUESTS):
    """Whether requests fail, each for the reason that was planted."""
    said = []
    with tempfile.TemporaryDirectory() as kept:
        tally = differential.run(url, 1, requests, keep=kept, say=said.append)
    others = [line for line in said if line.startswith(" ") and not all(part in line for part in words.split("{}"))]
    print(f"{name}: {tally.failed} of {requests} requests seen to fail", *others, sep="\n")
    return tally.failed > 0 and not others


if __name__ == "__main__":
    raise SystemExit(main())
