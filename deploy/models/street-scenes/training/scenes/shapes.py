"""Flat outlines in metres, [n, 2]."""
import numpy as np
from numpy.random import Generator

_CIRCLE = np.linspace(0, 2 * np.pi, 16, endpoint=False)


def disc(x: float, y: float, radius_x: float, radius_y: float | None = None) -> np.ndarray:
    """An ellipse about (x, y); a circle by default."""
    return np.column_stack([x + radius_x * np.cos(_CIRCLE), y + (radius_y or radius_x) * np.sin(_CIRCLE)])


def box(left: float, bottom: float, right: float, top: float) -> np.ndarray:
    """A rectangle."""
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top]])


def limb(start: tuple[float, float], end: tuple[float, float], thick: float, thin: float | None = None) -> np.ndarray:
    """A bar from start to end, `thick` wide at the start and `thin` at the end."""
    first, last = np.array(start), np.array(end)
    along = (last - first) / max(float(np.hypot(*(last - first))), 1e-9)
    across = np.array([-along[1], along[0]]) / 2
    thin = thick if thin is None else thin
    return np.array([first - across * thick, first + across * thick, last + across * thin, last - across * thin])


def tint(random: Generator, colour: tuple[float, float, float], spread: float) -> np.ndarray:
    """A colour near the given one, brighter or darker by up to `spread`, its channels by a third of that."""
    return np.array(colour) * (1 + random.uniform(-spread, spread)) * (1 + random.uniform(-spread, spread, 3) / 3)


def any_of(random: Generator, colours: tuple[tuple[float, float, float], ...], spread: float = 0.15) -> np.ndarray:
    """One of the colours, varied."""
    return tint(random, colours[random.integers(len(colours))], spread)
