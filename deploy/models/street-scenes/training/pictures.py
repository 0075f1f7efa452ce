"""From a picture to the network's input and back, as the service does it by model.json."""
from __future__ import annotations

import dataclasses

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from network import STRIDE

SCALE = 1 / 255


@dataclasses.dataclass(frozen=True)
class Normalisation:
    """(value / 255 - mean) / std, by channel."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @staticmethod
    def of(pictures: list[np.ndarray]) -> Normalisation:
        """That which gives uint8 pictures [N, H, W, 3] mean 0 and deviation 1, to four digits."""
        values = np.concatenate([batch.reshape(-1, 3) for batch in pictures])
        mean, std = values.mean(axis=0, dtype=np.float64) * SCALE, values.std(axis=0, dtype=np.float64) * SCALE
        return Normalisation(tuple(mean.round(4).tolist()), tuple(std.round(4).tolist()))

    def apply(self, pictures: np.ndarray) -> torch.Tensor:
        """Pictures uint8 [N, H, W, 3] to FP32 [N, 3, H, W]."""
        values = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() * SCALE
        return (values - torch.tensor(self.mean).view(3, 1, 1)) / torch.tensor(self.std).view(3, 1, 1)


def logits(network: nn.Module, normalisation: Normalisation, picture: np.ndarray) -> torch.Tensor:
    """The logits FP32 [1, C, H, W] of one picture of any size: padded below and at the right by its edge, and cropped again."""
    height, width, _ = picture.shape
    values = functional.pad(normalisation.apply(picture[None]), (0, -width % STRIDE, 0, -height % STRIDE), mode="replicate")
    with torch.no_grad():
        return network(values)[..., :height, :width]
