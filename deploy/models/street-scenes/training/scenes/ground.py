"""The ground: greens, pavements, the road with its markings, a side street, shadows."""
from __future__ import annotations

import dataclasses

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .backdrop import FAR
from .classes import PAVEMENT, ROAD, TREE
from .plants import LEAVES
from .shapes import any_of, tint
from .stage import NEAREST, OVERSAMPLING, Stage

DEPTHS = np.geomspace(NEAREST, FAR, 40)


@dataclasses.dataclass(frozen=True)
class Plan:
    """The street from above, metres from the middle of the road."""

    kerb: float
    """Half the width of the road."""
    edge: dict[int, float]
    """By side (-1 left, 1 right): where the pavement ends."""
    green: dict[int, bool]
    """By side: whether there is green beyond the pavement; otherwise it is paved up to the houses."""
    crossing: tuple[float, float] | None
    """Depths between which a side street crosses."""

    def is_free(self, near: float, far: float) -> bool:
        """Whether something beside the road may stand between two depths, clear of the side street."""
        return self.crossing is None or far < self.crossing[0] - 1 or near > self.crossing[1] + 1


def ground(stage: Stage, random: Generator, plan: Plan) -> None:
    """Everything flat, far below and near above."""
    paving = any_of(random, ((150, 148, 145), (175, 165, 150), (135, 130, 130)), 0.12)
    asphalt = tint(random, (88, 88, 92), 0.25)
    for side in (-1, 1):
        beyond, label = (any_of(random, LEAVES[:4]) * 1.1, TREE) if plan.green[side] else (paving, PAVEMENT)
        _strip(stage, side * plan.edge[side], side * 90, beyond, label)
        _strip(stage, side * plan.kerb, side * plan.edge[side], paving, PAVEMENT)
        _slabs(stage, side, plan, paving)
    _strip(stage, -plan.kerb, plan.kerb, asphalt, ROAD)
    _patches(stage, random, plan, asphalt)
    for side in (-1, 1):
        _strip(stage, side * plan.kerb, side * (plan.kerb + 0.22), paving * 1.15, PAVEMENT)
    if plan.crossing is not None:
        near, far = plan.crossing
        for depth in np.linspace(far, near, 6)[:-1]:
            step = (far - near) / 5
            stage.face(np.array([[-90, 0, depth - step], [90, 0, depth - step], [90, 0, depth], [-90, 0, depth]]), asphalt, ROAD)
    _markings(stage, random, plan)


def _strip(stage: Stage, left: float, right: float, colour: np.ndarray, label: int | None) -> None:
    """A band of the ground along the street, farthest piece first, so that haze deepens with distance."""
    for far, near in zip(DEPTHS[:0:-3], DEPTHS[-4::-3]):
        stage.face(np.array([[left, 0, near], [right, 0, near], [right, 0, far], [left, 0, far]]), colour, label)


def _slabs(stage: Stage, side: int, plan: Plan, paving: np.ndarray) -> None:
    inner, outer = side * (plan.kerb + 0.25), side * plan.edge[side]
    for depth in np.arange(2.0, 24.0, 1.2):
        stage.face(np.array([[inner, 0, depth], [outer, 0, depth], [outer, 0, depth + 0.06], [inner, 0, depth + 0.06]]), paving * 0.82)


def _patches(stage: Stage, random: Generator, plan: Plan, asphalt: np.ndarray) -> None:
    for _ in range(random.integers(2, 7)):
        x, z = random.uniform(-plan.kerb, plan.kerb - 1), random.uniform(2, 30)
        wide, long = random.uniform(0.5, 1.5), random.uniform(1, 6)
        right = min(x + wide, plan.kerb)
        stage.face(np.array([[x, 0, z], [right, 0, z], [right, 0, z + long], [x, 0, z + long]]), asphalt * random.uniform(0.8, 1.15))


def _markings(stage: Stage, random: Generator, plan: Plan) -> None:
    paint = np.array([225.0, 225, 218]) * random.uniform(0.8, 1.0)
    if random.random() < 0.85:
        dash, gap = random.uniform(1.5, 4), random.uniform(1.5, 5)
        for z in np.arange(random.uniform(0.8, 3), 60, dash + gap):
            if plan.is_free(z, z + dash):
                stage.face(np.array([[-0.09, 0, z], [0.09, 0, z], [0.09, 0, z + dash], [-0.09, 0, z + dash]]), paint)
    if random.random() < 0.4:
        for side in (-1, 1):
            inner = side * (plan.kerb - 0.5)
            _strip(stage, inner, inner + 0.14, paint if random.random() < 0.5 else np.array([220.0, 180, 50]), None)
    if random.random() < 0.35:
        z = plan.crossing[0] - 4 if plan.crossing is not None else random.uniform(5, 18)
        if z > 2:
            for x in np.arange(-plan.kerb + 0.4, plan.kerb - 0.5, 1.1):
                stage.face(np.array([[x, 0, z], [x + 0.55, 0, z], [x + 0.55, 0, z + 3], [x, 0, z + 3]]), paint)


def shadows(stage: Stage, random: Generator, plan: Plan) -> None:
    """What houses and trees beside the road throw over it when the sun is out; classes stay what they are."""
    if stage.light.contrast < 0.35:
        return
    mask = Image.new("L", stage.picture.size, 255)
    brush = ImageDraw.Draw(mask)
    dark = int(255 * (1 - 0.55 * stage.light.contrast))
    side = stage.light.sun_side
    for z in np.arange(1.5, 50, 4.5):
        reach = random.uniform(-0.2, 1.2) * plan.kerb * 2
        outer, inner = side * 30, side * (plan.kerb - reach)
        shape = np.array([[outer, 0, z], [inner, 0, z + 0.4], [inner, 0, z + 4.0], [outer, 0, z + 4.6]])
        brush.polygon([(x, y) for x, y in (stage.camera.project(shape) * OVERSAMPLING).tolist()], fill=dark)
    mask = mask.filter(ImageFilter.BoxBlur(OVERSAMPLING))
    stage.picture.paste(ImageChops.multiply(stage.picture, Image.merge("RGB", [mask] * 3)))
