"""Median-frequency class weights (D. Eigen, R. Fergus, ICCV 2015, section 6.3.2), as POST /v1/segmentation/class-weights gives them."""
from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class ClassCounts:
    """How often classes occur over a set of pictures."""

    pixels: np.ndarray
    """Of each class, int64 [C]."""
    present_pixels: np.ndarray
    """Of the pictures in which each class occurs, int64 [C]."""

    @staticmethod
    def of(labels: list[np.ndarray], classes: int) -> ClassCounts:
        """Counts over arrays of label pictures [N, H, W]."""
        pixels, present = np.zeros(classes, np.int64), np.zeros(classes, np.int64)
        for picture in (picture for batch in labels for picture in batch):
            found = np.bincount(picture.ravel(), minlength=classes)
            pixels += found
            present += np.where(found > 0, picture.size, 0)
        return ClassCounts(pixels, present)

    def median_frequency_weights(self) -> np.ndarray:
        """median(f) / f_c in FP64, f_c the share of the class in the pictures that show it; 0 for a class that does not occur."""
        occurs = self.pixels > 0
        frequency = self.pixels[occurs] / self.present_pixels[occurs]
        weights = np.zeros(len(self.pixels))
        weights[occurs] = np.median(frequency) / frequency
        return weights
