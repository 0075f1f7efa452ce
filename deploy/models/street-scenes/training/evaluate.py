"""How good the network is: confusion, intersection over union, weighted loss."""
from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from pictures import Normalisation, logits
from scenes import CLASS_NAMES

CLASSES = len(CLASS_NAMES)


class Figures:
    """A confusion matrix added up picture by picture: rows are the true classes, columns the predicted ones."""

    def __init__(self) -> None:
        self.confusion = np.zeros((CLASSES, CLASSES), np.int64)

    def add(self, labels: np.ndarray, predicted: np.ndarray) -> None:
        """Counts one picture in."""
        pairs = labels.astype(np.int64).ravel() * CLASSES + predicted.ravel()
        self.confusion += np.bincount(pairs, minlength=CLASSES * CLASSES).reshape(CLASSES, CLASSES)

    @property
    def iou(self) -> np.ndarray:
        """Intersection over union of each class, FP64 [C]; NaN for a class that neither occurs nor was predicted."""
        hits = np.diagonal(self.confusion)
        union = self.confusion.sum(axis=0) + self.confusion.sum(axis=1) - hits
        return np.divide(hits, union, out=np.full(CLASSES, np.nan), where=union > 0)

    @property
    def mean_iou(self) -> float:
        """Over the classes that have one."""
        return float(np.nanmean(self.iou))

    @property
    def pixel_accuracy(self) -> float:
        """The share of pixels that are right."""
        return float(np.trace(self.confusion) / self.confusion.sum())


class Evaluation:
    """A trained network with what it needs to be judged."""

    def __init__(self, network: nn.Module, normalisation: Normalisation, weights: np.ndarray):
        self._network, self._normalisation, self._weights = network.eval(), normalisation, torch.from_numpy(weights)

    def predict(self, picture: np.ndarray) -> np.ndarray:
        """The most probable class of each pixel, [H, W]."""
        return logits(self._network, self._normalisation, picture)[0].argmax(dim=0).numpy()

    def judge(self, picture: np.ndarray, labels: np.ndarray, figures: Figures) -> float:
        """Counts a picture into the figures and returns its weighted cross-entropy, reduced by mean, in FP64 from the FP32 logits."""
        scores = logits(self._network, self._normalisation, picture)
        figures.add(labels, scores[0].argmax(dim=0).numpy())
        return functional.cross_entropy(scores.double(), torch.from_numpy(labels[None].astype(np.int64)), self._weights).item()
