"""Cars, vans and buses as side profiles drawn out to their width; the class `car` takes in them all."""
from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from .classes import CAR
from .shapes import any_of, disc
from .stage import Stage

PAINTS = (
    (180, 30, 30), (30, 60, 140), (225, 225, 225), (40, 40, 45), (150, 155, 160),
    (200, 170, 40), (30, 100, 70), (95, 30, 45), (90, 130, 180),
)
GLASS = np.array([45.0, 55, 65])
TYRE = np.array([25.0, 25, 27])
RIM = np.array([140.0, 140, 145])

Face = tuple[np.ndarray, np.ndarray, float, list[tuple[np.ndarray, np.ndarray]]]
"""World points, colour, how it faces the sun, and the details upon it: points and colours."""


@dataclasses.dataclass(frozen=True)
class Body:
    """A kind of car."""

    profile: np.ndarray
    """The side, [n, 2]: metres ahead of the rear bumper and above the ground, from the rear's foot over the roof to the front's."""
    glazed: tuple[int, ...]
    """The edges of the profile that are windows across the whole width: edge i runs from point i to i + 1."""
    windows: tuple[tuple[float, float, float, float], ...]
    """Side windows: from, to (metres ahead of the rear), bottom, top."""
    wheels: tuple[float, float]
    width: float


SALOON = Body(
    np.array([
        [0, 0.3], [0, 0.8], [0.12, 0.93], [0.6, 0.97], [1.15, 1.42], [2.35, 1.45], [3.05, 0.98], [4.1, 0.82], [4.3, 0.6], [4.3, 0.3]]),
    (3, 5), ((1.05, 1.75, 0.95, 1.35), (1.83, 2.65, 0.95, 1.35)), (0.85, 3.45), 1.75)
HATCHBACK = Body(
    np.array([[0, 0.3], [0, 0.85], [0.1, 0.95], [0.4, 1.48], [2.2, 1.52], [2.95, 1.02], [3.75, 0.86], [3.9, 0.6], [3.9, 0.3]]),
    (2, 4), ((0.5, 1.3, 1.0, 1.4), (1.38, 2.35, 1.0, 1.4)), (0.7, 3.1), 1.7)
VAN = Body(
    np.array([[0, 0.35], [0, 1.1], [0.05, 1.9], [0.2, 2.05], [3.4, 2.05], [4.2, 1.2], [4.8, 1.0], [4.9, 0.7], [4.9, 0.35]]),
    (1, 4), ((2.7, 3.6, 1.15, 1.75),), (0.9, 4.0), 1.95)
BUS = Body(
    np.array([[0, 0.4], [0, 1.3], [0.05, 2.5], [0.15, 3.0], [8.8, 3.0], [8.95, 2.6], [9, 1.0], [9, 0.4]]),
    (1, 5), tuple((0.5 + 1.7 * i, 2.0 + 1.7 * i, 1.3, 2.4) for i in range(5)), (1.8, 7.0), 2.5)


def vehicle(stage: Stage, random: Generator, x: float, z: float, heading: float) -> None:
    """A vehicle whose middle is at (x, z). `heading`, radians: 0 drives away from the camera, pi towards it, pi / 2 to the right."""
    body = (SALOON, HATCHBACK, VAN, BUS)[random.choice(4, p=(0.42, 0.38, 0.15, 0.05))]
    paint = any_of(random, PAINTS, 0.2)
    place = _Placement(body, x, z, heading)
    _shadow(stage, place)
    faces = [*_across(stage, place, paint), *_sides(stage, place, paint)]
    # Farthest first; a body bulges outwards, so that suffices.
    for points, colour, facing, details in sorted(faces, key=lambda face: -place.distance(face[0], stage)):
        stage.face(points, colour, CAR, facing)
        for detail, detail_colour in details:
            stage.face(detail, detail_colour, CAR, facing)


class _Placement:
    """From a body's own axes to the world's."""

    def __init__(self, body: Body, x: float, z: float, heading: float):
        self.body, self._x, self._z = body, x, z
        self._cosine, self._sine = np.cos(heading), np.sin(heading)
        self._length = float(body.profile[:, 0].max())

    def world(self, ahead: np.ndarray, up: np.ndarray, right: np.ndarray | float) -> np.ndarray:
        """Points given by metres ahead of the rear, above the ground and right of the middle."""
        along = ahead - self._length / 2
        return np.column_stack(np.broadcast_arrays(
            self._x + right * self._cosine + along * self._sine, up, self._z + along * self._cosine - right * self._sine))

    @staticmethod
    def distance(points: np.ndarray, stage: Stage) -> float:
        """From the camera to the middle of a face."""
        middle = points.mean(axis=0) - (stage.camera.x, stage.camera.height, 0)
        return float(np.hypot(np.hypot(middle[0], middle[1]), middle[2]))


def _shadow(stage: Stage, place: _Placement) -> None:
    low, high = place.body.profile[:, 0].min() - 0.1, place.body.profile[:, 0].max() + 0.1
    half = place.body.width / 2 + 0.1
    stage.face(place.world(np.array([low, high, high, low]), np.zeros(4), np.array([-half, -half, half, half])), np.array([32.0, 32, 36]))


def _across(stage: Stage, place: _Placement, paint: np.ndarray) -> Iterator[Face]:
    """The faces that run across the body: rear, windows, roof, bonnet, front."""
    profile, half = place.body.profile, place.body.width / 2
    last = len(profile) - 2
    for i in range(last + 1):
        (a0, u0), (a1, u1) = profile[i], profile[i + 1]
        narrow = half * 0.88 if i in place.body.glazed else half

        def span(low: float, high: float, left: float, right: float) -> np.ndarray:
            ahead = a0 + np.array([low, high, high, low]) * (a1 - a0)
            up = u0 + np.array([low, high, high, low]) * (u1 - u0)
            return place.world(ahead, up, np.array([left, left, right, right]))

        details = []
        if i in place.body.glazed:
            details.append((span(0.1, 0.92, -narrow, narrow), GLASS))
        if i in (0, last):
            lamp = np.array([200.0, 25, 20]) if i == 0 else np.array([240.0, 240, 220])
            if stage.light.night:
                lamp = lamp / stage.light.strength
            low, high = (0.55, 0.95) if i == 0 else (0.1, 0.6)
            details += [(span(low, high, s * half * 0.95, s * half * 0.6), lamp) for s in (-1, 1)]
            details.append((span(0.3, 0.55, -0.28, 0.28), np.array([225.0, 215, 150])))
            details.append((span(0, 0.25, -half, half) if i == 0 else span(0.75, 1, -half, half), paint * 0.45))
        level = abs(a1 - a0) / max(float(np.hypot(a1 - a0, u1 - u0)), 1e-9)
        yield span(0, 1, -half, half), paint, 0.8 * level - 0.3, details


def _sides(stage: Stage, place: _Placement, paint: np.ndarray) -> Iterator[Face]:
    """The profile at both sides, with its windows and wheels."""
    body = place.body
    for side in (-1, 1):
        half = side * body.width / 2

        def flat(shape: np.ndarray) -> np.ndarray:
            return place.world(shape[:, 0], shape[:, 1], half)

        details = []
        for low, high, bottom, top in body.windows:
            details.append((flat(np.array([[low, bottom], [low + 0.15, top], [high - 0.15, top], [high, bottom]])), GLASS))
        for wheel in body.wheels:
            details += [(flat(disc(wheel, 0.32, 0.34)), TYRE), (flat(disc(wheel, 0.32, 0.19)), RIM)]
        yield flat(body.profile), paint * 0.92, float(side * stage.light.sun_side) * 0.7, details
