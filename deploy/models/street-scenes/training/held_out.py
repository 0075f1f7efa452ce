"""The held-out pictures that the service's tests are run on, with what the network makes of exactly these files."""
from __future__ import annotations

import json
import pathlib

import numpy as np
import torch
from PIL import Image

from dataset import held_out_scenes
from evaluate import Evaluation, Figures
from scenes import CLASS_NAMES, PALETTE
from weights import ClassCounts

SIZES = [
    (120, 160), (117, 157), (160, 120), (112, 144), (131, 173), (120, 160),
    (160, 240), (113, 151), (157, 117), (104, 136), (120, 180), (101, 149),
]
"""Heights and widths; several are no multiples of the network's stride, two stand upright."""

JPEG_OF = 3
"""Index of the picture that lies there as JPEG too."""


def write(folder: pathlib.Path, seed: int, evaluation: Evaluation, counts: ClassCounts) -> Figures:
    """Draws the pictures, reads the files back, and writes figures.json over them."""
    folder.mkdir(parents=True, exist_ok=True)
    figures, pictures = Figures(), []
    for number, (picture, labels) in enumerate(held_out_scenes(seed, SIZES), start=1):
        picture_file, labels_file = folder / f"{number:02}.png", folder / f"{number:02}.labels.png"
        Image.fromarray(picture).save(picture_file, optimize=True)
        _write_labels(labels, labels_file)
        pictures.append(_judged(picture_file, labels_file, evaluation, figures))
    original = folder / pictures[JPEG_OF]["picture"]
    jpeg_file = original.with_suffix(".jpg")
    Image.open(original).save(jpeg_file, quality=92, subsampling=0)
    jpeg = _judged(jpeg_file, folder / pictures[JPEG_OF]["labels"], evaluation, Figures())
    report = {
        "made_by": f"deploy/models/street-scenes/training/train.py, seed {seed}, PyTorch {torch.__version__.split('a')[0]}, CPU",
        "class_names": CLASS_NAMES,
        "class_weights": counts.median_frequency_weights().tolist(),
        "training_counts": counts.pixels.tolist(),
        "training_present_pixels": counts.present_pixels.tolist(),
        "confusion": figures.confusion.tolist(),
        "iou": figures.iou.tolist(),
        "mean_iou": figures.mean_iou,
        "pixel_accuracy": figures.pixel_accuracy,
        "pictures": pictures,
        "jpeg": jpeg,
    }
    members = ",\n".join(f"  {json.dumps(name)}: {_laid_out(value)}" for name, value in report.items())
    (folder / "figures.json").write_text("{\n" + members + "\n}\n")
    return figures


def _write_labels(labels: np.ndarray, file: pathlib.Path) -> None:
    """An 8-bit palette PNG: the index of a pixel is its class, the palette only colours it."""
    image = Image.fromarray(labels, "P")
    image.putpalette([channel for colour in PALETTE for channel in colour])
    image.save(file, optimize=True, bits=8)


def _judged(picture_file: pathlib.Path, labels_file: pathlib.Path, evaluation: Evaluation, figures: Figures) -> dict[str, object]:
    picture, labels = np.array(Image.open(picture_file)), np.array(Image.open(labels_file))
    own = Figures()
    loss = evaluation.judge(picture, labels, own)
    figures.confusion += own.confusion
    return {
        "picture": picture_file.name, "labels": labels_file.name, "height": labels.shape[0], "width": labels.shape[1],
        "loss": loss, "pixel_accuracy": own.pixel_accuracy, "mean_iou": own.mean_iou,
    }


def _laid_out(value: object) -> str:
    """Rows of a list of lists or objects in lines of their own."""
    if isinstance(value, list) and value and isinstance(value[0], (list, dict)):
        return "[\n" + ",\n".join("    " + json.dumps(row) for row in value) + "\n  ]"
    return json.dumps(value)
