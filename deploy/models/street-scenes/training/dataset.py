"""Scenes drawn in batches of one size each."""
from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import numpy as np

from scenes import draw

SIZES = ((120, 160), (160, 120), (144, 216), (96, 144))
"""Heights and widths, used in turn."""

TRAINING, HELD_OUT = 0, 1
"""The second number of a scene's seed; the first is the run's, the third counts."""


def training_scenes(seed: int, count: int, batch: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """About `count` scenes as batches: pictures uint8 [batch, H, W, 3] and labels uint8 [batch, H, W]."""
    jobs = [((seed, TRAINING, i), *SIZES[i // batch % len(SIZES)]) for i in range(count // batch * batch)]
    drawn = list(_drawn(jobs))
    return [
        (np.stack([picture for picture, _ in drawn[i:i + batch]]), np.stack([labels for _, labels in drawn[i:i + batch]]))
        for i in range(0, len(drawn), batch)]


def held_out_scenes(seed: int, sizes: list[tuple[int, int]], first: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Scenes that training never sees, one of each height and width, counted from `first`."""
    return _drawn([((seed, HELD_OUT, first + i), *size) for i, size in enumerate(sizes)])


def _drawn(jobs: list[tuple[tuple[int, int, int], int, int]]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    with multiprocessing.Pool(2) as pool:
        yield from pool.imap(_draw, jobs, chunksize=8)


def _draw(job: tuple[tuple[int, int, int], int, int]) -> tuple[np.ndarray, np.ndarray]:
    return draw(*job)
