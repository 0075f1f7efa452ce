#!/usr/bin/env python3
"""Fits over a local Dask cluster and three replicas of the published service, held against the service's own single-machine fit
and scikit-learn; a replica is killed half-way, and the bits must be those of the undisturbed fit.

    check.py --app FOLDER        the folder that `dotnet publish` wrote

Needs Debian's python3-dask, python3-distributed (with python3-psutil), python3-sklearn, and dotnet. Prints the cost of an iteration against the size of the data.
"""
from __future__ import annotations

import argparse
import contextlib
import logging
import os
import pathlib
import sys
import tempfile
import threading
import time
from collections.abc import Callable

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "deploy" / "dask"))

import dask.array
import distributed
import numpy as np
import psutil
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression

import kmeans
import logistic
import service
from replicas import NoReplicaError, Replicas, ServiceError, failovers

CLOSE = 1e-6
CLUSTERS = 6


class Tally:
    """Counts what holds, and says what does not."""

    def __init__(self) -> None:
        self.failed = 0

    def holds(self, what: str, held: bool, seen: object = "") -> None:
        print(f"  {'ok  ' if held else 'FAIL'} {what} {seen}", flush=True)
        self.failed += not held

    def close(self, what: str, found: np.ndarray, expected: np.ndarray) -> None:
        worst = float(np.max(np.abs(np.asarray(found) - expected) / np.maximum(1, np.abs(expected))))
        self.holds(f"{what}: within {CLOSE:g}", worst <= CLOSE, f"(worst {worst:.1e})")

    def raises(self, what: str, expected: type[Exception], call: Callable[[], object]) -> None:
        try:
            call()
        except expected as error:
            self.holds(what, True, f"({str(error)[:160]})")
        else:
            self.holds(what, False)


def blobs(count: int, dimensions: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points around centres that overlap, and the centre of each."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(CLUSTERS, size=count)
    return rng.normal(0, 2, (CLUSTERS, dimensions))[labels] + rng.normal(0, 1.5, (count, dimensions)), labels


def killing(victim: service.Replica, at: int) -> Callable[[int, float], None]:
    """Kills the replica a moment after the iteration has been told of, while requests of the next are under way."""
    return lambda iteration, loss: threading.Timer(0.02, victim.kill).start() if iteration == at else None


def check_kmeans(tally: Tally, replicas: Replicas, points: np.ndarray, shards: int, victim: service.Replica, client: distributed.Client) -> None:
    print("k-means")
    sharded = dask.array.from_array(points, chunks=(-(-len(points) // shards), -1))
    start = points[:CLUSTERS]
    whole = replicas.infer("kmeans.fit", {"points": points, "centroids": start}, ("centroids", "loss"), dtype="FP64", tol=0.0)
    fitted = kmeans.fit(sharded, start, replicas, tol=0)
    tally.holds("converged", fitted.converged, f"after {fitted.n_iter} iterations over {shards} shards")
    tally.close("centroids, and kmeans/fit on one machine", fitted.centroids, whole["centroids"])
    tally.close("loss, and kmeans/fit on one machine", np.array(fitted.loss), whole["loss"])
    peer = KMeans(CLUSTERS, init=start, n_init=1, tol=0, max_iter=1000, algorithm="lloyd").fit(points)
    tally.close("centroids, and scikit-learn", fitted.centroids, peer.cluster_centers_)
    before = sum(client.run(failovers).values())
    again = kmeans.fit(sharded, start, replicas, tol=0, progress=killing(victim, fitted.n_iter // 2))
    survived(tally, victim, sum(client.run(failovers).values()) - before)
    tally.holds("the same bits with a replica killed half-way", np.array_equal(again.centroids, fitted.centroids) and again.loss_history == fitted.loss_history)


def check_logistic(tally: Tally, replicas: Replicas, features: np.ndarray, labels: np.ndarray, shards: int, victim: service.Replica | None,
                   client: distributed.Client) -> None:
    classes = int(labels.max()) + 1
    print(f"logistic regression, {classes} classes")
    rows = -(-len(features) // shards)
    sharded = dask.array.from_array(features, chunks=(rows, -1)), dask.array.from_array(labels, chunks=rows)
    whole = replicas.infer("logistic.fit", {"features": features, "labels": labels}, ("coef", "intercept"), dtype="FP64", tol=1e-12)
    fitted = logistic.fit(*sharded, replicas, classes=classes)
    tally.holds("converged", fitted.converged, f"after {fitted.n_iter} steps over {shards} shards")
    tally.close("coef, and logistic/fit on one machine", fitted.coef, whole["coef"])
    tally.close("intercept, and logistic/fit on one machine", fitted.intercept, whole["intercept"])
    peer = LogisticRegression(tol=1e-8, max_iter=2000, solver="newton-cg").fit(features, labels)
    tally.close("coef, and scikit-learn", fitted.coef, peer.coef_[0] if classes == 2 else peer.coef_)
    if victim is not None:
        before = sum(client.run(failovers).values())
        again = logistic.fit(*sharded, replicas, classes=classes, progress=killing(victim, fitted.n_iter // 2))
        survived(tally, victim, sum(client.run(failovers).values()) - before)
        tally.holds("the same bits with a replica killed half-way", np.array_equal(again.coef, fitted.coef) and again.loss_history == fitted.loss_history)


def survived(tally: Tally, victim: service.Replica, asked_elsewhere: int) -> None:
    tally.holds("the replica is dead", victim.is_dead(), f"(process {victim.pid})")
    tally.holds("requests went elsewhere", asked_elsewhere > 0, f"({asked_elsewhere})")


def check_errors(tally: Tally, replicas: Replicas, dead: Replicas) -> None:
    print("errors")
    points = dask.array.ones((8, 2), chunks=(4, 2))
    tally.raises("a wrong request is refused at once", ServiceError, lambda: kmeans.fit(points, np.ones((2, 3)), replicas))
    tally.raises("no replica at all is said", NoReplicaError, lambda: kmeans.fit(points, np.ones((2, 2)), dead))


def cost(replicas: Replicas, processes: list[int], client: distributed.Client, dimensions: int, sizes: list[int]) -> None:
    """Seconds by the clock and processor seconds of replicas and workers, the median over the iterations."""
    workers = list(client.run(os.getpid).values())

    def spent() -> np.ndarray:
        return np.array([time.perf_counter(), processor_seconds(processes), processor_seconds(workers)])

    def row(what: str, size: int, megabytes: float, marks: list[np.ndarray]) -> None:
        print("".join([f"{what:<26}{size:>9}{megabytes:>9.1f}", *(f"{value:>10.3f}" for value in np.median(np.diff(marks, axis=0), axis=0))]), flush=True)

    print(f"cost of an iteration, {CLUSTERS} clusters, FP64, {dimensions} dimensions, {os.cpu_count()} cores for all; load {os.getloadavg()[0]:.0f}")
    print(f"{'':26}{'points':>9}{'MB sent':>9}{'seconds':>10}{'replicas':>10}{'workers':>10}")
    for size in sizes:
        points, labels = blobs(size, dimensions, 3)
        rows = -(-size // 6)
        sharded = dask.array.from_array(points, chunks=(rows, -1))
        binary = dask.array.from_array((labels < CLUSTERS // 2).astype(np.int64), chunks=rows)
        marks: list[np.ndarray] = []
        kmeans.fit(sharded, points[:CLUSTERS], replicas, tol=0, max_iter=6, progress=lambda *_: marks.append(spent()))
        row("k-means", size, points.nbytes / 1e6, marks)
        one = [spent()]
        replicas.infer("kmeans.step", {"points": points, "centroids": points[:CLUSTERS]}, ("centroids", "loss"), dtype="FP64", method="lloyd")
        row("k-means, one request", size, points.nbytes / 1e6, [*one, spent()])
        marks = []
        logistic.fit(sharded, binary, replicas, progress=lambda *_: marks.append(spent()))
        row("logistic, two classes", size, (points.nbytes + labels.nbytes) / 1e6, marks)


def processor_seconds(processes: list[int]) -> float:
    return sum(sum(psutil.Process(process).cpu_times()[:2]) for process in processes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--app", type=pathlib.Path, required=True, help="the folder that dotnet publish wrote")
    parser.add_argument("--sizes", type=int, nargs="*", default=[20_000, 80_000, 320_000], help="numbers of points to state the cost for")
    arguments = parser.parse_args()
    tally = Tally()
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(service.Replica(arguments.app)) for _ in range(3)]
        replicas = Replicas(tuple(replica.url for replica in started), patience_seconds=20)
        scratch = stack.enter_context(tempfile.TemporaryDirectory())
        cluster = stack.enter_context(distributed.LocalCluster(n_workers=3, threads_per_worker=1, dashboard_address=None, host="127.0.0.1",
                                                               local_directory=scratch, silence_logs=logging.CRITICAL))
        client = stack.enter_context(distributed.Client(cluster))
        points, labels = blobs(30_000, 8, 1)
        check_logistic(tally, replicas, points, labels, 7, None, client)
        cost(replicas, [replica.pid for replica in started], client, 16, arguments.sizes)
        check_kmeans(tally, replicas, points, 9, started[0], client)
        alive = Replicas(replicas.urls[1:], patience_seconds=20)
        check_logistic(tally, alive, points, (labels < CLUSTERS // 2).astype(np.int64), 7, started[1], client)
        check_errors(tally, replicas, Replicas((started[0].url, started[1].url), patience_seconds=1))
    print(f"dask: {'everything holds' if tally.failed == 0 else f'{tally.failed} do not hold'}")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
