"""Pedestrians and bicyclists."""
from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from .classes import BICYCLIST, PEDESTRIAN
from .shapes import any_of, box, disc, limb
from .stage import Stage

CLOTHES = (
    (190, 40, 45), (40, 70, 150), (235, 235, 230), (45, 45, 50), (220, 180, 60),
    (60, 120, 80), (150, 80, 140), (230, 120, 50), (110, 115, 120),
)
TROUSERS = ((40, 45, 70), (50, 50, 50), (110, 95, 75), (70, 75, 85))
SKIN = ((235, 195, 165), (200, 150, 115), (130, 90, 65), (95, 65, 50))
HAIR = ((45, 35, 30), (110, 75, 45), (180, 150, 95), (130, 130, 130))
METAL = ((40, 40, 45), (160, 40, 40), (60, 90, 130), (190, 190, 190))
HELMETS = ((235, 225, 60), (240, 240, 235), (230, 110, 40), (60, 150, 220))

REFLECTOR = np.array([225.0, 35, 30])
TYRE = np.array([50.0, 50, 52])
WHEELS = (-0.52, 0.52)
"""Metres before and behind the middle."""

Part = Callable[[np.ndarray, np.ndarray], None]
"""Draws an outline, in metres from the wheels' foot, in a colour."""


def pedestrian(stage: Stage, random: Generator, x: float, z: float) -> None:
    """A person walking or standing, grown up or not."""
    tall = random.uniform(1.55, 1.95) if random.random() < 0.85 else random.uniform(1.05, 1.4)
    top, trousers, skin, hair = any_of(random, CLOTHES), any_of(random, TROUSERS), any_of(random, SKIN), any_of(random, HAIR)
    stride, swing, turn = random.uniform(0.02, 0.15), random.uniform(-0.1, 0.1), float(random.choice((-1, 1)))
    stout = random.uniform(0.9, 1.25)

    def part(shape: np.ndarray, colour: np.ndarray, facing: float = 0.0) -> None:
        stage.upright(x, z, shape * tall, colour, PEDESTRIAN, facing)

    for leg, shade in ((-1, 0.8), (1, 1.0)):
        foot = turn * leg * stride
        part(limb((leg * 0.04, 0.5), (foot, 0.03), 0.11 * stout, 0.075), trousers * shade)
        part(box(foot - 0.04, 0, foot + 0.07 * turn + 0.02, 0.04), np.array([35.0, 30, 30]))
    hem = random.choice((0.46, 0.46, 0.3))
    chest = np.array([[-0.12, 0.82], [0.12, 0.82], [0.11, hem], [-0.11, hem]]) * (stout, 1)
    part(chest, top)
    part(chest * (0.5, 1) + (0.06 * stage.light.sun_side * stout, 0), top, 0.6)
    for arm in (-1, 1):
        part(limb((arm * 0.13 * stout, 0.8), (arm * 0.16 * stout + swing * arm, 0.45), 0.07, 0.05), top * 0.85)
    if random.random() < 0.3:
        part(box(turn * 0.14 - 0.07, 0.4, turn * 0.14 + 0.07, 0.56), any_of(random, CLOTHES))
    part(disc(0, 0.915, 0.065, 0.08), skin)
    part(np.array([[-0.07, 0.92], [-0.06, 0.98], [0, 1.005], [0.06, 0.98], [0.07, 0.92], [0, 0.955]]), hair)


def bicyclist(stage: Stage, random: Generator, x: float, z: float, along: bool) -> None:
    """A rider with the bicycle, seen from behind or before (`along`) or from the side."""
    top, trousers, skin = any_of(random, CLOTHES), any_of(random, TROUSERS), any_of(random, SKIN)
    helmet, frame = any_of(random, HELMETS), any_of(random, METAL)
    way = float(random.choice((-1, 1)))

    def part(shape: np.ndarray, colour: np.ndarray) -> None:
        stage.upright(x, z, shape * (way, 1), colour, BICYCLIST)

    if along:
        _from_behind(part, top, trousers, skin, helmet, frame)
    else:
        for wheel in WHEELS:
            stage.upright(x, z, disc(wheel, 0.34, 0.35), None, BICYCLIST)
        _from_the_side(part, top, trousers, skin, helmet, frame)


def _from_behind(
    part: Part, top: np.ndarray, trousers: np.ndarray, skin: np.ndarray, helmet: np.ndarray, frame: np.ndarray,
) -> None:
    part(box(-0.06, 0, 0.06, 0.7), TYRE * 0.6)
    for bag in (-1, 1):
        part(box(min(bag * 0.08, bag * 0.3), 0.35, max(bag * 0.08, bag * 0.3), 0.72), frame)
    part(disc(0, 0.78, 0.07), REFLECTOR)
    part(limb((-0.32, 1.02), (0.32, 1.02), 0.07), frame * 0.8)
    part(limb((-0.1, 0.95), (-0.16, 0.5), 0.17, 0.13), trousers)
    part(limb((0.1, 0.95), (0.15, 0.3), 0.17, 0.1), trousers * 0.85)
    part(np.array([[-0.2, 0.88], [-0.24, 1.4], [-0.12, 1.5], [0.12, 1.5], [0.24, 1.4], [0.2, 0.88]]), top)
    for arm in (-1, 1):
        part(limb((arm * 0.24, 1.4), (arm * 0.34, 1.04), 0.11, 0.08), top * 0.85)
    part(disc(0, 1.62, 0.11, 0.14), skin)
    part(np.array([[-0.13, 1.64], [-0.1, 1.76], [0, 1.81], [0.1, 1.76], [0.13, 1.64]]), helmet)


def _from_the_side(
    part: Part, top: np.ndarray, trousers: np.ndarray, skin: np.ndarray, helmet: np.ndarray, frame: np.ndarray,
) -> None:
    for wheel in WHEELS:
        rim = disc(wheel, 0.34, 0.33)
        for i in range(len(rim)):
            part(limb(tuple(rim[i - 1]), tuple(rim[i]), 0.07), TYRE)
    for start, end in (((-0.52, 0.34), (-0.15, 0.85)), ((-0.05, 0.32), (-0.15, 0.9)), ((-0.05, 0.32), (0.42, 0.9)),
                       ((-0.15, 0.8), (0.42, 0.88)), ((0.42, 0.98), (0.52, 0.34)), ((-0.52, 0.34), (-0.05, 0.32))):
        part(limb(start, end, 0.06), frame)
    part(limb((-0.18, 0.98), (0.1, 0.68), 0.18, 0.14), trousers)
    part(limb((0.1, 0.68), (-0.02, 0.25), 0.14, 0.1), trousers)
    part(np.array([[-0.3, 0.92], [-0.24, 1.15], [0.08, 1.5], [0.24, 1.42], [0.02, 1.08], [-0.06, 0.9]]), top)
    part(limb((0.16, 1.4), (0.44, 1.02), 0.1, 0.08), top * 0.8)
    part(disc(0.28, 1.6, 0.11, 0.14), skin)
    part(np.array([[0.13, 1.62], [0.17, 1.74], [0.29, 1.79], [0.4, 1.73], [0.43, 1.64]]), helmet)
