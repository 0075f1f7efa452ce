"""Oracles of kmeans/*: NumPy in FP64 by the definitions, PyTorch autograd for gradients, scikit-learn for whole runs."""
import numpy as np
import torch
from sklearn.cluster import KMeans

from .tensors import floats, read


def _operands(request):
    """Points, centroids and weights as FP64 arrays; every random draw is by the service's own generator, so none is asked for here."""
    points = floats(request, "points").numpy()
    centroids = floats(request, "centroids").numpy()
    weight = floats(request, "sample_weight")
    return points, centroids, np.ones(len(points)) if weight is None else weight.numpy()


def _nearest(points, centroids):
    """Every distance from its differences; argmin takes the lowest index of a tie."""
    distances = ((points[:, None, :] - centroids[None, :, :]) ** 2).sum(-1)
    assignments = distances.argmin(1) if len(points) else np.zeros(0, np.int64)
    return assignments, distances[np.arange(len(points)), assignments]


def _sums(points, weight, assignments, clusters):
    chosen = np.zeros((clusters, len(points)))
    chosen[assignments, np.arange(len(points))] = weight
    return chosen @ points, chosen.sum(1)


def assign(request):
    points, centroids, _ = _operands(request)
    assignments, distances = _nearest(points, centroids)
    return {"squared_distances": distances, "assignments": assignments}


def loss(request):
    points, centroids, weight = _operands(request)
    assignments, distances = _nearest(points, centroids)
    _, counts = _sums(points, weight, assignments, len(centroids))
    x, c = (torch.from_numpy(value).requires_grad_() for value in (points, centroids))
    total = (torch.from_numpy(weight) * ((x - c[torch.from_numpy(assignments)]) ** 2).sum(-1)).sum()
    if request.get("reduction") == "mean":
        total = total / weight.sum()
    upstream = floats(request, "upstream")
    total.backward(torch.ones_like(total) if upstream is None else upstream.reshape(()))
    answer = {
        "loss": total.detach(), "assignments": assignments, "counts": counts,
        "per_cluster": np.bincount(assignments, weight * distances, len(centroids)),
    }
    for name, operand in (("centroids", c), ("points", x)):
        if name in request.get("gradients", ("centroids", "points")):
            answer["grad_" + name] = operand.grad
    return answer


def step(request):
    points, centroids, weight = _operands(request)
    assignments, distances = _nearest(points, centroids)
    sums, counts = _sums(points, weight, assignments, len(centroids))
    method = request.get("method", "lloyd")
    rate = request.get("learning_rate", 1)
    before = (weight * distances).sum()
    gradient = 2 * (counts[:, None] * centroids - sums)
    hessian = np.broadcast_to(2 * counts[:, None], centroids.shape)
    if request.get("empty") == "relocate" and method in ("lloyd", "newton"):
        _relocate(points, weight, assignments, distances, sums, counts)
    here = counts[:, None] > 0
    mean = np.divide(sums, counts[:, None], out=centroids.copy(), where=here)
    if method == "lloyd":
        moved = mean
    elif method == "newton":
        moved = centroids - rate * (centroids - mean)
    elif method == "sgd":
        moved = centroids - rate * gradient
    else:
        running = floats(request, "counts")
        running = np.zeros(len(centroids)) if running is None else running.numpy()
        moved = np.divide(running[:, None] * centroids + sums, (running + counts)[:, None], out=centroids.copy(), where=here)
        counts = running + counts
    answer = {"centroids": moved, "loss": before, "shift": ((moved - centroids) ** 2).sum(), "counts": counts, "assignments": assignments}
    if request.get("explain"):
        answer.update({"gradient": gradient, "hessian_diagonal": hessian})
        if request.get("empty", "keep") == "keep":
            answer.update({"newton_step": mean, "lloyd_step": mean})
    return answer


def _relocate(points, weight, assignments, distances, sums, counts):
    """scikit-learn's _relocate_empty_clusters_dense, with the farthest first and the lowest index of equally far ones."""
    candidates = [i for i in np.argsort(-distances, kind="stable") if weight[i] > 0 and distances[i] > 0]
    for empty, i in zip(np.flatnonzero(counts == 0), candidates):
        source = assignments[i]
        sums[source] -= weight[i] * points[i]
        sums[empty] = weight[i] * points[i]
        counts[source] -= weight[i]
        counts[empty] = weight[i]


def fit(request):
    points, centroids, weight = _operands(request)
    model = KMeans(
        n_clusters=len(centroids), init=centroids, n_init=1, max_iter=request.get("max_iter", 300),
        tol=request.get("tol", 1e-4), algorithm="lloyd", copy_x=True)
    model.fit(points, sample_weight=weight)
    return {"centroids": model.cluster_centers_, "assignments": model.labels_.astype(np.int64), "loss": np.float64(model.inertia_), "n_iter": int(model.n_iter_)}


def partial(request):
    points, centroids, weight = _operands(request)
    assignments, distances = _nearest(points, centroids)
    sums, counts = _sums(points, weight, assignments, len(centroids))
    return {"sums": sums, "counts": counts, "loss": (weight * distances).sum()}


def combine(request):
    centroids = floats(request, "centroids").numpy()
    sums, counts = floats(request, "sums").numpy().sum(0), floats(request, "counts").numpy().sum(0)
    moved = np.divide(sums, counts[:, None], out=centroids.copy(), where=counts[:, None] > 0)
    answer = {"centroids": moved, "shift": ((moved - centroids) ** 2).sum(), "counts": counts}
    if request.get("loss") is not None:
        answer["loss"] = floats(request, "loss").numpy().sum()
    return answer


def init(request):
    """What needs no random number: as many centroids as there are points of a weight above 0 are all of them, in some order."""
    points = floats(request, "points").numpy()
    weight = floats(request, "sample_weight")
    chosen = np.flatnonzero(np.ones(len(points)) if weight is None else weight.numpy())
    assert request["n_clusters"] == len(chosen) == 1, "which points are drawn is the service's own affair"
    return {"centroids": points[chosen], "indices": chosen}
