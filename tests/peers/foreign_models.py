#!/usr/bin/env python3
"""Models that others made, fetched and laid out by the very commands of deploy/models/README.md, and served: what is drawn must be found.

    foreign_models.py --app FOLDER text-detector        the folder that `dotnet publish` wrote
    foreign_models.py --app FOLDER background           fetches 113 MB

Needs npm, Debian's python3-scipy and python3-pil, and dotnet.
"""
from __future__ import annotations

import argparse
import http.client
import io
import pathlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "dask"))

import numpy as np
import service
from differential import Service
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scipy import ndimage

FONT = ROOT / "src" / "GradService" / "Fonts" / "DejaVuSans.ttf"
PAPER, INK = (250, 248, 240), (25, 25, 40)
EMPTY = ((640, 480, PAPER), (333, 517, (40, 60, 80)))
GROWTH = 1.5
IOU_OF_CORES, IOU_OF_LINES, IOU_OF_THING = 0.25, 0.75, 0.95

# Text, height of the letters, upper left corner, degrees; on a page of 960 x 640.
LINES = (
    ("Quarterly report of the harbour", 44, (60, 50), 0),
    ("Ships that came in by night: 214", 30, (80, 170), -6),
    ("Cargo weighed, sealed and stored", 24, (420, 300), 12),
    ("small print: no warranty is given", 16, (70, 330), 0),
    ("A LARGE HEADING", 64, (90, 420), 5),
    ("Invoice 2024-118", 36, (560, 480), -20),
)

Segment = Callable[[Image.Image], np.ndarray]


class Tally:
    """Counts what holds, and says what does not."""

    def __init__(self) -> None:
        self.failed = 0

    def holds(self, what: str, held: bool, seen: str) -> None:
        print(f"  {'ok  ' if held else 'FAIL'} {what}: {seen}", flush=True)
        self.failed += not held

    def overlaps(self, what: str, found: np.ndarray, drawn: np.ndarray, least: float) -> None:
        iou = float((found & drawn).sum() / max(1, (found | drawn).sum())) if found.shape == drawn.shape else 0.0
        self.holds(f"{what}: IoU at least {least:g}", iou >= least, f"{iou:.3f}")


def check_text_detector(tally: Tally, segment: Segment) -> None:
    for size in ((960, 640), (701, 533), (1920, 1280)):
        page, lines = draw_page(*size)
        cores = segment(page)
        inside = float((cores & lines.any(axis=0)).sum() / max(1, cores.sum()))
        tally.overlaps(f"{size[0]} x {size[1]}, cores", cores, lines.any(axis=0), IOU_OF_CORES)
        tally.holds(f"{size[0]} x {size[1]}, cores lie in the lines", inside > 0.98, f"{inside:.3f}")
        found = grown(cores)
        tally.overlaps(f"{size[0]} x {size[1]}, grown", found, lines.any(axis=0), IOU_OF_LINES)
        worst = min(float((found & line).sum() / line.sum()) for line in lines)
        tally.holds(f"{size[0]} x {size[1]}, more than half of every line", worst > 0.5, f"{worst:.3f} of the worst")
    check_empty(tally, segment)


def check_background(tally: Tally, segment: Segment) -> None:
    for size in ((640, 480), (417, 655)):
        picture, thing = draw_thing(*size)
        tally.overlaps(f"{size[0]} x {size[1]}", segment(picture), thing, IOU_OF_THING)


def check_empty(tally: Tally, segment: Segment) -> None:
    for width, height, colour in EMPTY:
        marked = int(segment(Image.new("RGB", (width, height), colour)).sum())
        tally.holds(f"nothing on an empty page of {width} x {height}", marked == 0, f"{marked} pixels")


CHECKS = {"text-detector": check_text_detector, "background": check_background}


def draw_page(width: int, height: int) -> tuple[Image.Image, np.ndarray]:
    """A page, and the turned box of each of its lines."""
    scale = min(width / 960, height / 640)
    page, boxes = Image.new("RGB", (width, height), PAPER), []
    for text, letters, (x, y), degrees in LINES:
        font = ImageFont.truetype(str(FONT), round(letters * scale))
        left, top, right, bottom = font.getbbox(text)
        glyphs = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(glyphs).text((-left, -top), text, fill=255, font=font)
        box = Image.new("L", glyphs.size, 255).rotate(degrees, Image.Resampling.BILINEAR, expand=True)
        glyphs = glyphs.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
        at = round(x * scale), round(y * scale)
        page.paste(INK, (*at, at[0] + glyphs.width, at[1] + glyphs.height), glyphs)
        drawn = Image.new("L", page.size)
        drawn.paste(box, at)
        boxes.append(np.array(drawn) > 127)
    return page, np.stack(boxes)


def draw_thing(width: int, height: int) -> tuple[Image.Image, np.ndarray]:
    """A shaded ball with its shadow on a table before a wall, and where the ball is."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float64)
    radius, x, y = 0.3 * min(width, height), 0.45 * width, 0.55 * height
    ball = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
    wall = np.where((rows < 0.7 * height)[..., None], np.array([176, 186, 190.0]), np.array([146, 128, 108.0]))
    shadow = ((columns - x - 0.3 * radius) / (1.1 * radius)) ** 2 + ((rows - y - 0.95 * radius) / (0.18 * radius)) ** 2 <= 1
    back = Image.fromarray(np.where(shadow[..., None], 0.55 * wall, wall).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.012 * width))
    across, down = (columns - x) / radius, (rows - y) / radius
    towards = np.sqrt(np.maximum(0, 1 - across**2 - down**2))
    light = np.clip(-0.45 * across - 0.55 * down + 0.7 * towards, 0, 1)
    colour = np.array([200, 45, 30.0]) * (0.25 + 0.75 * light[..., None]) + 160 * light[..., None] ** 30
    return Image.fromarray(np.where(ball[..., None], np.clip(colour, 0, 255).astype(np.uint8), np.array(back))), ball


def grown(cores: np.ndarray) -> np.ndarray:
    """Each connected part grown by GROWTH x area / circumference, both of the box along its axes, as those who use a DBNet do."""
    parts, count = ndimage.label(cores, np.ones((3, 3)))
    found = np.zeros(cores.shape, bool)
    for part in range(1, count + 1):
        points = np.argwhere(parts == part).astype(np.float64)
        if len(points) > 2:
            axes = np.linalg.eigh(np.cov(points.T))[1]
            sides = np.ptp(points @ axes, axis=0) + 1
            found |= ndimage.distance_transform_edt(parts != part) <= GROWTH * sides.prod() / (2 * sides.sum())
    return found


def fetch(name: str, folder: pathlib.Path) -> None:
    """Runs what the documentation says for the model."""
    text = (ROOT / "deploy" / "models" / "README.md").read_text(encoding="utf-8")
    commands = re.search(rf"^### {re.escape(name)}\n.*?^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    subprocess.run(["bash", "-euo", "pipefail", "-c", commands[1]], cwd=folder, check=True, timeout=600)


def segmenter(url: str, name: str) -> Segment:
    door = Service(url)

    def segment(picture: Image.Image) -> np.ndarray:
        png = io.BytesIO()
        picture.save(png, "PNG")
        _, raw = door.post(f"/v1/models/{name}/segment?view=labels", png.getvalue(), {"Content-Type": "image/png", "Accept": "image/png"})
        return np.asarray(Image.open(io.BytesIO(raw))) == 1

    return segment


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--app", type=pathlib.Path, required=True, help="the folder that dotnet publish wrote")
    parser.add_argument("models", nargs="+", choices=sorted(CHECKS))
    arguments = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.models:
            fetch(name, pathlib.Path(folder))
        settings = {"Onnx__ModelRepository": f"{folder}/models", "Onnx__RunTimeoutSeconds": "600"}
        with service.Replica(arguments.app, settings, patience_seconds=600) as replica:
            for name in arguments.models:
                print(name)
                try:
                    CHECKS[name](tally, segmenter(replica.url, name))
                except (ValueError, http.client.HTTPException, OSError) as error:
                    tally.holds("the model answers", False, str(error))
    print(f"foreign models: {'everything holds' if tally.failed == 0 else f'{tally.failed} do not hold'}")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
