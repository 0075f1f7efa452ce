"""kmeans/*."""
from . import draw
from .case import case, refused, twins

WORKED = {"points": [[1, 1], [1.5, 2], [3, 4], [5, 7], [3.5, 5], [4.5, 5], [3.5, 4.5]], "centroids": [[1, 1], [5, 7]]}
LINE = [[x] for x in (-10, -9.5, -9, -8.5, -8, -1, 1, 9, 9.5, 10)]
SAME = [[-10.0]] * 3
WEIGHTS = [1, 2, 0, 1, 1, 3, 1, 0.5, 1, 1]
SIZES = ((1, 1, 1), (7, 2, 3), (40, 5, 4), (30, 17, 9), (100, 3, 20))


def _drawn(rng, count, dimensions, clusters, offset=0):
    return {"points": (draw.scores(rng, (count, dimensions)) + offset).tolist(),
            "centroids": (draw.scores(rng, (clusters, dimensions)) + offset).tolist()}


def _grid(operation, options=({},), weighted=True):
    for count, dimensions, clusters in SIZES:
        for extra in options:
            said = ", ".join(f"{key} {value}" for key, value in extra.items())
            name = f"{count} points of {dimensions}, {clusters} centroids{', ' + said if said else ''}"
            rng = draw.seeded(operation + name)
            request = {**_drawn(rng, count, dimensions, clusters), **extra}
            yield case(operation, name, request)
            if weighted:
                weight = draw.positive(rng, (count,))
                weight[count // 2:count // 2 + count // 5] = 0
                yield case(operation, name + ", weighted", {**request, "sample_weight": weight.tolist()})


def init():
    yield case("kmeans/init", "one point", {"points": [[1.5, -2]], "n_clusters": 1})
    yield case("kmeans/init", "one point with a weight", {"points": [[0, 1], [2, 3], [4, 5]], "sample_weight": [0, 2, 0], "n_clusters": 1, "init": "random"})
    yield refused("refused: more clusters than points", {"points": [[1], [2]], "n_clusters": 3})
    yield refused("refused: a point that is not finite", {"points": [[1], ["NaN"]], "n_clusters": 1})
    yield refused("refused: a negative weight", {"points": [[1], [2]], "sample_weight": [1, -1], "n_clusters": 1})


def assign():
    operation = "kmeans/assign"
    yield from _grid(operation, weighted=False)
    yield case(operation, "worked", WORKED)
    yield case(operation, "ties", {"points": [[0, 0], [1, 0], [2, 0]], "centroids": [[2, 0], [0, 0], [0, 0], [1, 1]]})
    yield case(operation, "offset 1e4", _drawn(draw.seeded(operation + "offset"), 60, 4, 6, 10000))
    yield case(operation, "no points", {"points": {"shape": [0, 2], "data": []}, "centroids": [[1, 2]]})
    yield refused("refused: points on no axis", {"points": [1, 2], "centroids": [[1, 2]]})
    yield refused("refused: centroids of other dimensions", {"points": [[1, 2]], "centroids": [[1, 2, 3]]})
    yield refused("refused: no centroids", {"points": [[1, 2]], "centroids": {"shape": [0, 2], "data": []}})


def loss():
    operation = "kmeans/loss"
    yield from _grid(operation, ({}, {"reduction": "mean"}))
    yield case(operation, "worked", WORKED)
    yield case(operation, "worked, upstream", {**WORKED, "upstream": -2.5})
    yield case(operation, "worked, by the centroids alone", {**WORKED, "gradients": ["centroids"]})
    yield case(operation, "a tie", {"points": [[0]], "centroids": [[-1], [1]]})
    yield refused("refused: a weight for no point", {**WORKED, "sample_weight": [1, 2]})


def step():
    operation = "kmeans/step"
    yield from _grid(operation, ({}, {"method": "newton", "explain": True}, {"method": "newton", "learning_rate": 0.5},
                                 {"method": "sgd", "learning_rate": 0.0078125}, {"method": "mini_batch"}, {"empty": "relocate"}))
    yield case(operation, "worked, newton explained", {**WORKED, "method": "newton", "explain": True})
    yield from twins(operation, "worked, sgd", {**WORKED, "method": "sgd", "learning_rate": 0.05})
    yield case(operation, "mini-batch with running counts", {"points": [[-9.5], [-9], [1], [10]], "centroids": [[-10], [-1], [9.25]], "counts": [1, 1, 2], "method": "mini_batch"})
    yield case(operation, "equal centroids relocated", {"points": LINE, "centroids": SAME, "empty": "relocate"}, warnings=True)
    yield case(operation, "equal centroids kept", {"points": LINE, "centroids": SAME}, warnings=True)
    yield refused("refused: sgd without a rate", {**WORKED, "method": "sgd"})
    yield refused("refused: an empty cluster", {"points": LINE, "centroids": SAME, "empty": "error"})
    yield refused("refused: counts of other clusters", {**WORKED, "method": "mini_batch", "counts": [1, 2, 3]})


def fit():
    operation = "kmeans/fit"
    for count, dimensions, clusters in ((7, 2, 3), (40, 5, 4), (100, 3, 8)):
        name = f"{count} points of {dimensions}, {clusters} centroids"
        request = {"points": draw.scores(draw.seeded(operation + name), (count, dimensions)).tolist()}
        request["centroids"] = request["points"][:clusters]
        for options in ({}, {"max_iter": 2}, {"tol": 0}, {"tol": 0.1}):
            yield case(operation, f"{name}, {options}" if options else name, {**request, **options})
    yield case(operation, "worked", WORKED)
    yield case(operation, "weighted", {"points": LINE, "centroids": [[-9], [0], [9]], "sample_weight": WEIGHTS})
    yield case(operation, "equal centroids", {"points": LINE, "centroids": SAME})
    yield case(operation, "equal centroids, one iteration", {"points": LINE, "centroids": SAME, "max_iter": 1}, warnings=True)
    yield refused("refused: neither centroids nor their number", {"points": LINE})
    yield refused("refused: centroids and another number", {**WORKED, "n_clusters": 3})
    yield refused("refused: more centroids than points", {"points": [[1], [2]], "centroids": [[1], [2], [3]]})


def partial():
    yield from _grid("kmeans/partial")
    yield case("kmeans/partial", "an empty shard", {"points": {"shape": [0, 2], "data": []}, "centroids": [[1, 2], [3, 4]]})


def combine():
    operation = "kmeans/combine"
    for shards, dimensions, clusters in ((1, 1, 1), (3, 2, 4), (8, 6, 5)):
        name = f"{shards} shards, {clusters} centroids of {dimensions}"
        rng = draw.seeded(operation + name)
        counts = draw.indices(rng, (shards, clusters), 9)
        request = {"sums": draw.scores(rng, (shards, clusters, dimensions)).tolist(), "counts": counts.tolist(),
                   "loss": draw.positive(rng, (shards,)).tolist(), "centroids": draw.scores(rng, (clusters, dimensions)).tolist()}
        yield case(operation, name, request)
        yield case(operation, name + ", no losses", {key: value for key, value in request.items() if key != "loss"})
    yield case(operation, "a cluster empty everywhere", {"sums": [[[1], [0]], [[2], [0]]], "counts": [[1, 0], [2, 0]], "centroids": [[5], [7.5]]}, warnings=True)
    yield refused("refused: relocation without points", {"sums": [[[1]]], "counts": [[1]], "centroids": [[1]], "empty": "relocate"})
    yield refused("refused: sums of other shards", {"sums": [[[1]]], "counts": [[1], [2]], "centroids": [[1]]})
    yield refused("refused: a negative count", {"sums": [[[1]]], "counts": [[-1]], "centroids": [[1]]})
