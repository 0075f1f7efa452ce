"""k-means over sharded points: each shard's sums from a replica, one exact Lloyd step of them all."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import dask
import dask.array
import numpy as np

from replicas import Replicas


@dataclass(frozen=True)
class KmeansFit:
    """Where the fit ended, as `kmeans/fit` of the service would say."""

    centroids: np.ndarray  # [K, D]
    loss: float  # the inertia of these centroids
    loss_history: tuple[float, ...]  # before each step
    n_iter: int
    converged: bool


def fit(points: dask.array.Array, centroids: np.ndarray, replicas: Replicas, *, tol: float = 1e-4, max_iter: int = 300,
        progress: Callable[[int, float], None] = lambda iteration, loss: None) -> KmeansFit:
    """Lloyd's algorithm from given centroids [K, D] over points [N, D], chunked by rows, until the squared shift of the centroids
    is at most `tol` times the mean variance of the coordinates: scikit-learn's meaning. A cluster without points keeps its centroid.

    The shards are added up in their order, so the answer has the same bits whichever replica has answered for which shard.
    """
    points = points.rechunk({1: -1}).persist()
    shards = points.to_delayed().ravel()
    tolerance = tol * float(points.var(axis=0).mean().compute())
    centroids = np.asarray(centroids, np.float64)
    history: list[float] = []
    converged = False
    while not converged and len(history) < max_iter:
        partials = _partials(shards, centroids, replicas)
        step = replicas.infer("kmeans.combine", {**partials, "centroids": centroids}, ("centroids", "loss", "shift"), dtype="FP64")
        centroids = step["centroids"]
        history.append(float(step["loss"]))
        converged = float(step["shift"]) <= tolerance
        progress(len(history), history[-1])
    return KmeansFit(centroids, float(_partials(shards, centroids, replicas)["loss"].sum()), tuple(history), len(history), converged)


def _partials(shards: np.ndarray, centroids: np.ndarray, replicas: Replicas) -> dict[str, np.ndarray]:
    """What the shards answered, stacked: sums [P, K, D], counts [P, K] and losses [P]."""
    answers = dask.compute(*(dask.delayed(_partial)(shard, centroids, replicas) for shard in shards))
    return {name: np.stack([answer[name] for answer in answers]) for name in ("sums", "counts", "loss")}


def _partial(shard: np.ndarray, centroids: np.ndarray, replicas: Replicas) -> dict[str, np.ndarray]:
    return replicas.infer("kmeans.partial", {"points": shard, "centroids": centroids}, ("sums", "counts", "loss"), dtype="FP64")
