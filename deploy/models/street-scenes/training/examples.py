"""A picture for people: held-out scenes beside what the network makes of them."""
from __future__ import annotations

import pathlib
from collections.abc import Iterable

import numpy as np
from PIL import Image

from evaluate import Evaluation
from scenes import PALETTE

OPACITY = 0.55
"""Of the mask over the picture."""


def write(file: pathlib.Path, scenes: Iterable[tuple[np.ndarray, np.ndarray]], evaluation: Evaluation) -> None:
    """A row for each scene: the picture, the true classes, the predicted ones, and these over the picture."""
    colours = np.array(PALETTE, np.uint8)
    rows = []
    for picture, labels in scenes:
        mask = colours[evaluation.predict(picture)]
        overlay = np.rint(picture * (1 - OPACITY) + mask * OPACITY).astype(np.uint8)
        rows.append(np.hstack([picture, colours[labels], mask, overlay]))
    sheet = Image.fromarray(np.vstack(rows))
    sheet.resize((sheet.width * 2, sheet.height * 2), Image.NEAREST).save(file, quality=80)
