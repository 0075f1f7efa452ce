"""What stands along a street: lamps, signs, traffic lights, fences, and clutter that no class names."""
import numpy as np
from numpy.random import Generator

from .classes import FENCE, POLE, SIGN, UNLABELLED
from .shapes import any_of, box, disc, limb, tint
from .stage import Stage

POSTS = ((120, 122, 125), (60, 65, 65), (70, 90, 75), (160, 160, 158))
WOOD = ((140, 105, 70), (175, 150, 120), (110, 80, 60), (215, 210, 200))
IRON = ((45, 45, 48), (50, 75, 60), (150, 152, 155))
PLATES = (
    ((200, 30, 35), (240, 240, 235)), ((35, 80, 170), (45, 95, 190)), ((200, 30, 35), (205, 40, 40)),
    ((240, 240, 235), (30, 110, 75)), ((30, 30, 30), (240, 200, 50)), ((240, 240, 240), (40, 85, 175)),
)
"""Of signs: rim and inside."""
LAMPS = ((40, 220, 110), (245, 190, 40), (235, 40, 35))
"""Of a traffic light, from below."""


def lamp_post(stage: Stage, random: Generator, x: float, z: float) -> None:
    """A street lamp whose arm reaches over the road."""
    colour, tall, thick = any_of(random, POSTS), random.uniform(4.5, 8), random.uniform(0.24, 0.34)
    reach = -np.sign(x) * random.uniform(0.8, 2.2)
    stage.upright(x, z, limb((0, 0), (0, tall), thick, thick * 0.8), colour, POLE)
    bright = thick * 0.25 * stage.light.sun_side
    stage.upright(x, z, limb((bright, 0), (bright, tall), thick * 0.4), colour, None, 1.0)
    stage.upright(x, z, limb((0, tall - 0.08), (reach, tall + 0.1), thick * 0.8), colour, POLE)
    glow = np.array([255.0, 235, 180]) / stage.light.strength if stage.light.night else colour * 1.2
    stage.upright(x, z, box(min(reach, reach * 1.4), tall - 0.12, max(reach, reach * 1.4), tall + 0.25), glow, POLE)


def sign(stage: Stage, random: Generator, x: float, z: float) -> None:
    """A traffic sign on its post."""
    tall, thick = random.uniform(2.3, 3.0), random.uniform(0.12, 0.18)
    stage.upright(x, z, box(-thick / 2, 0, thick / 2, tall), any_of(random, POSTS), POLE)
    size = random.uniform(0.42, 0.62)
    rim, inside = PLATES[random.integers(len(PLATES))]
    outline = _outline(random, size) + (0, tall - size * 0.4)
    middle = outline.mean(axis=0)
    for scale, colour in ((1.0, rim), (0.72, inside)):
        stage.upright(x, z, middle + (outline - middle) * scale, tint(random, colour, 0.08), SIGN)
    stage.upright(x, z, box(-size * 0.3, middle[1] - size * 0.12, size * 0.3, middle[1] + size * 0.12), np.array(rim) * 0.5, SIGN)


def _outline(random: Generator, size: float) -> np.ndarray:
    kind = random.integers(4)
    if kind == 0:
        return disc(0, 0, size)
    if kind == 1:
        return np.array([[-size * 1.1, -size * 0.8], [size * 1.1, -size * 0.8], [0, size]])
    if kind == 2:
        return np.array([[0, -size], [size, 0], [0, size], [-size, 0]])
    return box(-size * random.uniform(0.8, 1.6), -size * 0.8, size * random.uniform(0.8, 1.6), size * 0.8)


def traffic_light(stage: Stage, random: Generator, x: float, z: float) -> None:
    """A traffic light; the case is a sign_symbol, its post a pole, as in CamVid's eleven classes."""
    tall = random.uniform(3.0, 3.8)
    stage.upright(x, z, box(-0.11, 0, 0.11, tall), any_of(random, POSTS), POLE)
    border = np.array([235.0, 235, 230]) if random.random() < 0.3 else np.array([30.0, 30, 30])
    stage.upright(x, z, box(-0.36, tall - 0.2, 0.36, tall + 1.5), border, SIGN)
    stage.upright(x, z, box(-0.3, tall - 0.14, 0.3, tall + 1.44), np.array([35.0, 36, 38]), SIGN)
    on = random.integers(3)
    for i, colour in enumerate(LAMPS):
        shown = np.array(colour) / np.minimum(stage.light.strength, 1) if i == on else np.array(colour) * 0.25
        stage.upright(x, z, disc(0, tall + 0.13 + 0.5 * i, 0.19), shown, SIGN)


def fence(stage: Stage, random: Generator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A fence between two points (x, z) of the ground: planks, or a railing that is seen through and still a fence all over."""
    first, last = np.array(start), np.array(end)
    tall = random.uniform(1.0, 1.7)

    def panel(low: float, high: float, bottom: float, top: float) -> np.ndarray:
        (x0, z0), (x1, z1) = first + (last - first) * low, first + (last - first) * high
        return np.array([[x0, bottom, z0], [x0, top, z0], [x1, top, z1], [x1, bottom, z1]])

    length = float(np.hypot(*(last - first)))
    if random.random() < 0.65:
        colour, boards = any_of(random, WOOD), max(int(length / 0.5), 1)
        stage.face(panel(0, 1, 0, tall * 0.97), colour * 0.6, FENCE)
        steps = np.arange(boards) / boards
        planks = np.array([panel(s, s + 0.82 / boards, 0, tall) for s in steps])
        stage.faces(planks, colour * random.uniform(0.85, 1.1, (boards, 1)), FENCE)
    else:
        colour, bars = any_of(random, IRON), max(int(length / 0.4), 1)
        stage.face(panel(0, 1, 0, tall), None, FENCE)
        for bottom in (0.12, tall - 0.16):
            stage.face(panel(0, 1, bottom, bottom + 0.14), colour)
        steps = np.arange(bars) / bars
        stage.faces(np.array([panel(s, s + 0.45 / bars, 0, tall) for s in steps]), np.tile(colour, (bars, 1)))


def clutter(stage: Stage, random: Generator, x: float, z: float) -> None:
    """A bin, a cone or a crate: things that belong to none of the classes."""
    kind = random.integers(3)
    if kind == 0:
        colour = any_of(random, ((50, 110, 60), (60, 60, 65), (150, 90, 40)))
        stage.upright(x, z, np.array([[-0.33, 0], [0.33, 0], [0.4, 1.05], [-0.4, 1.05]]), colour, UNLABELLED)
        stage.upright(x, z, box(-0.45, 1.0, 0.45, 1.18), colour * 0.7, UNLABELLED)
    elif kind == 1:
        for bottom, colour in ((0.0, (235, 100, 30)), (0.28, (240, 240, 235)), (0.5, (235, 100, 30))):
            half = 0.3 * (1 - bottom)
            ring = np.array([[-half, bottom], [half, bottom], [0.05, 0.85], [-0.05, 0.85]])
            stage.upright(x, z, ring, np.array(colour, float), UNLABELLED)
        stage.upright(x, z, box(-0.38, 0, 0.38, 0.09), np.array([225.0, 90, 30]), UNLABELLED)
    else:
        colour, half, tall = tint(random, (175, 135, 85), 0.15), random.uniform(0.35, 0.6), random.uniform(0.5, 0.9)
        stage.upright(x, z, box(-half, 0, half, tall), colour, UNLABELLED)
        stage.upright(x, z, box(-half, tall * 0.45, half, tall * 0.55), colour * 0.7, UNLABELLED)
        lid = np.array([[-half, tall], [half, tall], [half * 0.85, tall * 1.2], [-half * 0.85, tall * 1.2]])
        stage.upright(x, z, lid, colour * 1.15, UNLABELLED)
