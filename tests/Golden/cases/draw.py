"""Inputs that FP32 holds exactly, drawn from a seed that is the case's own name, so that no case moves another."""
import random

import numpy as np


def seeded(name):
    return random.Random(name)


def scores(rng, shape, spread=3):
    """Multiples of 1/32 within `spread`."""
    return _fill(shape, lambda: rng.randint(-32 * spread, 32 * spread) / 32)


def positive(rng, shape, top=4):
    """Multiples of 1/16 in (0, top]."""
    return _fill(shape, lambda: rng.randint(1, 16 * top) / 16)


def indices(rng, shape, classes):
    return _fill(shape, lambda: rng.randrange(classes), np.int64)


def distributions(rng, shape, axis, parts=32):
    """Probabilities along `axis`, each a positive multiple of 1/parts, which add up to one."""
    classes = shape[axis]
    rest = tuple(np.delete(shape, axis))
    rows = [_partition(rng, classes, parts) for _ in range(int(np.prod(rest)))]
    return np.moveaxis(np.array(rows, float).reshape(*rest, classes) / parts, -1, axis)


def _partition(rng, count, total):
    cuts = sorted(rng.sample(range(1, total), count - 1))
    return [high - low for low, high in zip([0] + cuts, cuts + [total])]


def _fill(shape, draw, dtype=float):
    return np.array([draw() for _ in range(int(np.prod(shape)))], dtype).reshape(shape)
