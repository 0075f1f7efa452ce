"""The peer services: class-weighted cross-entropy, a k-means step and a correlation by FastAPI and PyTorch.

/plain/...   what most people write: a pydantic model, nested lists, JSONResponse
/tuned/...   hand-tuned: the fastest JSON library there is, numpy in between, no pydantic; and raw binary bodies
"""
import json
import os
from typing import Any, List

import numpy
import torch
import torch.nn.functional as F
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

try:
    import orjson as fast
except ImportError:
    try:
        import ujson as fast
    except ImportError:
        fast = json

torch.set_num_threads(int(os.environ.get("PEER_THREADS", "1")))
app = FastAPI()


class CrossEntropyRequest(BaseModel):
    logits: Any
    labels: Any
    weight: List[float]


def cross_entropy(logits, labels, weight):
    logits.requires_grad_()
    scores = logits.movedim(-1, 1) if logits.dim() > 2 else logits
    loss = F.cross_entropy(scores, labels, weight=weight)
    loss.backward()
    return loss.item(), logits.grad


@app.post("/plain/cross-entropy")
def plain(request: CrossEntropyRequest):
    loss, gradient = cross_entropy(torch.tensor(request.logits, dtype=torch.float32), torch.tensor(request.labels), torch.tensor(request.weight))
    return {"loss": loss, "grad_logits": gradient.tolist()}


@app.post("/tuned/cross-entropy")
async def tuned(request: Request):
    body = fast.loads(await request.body())
    loss, gradient = cross_entropy(
        torch.from_numpy(numpy.array(body["logits"], dtype=numpy.float32)),
        torch.from_numpy(numpy.array(body["labels"], dtype=numpy.int64)),
        torch.tensor(body["weight"]))
    return answer({"loss": loss, "grad_logits": gradient.numpy()})


def answer(members):
    if fast.__name__ == "orjson":
        text = fast.dumps(members, option=fast.OPT_SERIALIZE_NUMPY)
    else:
        text = fast.dumps({name: value.tolist() if isinstance(value, numpy.ndarray) else value for name, value in members.items()})
    return Response(text, media_type="application/json")


class Reader:
    """A body of raw little-endian tensors: for each the rank, the lengths and the elements, all of 4 bytes."""

    def __init__(self, body):
        self._body, self._at = body, 0

    def next(self, dtype):
        rank = int(numpy.frombuffer(self._body, numpy.int32, 1, self._at)[0])
        shape = numpy.frombuffer(self._body, numpy.int32, rank, self._at + 4)
        begin, count = self._at + 4 + 4 * rank, int(shape.prod())
        self._at = begin + 4 * count
        return numpy.frombuffer(self._body, dtype, count, begin).reshape(shape)


def raw(*arrays):
    return Response(b"".join(numpy.ascontiguousarray(array).tobytes() for array in arrays), media_type="application/octet-stream")


def tensor(array):
    return torch.from_numpy(array.copy())  # PyTorch wants memory it may write to


@app.post("/tuned/binary/cross-entropy")
async def binary(request: Request):
    reader = Reader(await request.body())
    logits, labels, weight = reader.next(numpy.float32), reader.next(numpy.int32), reader.next(numpy.float32)
    loss, gradient = cross_entropy(tensor(logits), torch.from_numpy(labels.astype(numpy.int64)), tensor(weight))
    return raw(numpy.float32(loss), gradient.numpy())


@app.post("/tuned/binary/kmeans-step")
async def kmeans_step(request: Request):
    reader = Reader(await request.body())
    points, centroids = (tensor(reader.next(numpy.float32)) for _ in range(2))
    assignments = torch.addmm((centroids * centroids).sum(1), points, centroids.T, alpha=-2).argmin(1)
    sums = torch.zeros_like(centroids).index_add_(0, assignments, points)
    counts = torch.bincount(assignments, minlength=len(centroids)).unsqueeze(1)
    return raw(torch.where(counts > 0, sums / counts, centroids).numpy())


@app.post("/tuned/binary/correlation")
async def correlation(request: Request):
    reader = Reader(await request.body())
    image, kernel, upstream = (tensor(reader.next(numpy.float32)) for _ in range(3))
    image.requires_grad_(), kernel.requires_grad_()
    output = F.conv2d(image, kernel)
    by_image, by_kernel = torch.autograd.grad(output, (image, kernel), upstream)
    return raw(output.detach().numpy(), by_image.numpy(), by_kernel.numpy())


@app.get("/ready")
async def ready():
    return Response("ok")
