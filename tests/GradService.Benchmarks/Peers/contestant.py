"""A contestant of the benchmarks: takes commands from the standard input, a line each, and answers each with a line.

load FOLDER   prepares the work that lies there: work.json and one .npy for each tensor
time SECONDS  does it until so long has passed, once at least, and tells the median seconds of a call
answer FOLDER writes what one call computed, one .npy for each tensor
"""
import json
import pathlib
import statistics
import sys
import time

import numpy


def serve(prepare):
    """prepare(operation, tensors, parameters, threads) gives the call to time; the call gives its answer as arrays by name."""
    call = None
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        try:
            if command == "load":
                call = prepare(*_read(pathlib.Path(argument)))
                reply = "ok"
            elif command == "time":
                reply = _time(call, float(argument))
            else:
                for name, array in call().items():
                    numpy.save(pathlib.Path(argument, name + ".npy"), numpy.asarray(array))
                reply = "ok"
        except LookupError as error:
            reply = f"error {error}"
        print(reply, flush=True)


def _read(folder):
    work = json.loads((folder / "work.json").read_text())
    tensors = {file.stem: numpy.load(file) for file in folder.glob("*.npy")}
    return work["operation"], tensors, work["parameters"], work["threads"]


def _time(call, slot):
    times = []
    begin = time.perf_counter()
    while True:
        before = time.perf_counter()
        call()
        after = time.perf_counter()
        times.append(after - before)
        if after - begin >= slot:
            return f"{statistics.median(times)!r} {len(times)}"
