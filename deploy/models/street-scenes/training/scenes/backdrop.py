"""The sky with its clouds, and what is seen of the town where the street ends."""
import numpy as np
from numpy.random import Generator
from PIL import Image

from .buildings import WALLS
from .classes import BUILDING, SKY, TREE
from .plants import LEAVES
from .shapes import any_of, disc
from .stage import OVERSAMPLING, Stage

FAR = 110.0
"""Metres: where the backdrop stands."""


def sky(stage: Stage, random: Generator) -> None:
    """Fills the whole picture: a gradient down to the haze of the horizon, with clouds drawn out sideways."""
    light = stage.light
    zenith = np.array([25.0, 35, 70]) if light.night else np.array([95.0, 150, 215]) * random.uniform(0.8, 1.1)
    zenith = zenith * (0.4 + 0.6 * light.contrast) + light.haze * 0.6 * (1 - light.contrast)
    height, width = stage.height, stage.width
    horizon = max(stage.camera.centre[1], 1.0)
    fall = np.clip(np.arange(height) / horizon, 0, 1)[:, None, None] ** 1.3
    colours = np.broadcast_to(zenith * (1 - fall) + light.haze * fall, (height, width, 3))
    cover, sharpness = random.uniform(-0.4, 0.5), random.uniform(1.0, 3.0)
    cloud = sum(_noise(random, height, width, cells) * share for cells, share in ((2, 0.6), (5, 0.3), (11, 0.15)))
    share = np.clip((cloud + cover) * sharpness, 0, 0.85)[..., None] * (1 - 0.5 * fall)
    white = light.haze * (0.95 if light.night else 1.08)
    picture = np.clip(colours * (1 - share) + white * share, 0, 255).astype(np.uint8)
    stage.picture.paste(Image.fromarray(picture).resize(stage.picture.size, Image.BILINEAR))
    stage.labels.paste(SKY, (0, 0, width * OVERSAMPLING, height * OVERSAMPLING))


def _noise(random: Generator, height: int, width: int, cells: int) -> np.ndarray:
    coarse = Image.fromarray(random.uniform(-1, 1, (cells * 2, cells)).astype(np.float32))
    return np.asarray(coarse.resize((width, height), Image.BICUBIC))


def skyline(stage: Stage, random: Generator) -> None:
    """Distant houses and woods on both sides of the vanishing point."""
    reach = FAR * stage.width / stage.camera.focal
    middle = stage.camera.x - stage.camera.bend * FAR * FAR
    at = middle - reach
    while at < middle + reach:
        wide = random.uniform(5, 14)
        if random.random() < 0.5:
            tall = random.uniform(5, 16)
            shape = np.array([[at, 0, FAR], [at, tall, FAR], [at + wide, tall, FAR], [at + wide, 0, FAR]])
            stage.face(shape, any_of(random, WALLS), BUILDING)
        else:
            leaves = any_of(random, LEAVES)
            for _ in range(4):
                crown = disc(random.uniform(0, wide), 3, wide * 0.35, random.uniform(4, 8))
                stage.upright(at, FAR, np.maximum(crown, (-np.inf, 0)), leaves * random.uniform(0.85, 1.15), TREE)
        at += wide * 0.9
