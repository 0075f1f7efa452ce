"""Where a scene is drawn: the camera that projects it, the light that falls on it, the picture and its labels."""
from __future__ import annotations

import dataclasses
import math

import numpy as np
from PIL import Image, ImageDraw

from .classes import UNLABELLED

OVERSAMPLING = 3
"""Scenes are drawn this many times larger; odd, so that a label is that of the middle of its pixel."""

NEAREST = 0.8
"""Metres: nothing is drawn closer to the camera."""


@dataclasses.dataclass(frozen=True)
class Camera:
    """A pinhole camera over a road that may bend. World axes in metres: X to the right, Y up from the ground, Z ahead."""

    focal: float
    """Pixels."""
    centre: tuple[float, float]
    """The vanishing point of the street in the picture, pixels."""
    height: float
    x: float
    roll: float
    """Radians."""
    bend: float
    """The road's middle lies at X = bend * Z^2."""

    def project(self, points: np.ndarray) -> np.ndarray:
        """World points [..., 3] to picture points [..., 2], in pixels."""
        depth = np.maximum(points[..., 2], NEAREST)
        scale = self.focal / depth
        right = scale * (points[..., 0] - self.x + self.bend * depth * depth)
        down = scale * (self.height - points[..., 1])
        cosine, sine = math.cos(self.roll), math.sin(self.roll)
        projected = np.empty(points.shape[:-1] + (2,))
        projected[..., 0] = self.centre[0] + cosine * right - sine * down
        projected[..., 1] = self.centre[1] + sine * right + cosine * down
        return projected


@dataclasses.dataclass(frozen=True)
class Light:
    """The light of a scene and the haze that swallows what is far away."""

    sun_side: int
    """-1: the sun stands left, 1: right."""
    contrast: float
    """0: overcast; 1: hard sun."""
    strength: np.ndarray
    """Of each colour channel, about 1 by day."""
    haze: np.ndarray
    visibility: float
    """Metres at which haze has swallowed 63 % of a colour."""
    night: bool

    def on(self, colour: np.ndarray, depth: float, facing: float = 0.0) -> np.ndarray:
        """A colour as it arrives at the camera. `facing`: -1 turned away from the sun, 1 towards it."""
        lit = colour * self.strength * (1 + 0.35 * self.contrast * facing)
        clear = math.exp(-depth / self.visibility)
        return lit * clear + self.haze * (1 - clear)


class Stage:
    """Draws coloured faces into a picture and their classes into its labels, both at once."""

    def __init__(self, height: int, width: int, camera: Camera, light: Light):
        self.height, self.width = height, width
        self.camera, self.light = camera, light
        size = (width * OVERSAMPLING, height * OVERSAMPLING)
        self.picture = Image.new("RGB", size)
        self.labels = Image.new("L", size, UNLABELLED)
        self._brush = ImageDraw.Draw(self.picture)
        self._marker = ImageDraw.Draw(self.labels)

    def outline(self, points: np.ndarray, colour: np.ndarray | None, label: int | None) -> None:
        """Fills a polygon of picture points [n, 2]. No colour: only labelled. No label: only coloured."""
        corners = [(x, y) for x, y in (points * OVERSAMPLING).tolist()]
        if colour is not None:
            self._brush.polygon(corners, fill=tuple(min(max(int(channel), 0), 255) for channel in colour.tolist()))
        if label is not None:
            self._marker.polygon(corners, fill=label)

    def face(self, points: np.ndarray, colour: np.ndarray | None, label: int | None = None, facing: float = 0.0) -> None:
        """Fills a polygon of world points [n, 3], lit and hazed."""
        if colour is not None:
            colour = self.light.on(colour, float(points[:, 2].sum()) / len(points), facing)
        self.outline(self.camera.project(points), colour, label)

    def faces(self, points: np.ndarray, colours: np.ndarray, label: int | None = None, facing: float = 0.0) -> None:
        """Fills many polygons [k, n, 3] in their order, each in its colour [k, 3]."""
        for corners, colour, depth in zip(self.camera.project(points), colours, points[..., 2].mean(axis=-1).tolist()):
            self.outline(corners, self.light.on(colour, depth, facing), label)

    def upright(
        self, x: float, z: float, shape: np.ndarray, colour: np.ndarray | None, label: int | None = None, facing: float = 0.0,
    ) -> None:
        """Fills a flat shape [n, 2], metres right of and above its foot, that stands at (x, z) and looks at the camera."""
        points = np.column_stack([x + shape[:, 0], shape[:, 1], np.full(len(shape), z)])
        self.face(points, colour, label, facing)

    def result(self) -> tuple[np.ndarray, np.ndarray]:
        """The picture [H, W, 3] as the mean of its samples, 0 to 255 in FP32, and the labels [H, W] of its pixels' middles."""
        picture = np.asarray(self.picture.reduce(OVERSAMPLING), np.float32)
        middle = OVERSAMPLING // 2
        return picture, np.asarray(self.labels)[middle::OVERSAMPLING, middle::OVERSAMPLING].copy()
