"""scikit-learn as a contestant: its own Lloyd step (chunked, over the BLAS), as KMeans.fit calls it, without the inertia."""
import numpy
import threadpoolctl
from sklearn.cluster import _kmeans

import contestant


def prepare(operation, tensors, parameters, threads):
    if operation != "kmeans/step":
        raise LookupError(f"scikit-learn has no part in {operation}")
    points, centroids = tensors["points"], tensors["centroids"]
    clusters = len(centroids)
    weight = numpy.ones(len(points), points.dtype)
    moved = numpy.zeros_like(centroids)
    counts, shift = numpy.zeros(clusters, points.dtype), numpy.zeros(clusters, points.dtype)
    labels = numpy.full(len(points), -1, numpy.int32)
    # The step shares its chunks among OpenMP threads, and the BLAS within a chunk uses one, as KMeans.fit arranges it.
    threadpoolctl.threadpool_limits(limits=1, user_api="blas")

    def call():
        _kmeans.lloyd_iter_chunked_dense(points, weight, centroids, moved, counts, labels, shift, threads)
        return {"centroids": moved}
    return call


if __name__ == "__main__":
    contestant.serve(prepare)
