"""The figures as Markdown, written into the README between its marks."""
import pathlib

import numpy as np

from evaluate import Figures
from scenes import CLASS_NAMES

BEGIN, END = "<!-- figures: written by training/train.py -->\n", "<!-- end of figures -->\n"
SHOWN = 0.02
"""Confusions of at least this share of a class's pixels are named."""


def table(figures: Figures) -> str:
    """One row for each class: IoU, recall, precision and what it is taken for."""
    confusion = figures.confusion
    lines = ["| class | share of pixels | IoU | recall | precision | taken for |", "|---|---|---|---|---|---|"]
    for index, name in enumerate(CLASS_NAMES):
        row, hits = confusion[index], confusion[index, index]
        missed = [other for other in np.argsort(-row) if other != index and row[other] >= SHOWN * row.sum()]
        taken = ", ".join(f"{CLASS_NAMES[other]} {row[other] / row.sum():.0%}" for other in missed) or "-"
        lines.append(
            f"| {name} | {row.sum() / confusion.sum():.1%} | {figures.iou[index]:.3f} | {hits / row.sum():.3f} "
            f"| {hits / max(confusion[:, index].sum(), 1):.3f} | {taken} |")
    lines.append(f"| **mean IoU** | | **{figures.mean_iou:.3f}** | | | pixel accuracy {figures.pixel_accuracy:.3f} |")
    return "\n".join(lines) + "\n"


def write_into(readme: pathlib.Path, text: str) -> None:
    """Replaces what stands between the marks."""
    before, _, rest = readme.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(before + BEGIN + text + END + after)
