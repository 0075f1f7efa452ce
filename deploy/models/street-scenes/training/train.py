#!/usr/bin/env python3
"""Draws street scenes, trains the network on them, and writes the model, its README's figures and the tests' held-out pictures.

    train.py             everything, in about ten minutes on two cores
    train.py --quick     a few scenes and steps into a temporary folder, to see that it works

Needs Debian's python3-torch, python3-onnx, python3-numpy and python3-pil; nothing else. The same seed draws the same scenes;
on the same machine it trains the same network.
"""
from __future__ import annotations

import argparse
import os
import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads starve each other where cores are shared

import numpy as np
import torch
from torch.nn import functional

import examples
import held_out
import report
from dataset import held_out_scenes, training_scenes
from evaluate import CLASSES, Evaluation, Figures
from export import export_onnx, write_manifest
from network import UNet
from pictures import Normalisation
from weights import ClassCounts

MODEL = pathlib.Path(__file__).resolve().parent.parent
REPOSITORY = MODEL.parent.parent.parent
BATCH = 4
LEARNING_RATE = 3e-3


def train(
    batches: list[tuple[np.ndarray, np.ndarray]], normalisation: Normalisation, weights: np.ndarray, epochs: int, seed: int,
) -> UNet:
    """Minimises the weighted cross-entropy by AdamW under one cycle of the learning rate (L. N. Smith, N. Topin, 2018)."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = UNet(CLASSES).to(memory_format=torch.channels_last).train()
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * len(batches), pct_start=0.1)
    class_weights = torch.from_numpy(weights).float()
    for epoch in range(epochs):
        total, started = 0.0, time.monotonic()
        for index in random.permutation(len(batches)):
            pictures, labels = _mirrored(*batches[index], random)
            logits = network(normalisation.apply(pictures).contiguous(memory_format=torch.channels_last))
            loss = functional.cross_entropy(logits, torch.from_numpy(labels.astype(np.int64)), class_weights)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{epochs}: loss {total / len(batches):.4f}, {time.monotonic() - started:.0f} s", flush=True)
    return network.to(memory_format=torch.contiguous_format).eval()


def _mirrored(pictures: np.ndarray, labels: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Each picture as it is or left and right exchanged."""
    flips = random.random(len(labels)) < 0.5
    return (
        np.where(flips[:, None, None, None], pictures[:, :, ::-1], pictures),
        np.where(flips[:, None, None], labels[:, :, ::-1], labels))


def run(model: pathlib.Path, pictures: pathlib.Path, seed: int, scenes: int, epochs: int, judged: int) -> Figures:
    """All of it; returns the figures over `judged` further held-out scenes."""
    batches = training_scenes(seed, scenes, BATCH)
    print(f"{len(batches) * BATCH} scenes drawn", flush=True)
    normalisation = Normalisation.of([batch for batch, _ in batches])
    counts = ClassCounts.of([labels for _, labels in batches], CLASSES)
    weights = counts.median_frequency_weights()
    network = train(batches, normalisation, weights, epochs, seed)
    export_onnx(network, model / "1" / "model.onnx", seed)
    write_manifest(model / "model.json", normalisation, weights)
    evaluation = Evaluation(network, normalisation, weights)
    tested = held_out.write(pictures, seed, evaluation, counts)
    figures, further = Figures(), list(held_out_scenes(seed, [(120, 160)] * judged, first=len(held_out.SIZES)))
    for picture, labels in further:
        evaluation.judge(picture, labels, figures)
    examples.write(model / "examples.jpg", further[:4], evaluation)
    text = (
        f"\nOver {judged} held-out scenes of 160 x 120 pixels:\n\n{report.table(figures)}\n"
        f"Over the {len(held_out.SIZES)} held-out pictures of the tests the mean IoU is {tested.mean_iou:.3f}, "
        f"the pixel accuracy {tested.pixel_accuracy:.3f}.\n\n")
    print(text)
    report.write_into(model / "README.md", text)
    return figures


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--scenes", type=int, default=2800)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--quick", action="store_true", help="a few scenes and steps, into a temporary folder")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(True)
    if arguments.quick:
        with tempfile.TemporaryDirectory() as folder:
            model = pathlib.Path(folder) / "street-scenes"
            model.mkdir()
            (model / "README.md").write_text(report.BEGIN + report.END)
            run(model, pathlib.Path(folder) / "pictures", arguments.seed, 8 * BATCH, 1, 4)
    else:
        pictures = REPOSITORY / "tests" / "GradService.Tests" / "Models" / "street-scenes"
        figures = run(MODEL, pictures, arguments.seed, arguments.scenes, arguments.epochs, 240)
        if figures.mean_iou < 0.75:
            sys.exit(f"The mean IoU is {figures.mean_iou:.3f}; expected at least 0.75.")


if __name__ == "__main__":
    main()
