"""Logistic and softmax regression over sharded samples: each shard's sums from a replica, Newton's step of them all."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import dask
import dask.array
import numpy as np

from replicas import Replicas

SUFFICIENT_DECREASE = 1e-4
MOST_HALVINGS = 60


@dataclass(frozen=True)
class LogisticFit:
    """The model, and how it was found, as `logistic/fit` of the service would say."""

    coef: np.ndarray  # [F], or [K, F] for more than two classes
    intercept: np.ndarray  # [], or [K]
    loss_history: tuple[float, ...]  # with the penalty, before the first step and after each
    n_iter: int
    converged: bool


@dataclass(frozen=True)
class _Sums:
    loss: float
    gradient: np.ndarray
    hessian: np.ndarray
    weight: float


def fit(features: dask.array.Array, labels: dask.array.Array, replicas: Replicas, *, classes: int = 2, l2: float = 1.0, tol: float = 1e-12,
        max_iter: int = 100, progress: Callable[[int, float], None] = lambda iteration, loss: None) -> LogisticFit:
    """Newton's method over features [N, F] and labels [N], chunked alike by rows, on the summed loss plus l2/2 times the squared
    coefficients (scikit-learn's C = 1 / l2), until no element of the gradient of the mean loss is larger than `tol`.

    The shards are added up in their order, so the answer has the same bits whichever replica has answered for which shard.
    """
    features = features.rechunk({1: -1}).persist()
    labels = labels.rechunk((features.chunks[0],)).astype(np.int64).persist()
    shards = list(zip(features.to_delayed().ravel(), labels.to_delayed().ravel()))
    theta = np.zeros((1 if classes == 2 else classes, features.shape[1] + 1))
    sums = _evaluate(shards, theta, l2, replicas)
    history = [sums.loss]
    converged = _is_small(sums, tol)
    while not converged and len(history) <= max_iter:
        # Least squares, as collinear features without a penalty give the Hessian no inverse.
        direction = np.linalg.lstsq(sums.hessian, -sums.gradient, rcond=None)[0]
        moved = _descend(shards, theta, sums, direction, l2, replicas)
        if moved is None:
            break
        theta, sums = moved
        history.append(sums.loss)
        converged = _is_small(sums, tol)
        progress(len(history) - 1, sums.loss)
    coef, intercept = theta[:, :-1], theta[:, -1]
    return LogisticFit(coef[0] if classes == 2 else coef, intercept[0] if classes == 2 else intercept, tuple(history), len(history) - 1, converged)


def _descend(shards: list, theta: np.ndarray, sums: _Sums, direction: np.ndarray, l2: float, replicas: Replicas) -> tuple[np.ndarray, _Sums] | None:
    """The step along the direction, halved until the loss falls; None where rounding lets it fall no more."""
    slope = float(sums.gradient @ direction)
    for halving in range(MOST_HALVINGS):
        step = 0.5 ** halving
        trial = theta + step * direction.reshape(theta.shape)
        there = _evaluate(shards, trial, l2, replicas)
        # At the floor of rounding the loss tells no better point from a worse one, but the gradient does.
        falls = there.loss <= sums.loss + SUFFICIENT_DECREASE * step * slope
        if falls or (halving == 0 and np.abs(there.gradient).max() < np.abs(sums.gradient).max() / 2):
            return trial, there
    return None


def _evaluate(shards: list, theta: np.ndarray, l2: float, replicas: Replicas) -> _Sums:
    """The sums over all shards, and the penalty, which is added once."""
    answers = dask.compute(*(dask.delayed(_partial)(features, labels, theta, replicas) for features, labels in shards))
    loss, gradient, hessian, weight = (sum(parts[1:], parts[0]) for parts in zip(*answers))
    penalty = np.full(theta.shape, l2)
    penalty[:, -1] = 0  # the intercepts
    penalised = hessian + np.diag(penalty.ravel())
    if len(theta) > 1:
        # Adding the same to the intercepts of all classes changes no probability. Curvature there keeps their mean where it is, at 0.
        intercepts = np.arange(theta.shape[1] - 1, theta.size, theta.shape[1])
        penalised[np.ix_(intercepts, intercepts)] += penalised[intercepts, intercepts].mean() / len(theta)
    return _Sums(float(loss) + float((penalty * theta**2).sum()) / 2, (gradient + penalty * theta).ravel(), penalised, float(weight))


def _partial(features: np.ndarray, labels: np.ndarray, theta: np.ndarray, replicas: Replicas) -> tuple[np.ndarray, ...]:
    binary = len(theta) == 1
    coef, intercept = theta[:, :-1], theta[:, -1]
    answer = replicas.infer(
        "logistic.partial",
        {"features": features, "labels": labels, "coef": coef[0] if binary else coef, "intercept": intercept[0] if binary else intercept},
        ("loss", "grad_coef", "grad_intercept", "hessian", "weight_sum"),
        dtype="FP64")
    gradient = np.column_stack([answer["grad_coef"].reshape(coef.shape), answer["grad_intercept"].reshape(-1)])
    return answer["loss"], gradient, answer["hessian"], answer["weight_sum"]


def _is_small(sums: _Sums, tol: float) -> bool:
    return bool(np.abs(sums.gradient).max() <= tol * sums.weight)
