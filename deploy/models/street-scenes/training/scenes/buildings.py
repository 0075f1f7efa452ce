"""Houses along the street: facade, gable, roof, windows, shop fronts."""
from __future__ import annotations

import dataclasses

import numpy as np
from numpy.random import Generator

from .classes import BUILDING
from .shapes import any_of, tint
from .stage import Stage

WALLS = (
    (170, 90, 70), (195, 170, 140), (210, 205, 195), (150, 140, 130), (225, 200, 150), (120, 105, 100), (185, 150, 130), (160, 165, 175),
)
ROOFS = ((120, 65, 50), (85, 85, 95), (105, 80, 65))
SHOPS = ((150, 40, 40), (35, 80, 60), (40, 60, 110), (60, 50, 45), (190, 150, 60))
LAMPLIGHT = (255, 215, 140)


@dataclasses.dataclass(frozen=True)
class House:
    """A house with its facade along the street."""

    side: int
    """-1: left of the road, 1: right."""
    front: float
    """How far the facade is from the middle of the road, metres."""
    near: float
    far: float
    height: float

    def draw(self, stage: Stage, random: Generator) -> None:
        """Roof and walls first, then what is on them."""
        wall = any_of(random, WALLS)
        trim = tint(random, (235, 230, 220), 0.1) if random.random() < 0.6 else wall * 0.7
        facade_facing, gable_facing = float(-self.side * stage.light.sun_side), -0.3
        x, back = self.side * self.front, self.side * (self.front + 9)
        if random.random() < 0.6:
            self._roof(stage, any_of(random, ROOFS), wall, facade_facing, gable_facing)
        stage.face(_wall((x, self.near), (back, self.near), self.height), wall * 0.9, BUILDING, gable_facing)
        stage.face(_wall((x, self.near), (x, self.far), self.height), wall, BUILDING, facade_facing)
        if self.near > 60:
            return
        shop = random.random() < 0.4
        pitch = random.uniform(2.2, 3.4)
        self._windows(stage, random, (x, self.near), (x, self.far), trim, shop, pitch, facade_facing)
        if self.near > 4:
            self._windows(stage, random, (x, self.near), (back, self.near), trim, False, pitch, gable_facing)
        if shop:
            self._shop(stage, random, x, facade_facing)

    def _roof(self, stage: Stage, roof: np.ndarray, wall: np.ndarray, facade_facing: float, gable_facing: float) -> None:
        x, ridge, back = (self.side * (self.front + d) for d in (-0.3, 4.5, 9))
        top = self.height + 2.6
        gable = np.array([[x, self.height, self.near], [ridge, top, self.near], [back, self.height, self.near]])
        slope = np.array([[x, self.height, self.near], [ridge, top, self.near], [ridge, top, self.far], [x, self.height, self.far]])
        stage.face(gable, wall * 0.85, BUILDING, gable_facing)
        stage.face(slope, roof, BUILDING, facade_facing)

    def _windows(
        self, stage: Stage, random: Generator, start: tuple[float, float], end: tuple[float, float],
        trim: np.ndarray, shop: bool, pitch: float, facing: float,
    ) -> None:
        first, along = np.array(start), np.array(end) - np.array(start)
        length = float(np.hypot(*along))
        along /= length
        columns, floors = max(int(length / pitch), 1), max(int(self.height / 3), 1)
        margin = (length - columns * pitch) / 2
        width, tall = pitch * random.uniform(0.35, 0.55), random.uniform(1.3, 1.8)
        glass_day, lit = np.array([70.0, 85, 100]), np.array(LAMPLIGHT) / stage.light.strength
        panes, colours = [], []
        for floor in range(1 if shop else 0, floors):
            for column in range(columns):
                middle = margin + (column + 0.5) * pitch
                glass = lit if stage.light.night and random.random() < 0.4 else glass_day * random.uniform(0.6, 1.3)
                for grow, colour in ((0.14, trim), (0.0, glass)):
                    left, right = (first + along * (middle + s * (width / 2 + grow)) for s in (-1, 1))
                    bottom, top = floor * 3 + 0.9 - grow, floor * 3 + 0.9 + tall + grow
                    panes.append([
                        [left[0], bottom, left[1]], [right[0], bottom, right[1]], [right[0], top, right[1]], [left[0], top, left[1]]])
                    colours.append(colour)
        if panes:
            stage.faces(np.array(panes), np.array(colours), BUILDING, facing)

    def _shop(self, stage: Stage, random: Generator, x: float, facing: float) -> None:
        colour = any_of(random, SHOPS)
        near, far = self.near + 0.4, self.far - 0.4
        glass = np.array(LAMPLIGHT) / stage.light.strength * 0.9 if stage.light.night else np.array([80.0, 90, 95])
        for bottom, top, paint in ((0, 3.0, colour * 0.8), (0.6, 2.4, glass), (2.4, 3.0, colour)):
            stage.face(np.array([[x, bottom, near], [x, top, near], [x, top, far], [x, bottom, far]]), paint, BUILDING, facing)


def _wall(start: tuple[float, float], end: tuple[float, float], height: float) -> np.ndarray:
    (x0, z0), (x1, z1) = start, end
    return np.array([[x0, 0, z0], [x0, height, z0], [x1, height, z1], [x1, 0, z1]])
