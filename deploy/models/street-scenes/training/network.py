"""A small U-Net."""
import torch
from torch import nn
from torch.nn import functional

STRIDE = 8
"""Height and width have to be multiples of this: the network halves them three times."""


class UNet(nn.Module):
    """Pictures [B, 3, H, W], normalised, to logits [B, classes, H, W]; H and W multiples of STRIDE.

    O. Ronneberger, P. Fischer, T. Brox, U-Net: Convolutional Networks for Biomedical Image Segmentation, MICCAI 2015, with padded
    convolutions and batch normalisation; the deepest level is dilated (F. Yu, V. Koltun, ICLR 2016), so that it sees the whole street.
    """

    def __init__(self, classes: int, widths: tuple[int, int, int, int] = (16, 32, 48, 96)):
        super().__init__()
        full, half, quarter, eighth = widths
        self.at_full = _convolution(3, full)
        self.at_half = nn.Sequential(nn.MaxPool2d(2), _convolution(full, half), _convolution(half, half))
        self.at_quarter = nn.Sequential(nn.MaxPool2d(2), _convolution(half, quarter), _convolution(quarter, quarter))
        self.at_eighth = nn.Sequential(
            nn.MaxPool2d(2), _convolution(quarter, eighth), _convolution(eighth, eighth, 2), _convolution(eighth, eighth, 4))
        self.to_quarter = _convolution(eighth + quarter, quarter)
        self.to_half = _convolution(quarter + half, half)
        self.to_full = nn.Sequential(_convolution(half + full, full), _convolution(full, full))
        self.head = nn.Conv2d(full, classes, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """The logits."""
        full = self.at_full(image)
        half = self.at_half(full)
        quarter = self.at_quarter(half)
        up = self.at_eighth(quarter)
        for skipped, join in ((quarter, self.to_quarter), (half, self.to_half), (full, self.to_full)):
            up = join(torch.cat([functional.interpolate(up, scale_factor=2.0, mode="nearest"), skipped], dim=1))
        return self.head(up)


def _convolution(inputs: int, outputs: int, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))
