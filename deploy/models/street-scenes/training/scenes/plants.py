"""Trees and hedges; the class `tree` takes in all that is green, as CamVid's eleven classes do."""
import numpy as np
from numpy.random import Generator

from .classes import TREE
from .shapes import any_of, disc, limb, tint
from .stage import Stage

LEAVES = ((70, 105, 45), (90, 120, 50), (55, 90, 50), (110, 120, 45), (150, 105, 40))
BARK = (85, 65, 50)


def tree(stage: Stage, random: Generator, x: float, z: float, height: float) -> None:
    """A tree with a crown of leaves, or a conifer."""
    leaves = any_of(random, LEAVES)
    thickness = 0.05 * height + 0.1
    stage.upright(x, z, limb((0, 0), (0, height * 0.6), thickness, thickness * 0.6), tint(random, BARK, 0.2), TREE, -0.3)
    if random.random() < 0.25:
        _conifer(stage, x, z, height, leaves)
    else:
        _crown(stage, random, x, z, height, leaves)


def _conifer(stage: Stage, x: float, z: float, height: float, leaves: np.ndarray) -> None:
    for step in range(5):
        bottom, half = height * (0.15 + 0.15 * step), height * (0.26 - 0.045 * step)
        for part, facing in ((np.array([-1.0, 1.0]), -1.0), (np.array([0.0, 1.0]) * stage.light.sun_side, 0.6)):
            triangle = np.array([[part[0] * half, bottom], [part[1] * half, bottom], [0, bottom + height * 0.28]])
            stage.upright(x, z, triangle, leaves * (0.75 + 0.05 * step), TREE, facing)


def _crown(stage: Stage, random: Generator, x: float, z: float, height: float, leaves: np.ndarray) -> None:
    clusters = int(np.clip(600 / z, 12, 60))
    radius, middle = height * random.uniform(0.24, 0.34), height * 0.68
    angle, distance = random.uniform(0, 2 * np.pi, clusters), np.sqrt(random.uniform(0, 1, clusters))
    right, up = distance * np.cos(angle) * radius, distance * np.sin(angle) * height * 0.28
    sunlit = (right * stage.light.sun_side / radius + up / (height * 0.28)) / 1.5
    # The dark ones first: leaves in the sun lie over those in the shade.
    for i in np.argsort(sunlit):
        size = radius * random.uniform(0.28, 0.5)
        colour = leaves * (0.85 + 0.3 * sunlit[i]) * random.uniform(0.85, 1.15)
        stage.upright(x, z, disc(right[i], middle + up[i], size, size * 0.85), colour, TREE, float(sunlit[i]))


def hedge(stage: Stage, random: Generator, x: float, near: float, far: float, height: float) -> None:
    """A hedge along the street."""
    leaves = any_of(random, LEAVES[:3])
    steps = np.linspace(near, far, max(int((far - near) / 0.8), 2) + 1)
    tops = height * random.uniform(0.88, 1.08, len(steps))
    for i in range(len(steps) - 1, 0, -1):
        strip = np.array([[x, 0, steps[i]], [x, tops[i], steps[i]], [x, tops[i - 1], steps[i - 1]], [x, 0, steps[i - 1]]])
        stage.face(strip, leaves * random.uniform(0.75, 1.0), TREE, -0.2)
        bush = disc(0, tops[i] * 0.8, 0.5, height * 0.3)
        stage.upright(x, float(steps[i]), bush, leaves * random.uniform(0.95, 1.2), TREE, 0.3)
