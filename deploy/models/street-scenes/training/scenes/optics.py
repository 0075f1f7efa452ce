"""What a camera makes of a scene: surfaces' grain, exposure, vignette, blur, noise, JPEG."""
import io

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageFilter

from .classes import CLASS_NAMES

_GRAIN = {"building": 0.03, "road": 0.04, "pavement": 0.04, "tree": 0.08, "fence": 0.03}
GRAIN = np.array([_GRAIN.get(name, 0.0) for name in CLASS_NAMES], np.float32)
"""How much each class's brightness varies from pixel to pixel."""


def photograph(picture: np.ndarray, labels: np.ndarray, random: Generator) -> np.ndarray:
    """A drawn picture [H, W, 3], 0 to 255, as a camera would take it, uint8."""
    height, width = labels.shape
    taken = picture * (1 + GRAIN[labels] * random.standard_normal((height, width), np.float32))[..., None]
    taken = taken * random.uniform(0.85, 1.2) + random.uniform(-12, 12)
    taken = 255 * (np.clip(taken, 0, 255) / 255) ** random.uniform(0.85, 1.2)
    down, right = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    taken = taken * (1 - random.uniform(0, 0.18) * (down * down + right * right))[..., None]
    image = Image.fromarray(np.clip(taken, 0, 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(random.uniform(0, 0.5)))
    noise = random.standard_normal((height, width, 3), np.float32) * min(random.exponential(1.5), 6.0)
    image = Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))
    return np.array(_compressed(image, random) if random.random() < 0.25 else image)


def _compressed(image: Image.Image, random: Generator) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=int(random.integers(50, 95)))
    return Image.open(file)
