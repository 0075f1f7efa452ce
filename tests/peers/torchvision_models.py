#!/usr/bin/env python3
"""A torchvision segmentation network, exported by PyTorch and served: its logits over OIP and its masks over /segment, held against PyTorch's own.

    torchvision_models.py --app FOLDER        the folder that `dotnet publish` wrote

Needs Debian's python3-torchvision and python3-pil, and dotnet. The weights are random and seeded: what is compared is the way through the
service, not what a network knows. The same network is served under several model.json, each another way from a picture to its input.
"""
from __future__ import annotations

import argparse
import http.client
import io
import json
import pathlib
import sys
import tempfile
import warnings

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "dask"))

import wire  # first: it finds the oracles, and they settle how PyTorch computes
import numpy as np
import service
import torch
import torch.nn.functional as F
import torchvision
from differential import Service
from PIL import Image
from torchvision.transforms import InterpolationMode, Resize

CLOSE = 1e-4
EQUAL_PIXELS = 0.999
CLASSES_IN_IT = 3  # fewer, and a mask would say little
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SHAPES = ((1, 64, 64), (1, 97, 131), (2, 120, 200), (3, 33, 250), (5, 160, 96))
PICTURES = ((64, 64), (131, 97), (200, 333), (640, 427))
FIXED, STRIDE, LONGEST = (160, 224), 32, 256
MANIFESTS = {
    "as-it-is": {},
    "fixed": {"input_size": FIXED},
    "fixed-antialiased": {"input_size": FIXED, "resize": "bilinear_antialias"},
    "padded": {"stride": STRIDE, "max_side": LONGEST},
}


class Logits(torch.nn.Module):
    """torchvision's networks answer a dictionary; what is exported is its tensor."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.network(image)["out"]


def network() -> Logits:
    """Random weights, and norms that have seen pictures: without, what is random dies away from layer to layer and one class wins everywhere."""
    torch.manual_seed(20)
    net = Logits(torchvision.models.segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None)).train()
    pictures = [normalised(draw(np.random.default_rng(200 + number), 160, 128)) for number in range(8)]
    with torch.no_grad():
        for norm in net.modules():
            if isinstance(norm, torch.nn.BatchNorm2d):
                norm.momentum = None  # the mean over all that is seen
        net(torch.cat(pictures))
    return net.eval()


def export(net: Logits, root: pathlib.Path) -> None:
    """A model repository with the network once for each model.json."""
    file = io.BytesIO()
    axes = {0: "batch", 2: "height", 3: "width"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net, torch.rand(2, 3, 97, 131), file, input_names=["image"], output_names=["logits"],
                          dynamic_axes={"image": axes, "logits": axes}, opset_version=17)
    for name, manifest in MANIFESTS.items():
        (root / name / "1").mkdir(parents=True)
        (root / name / "1" / "model.onnx").write_bytes(file.getvalue())
        (root / name / "model.json").write_text(json.dumps({"task": "segmentation", "mean": MEAN, "std": STD, **manifest}), encoding="utf-8")


def check_logits(door: Service, net: Logits) -> int:
    """The tensors themselves, over OIP binary."""
    print(f"{'logits over OIP binary':24}{'input':>20}{'largest logit':>16}{'worst difference':>18}")
    failed = 0
    for number, (batch, height, width) in enumerate(SHAPES):
        rng = np.random.default_rng(number)
        image = torch.cat([normalised(draw(rng, width, height)) for _ in range(batch)])
        with torch.no_grad():
            expected = net(image).numpy()
        headers, raw = door.post("/v2/models/as-it-is/infer", *wire.oip_body({"image": image.numpy()}, ["logits"], True))
        found = wire.oip_answer(raw, headers, {"logits": expected}, "FP32")["logits"]
        worst = float(np.max(np.abs(found - expected))) if found.shape == expected.shape else float("inf")
        failed += _verdict(worst <= CLOSE, f"{'':24}{str(list(image.shape)):>20}{np.max(np.abs(expected)):>16.3f}{worst:>18.1e}")
    return failed


def check_masks(door: Service, net: Logits) -> int:
    """Pictures through every model.json: the share of pixels of the class that PyTorch finds."""
    print(f"{'masks over segment':24}{'picture':>20}{'classes in it':>16}{'equal pixels':>18}")
    failed = 0
    for name in MANIFESTS:
        for number, size in enumerate(PICTURES):
            picture = draw(np.random.default_rng(100 + number), *size)
            expected = labels(net, name, picture)
            png = io.BytesIO()
            picture.save(png, "PNG")
            _, raw = door.post(f"/v1/models/{name}/segment?view=labels", png.getvalue(), {"Content-Type": "image/png", "Accept": "image/png"})
            found = np.asarray(Image.open(io.BytesIO(raw)))
            equal = float(np.mean(found == expected)) if found.shape == expected.shape else 0.0
            classes = len(np.unique(expected))
            failed += _verdict(equal >= EQUAL_PIXELS and classes >= CLASSES_IN_IT, f"{name:24}{f'{size[0]} x {size[1]}':>20}{classes:>16}{equal:>18.5f}")
    return failed


def labels(net: Logits, name: str, picture: Image.Image) -> np.ndarray:
    """The classes of the pixels, as one who uses PyTorch finds them: normalise, resize, run, interpolate, arg-max."""
    width, height = picture.size
    scaled, padded = height_and_width(name, height, width)
    if name == "fixed-antialiased":
        picture = Resize(scaled, InterpolationMode.BILINEAR)(picture)
    image = normalised(picture)
    if image.shape[2:] != scaled:
        image = F.interpolate(image, scaled, mode="bilinear", align_corners=False)
    image = F.pad(image, (0, padded[1] - scaled[1], 0, padded[0] - scaled[0]), mode="replicate")
    with torch.no_grad():
        logits = net(image)[:, :, : scaled[0], : scaled[1]]
    return F.interpolate(logits, (height, width), mode="bilinear", align_corners=False)[0].argmax(0).numpy()


def normalised(picture: Image.Image) -> torch.Tensor:
    return (torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255 - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)


def height_and_width(name: str, height: int, width: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """What a picture is scaled to, and what that is padded to."""
    if "input_size" in MANIFESTS[name]:
        return FIXED, FIXED
    if name != "padded":
        return (height, width), (height, width)
    factor = min(1.0, LONGEST / max(height, width))
    scaled = int(height * factor + 0.5), int(width * factor + 0.5)
    return scaled, tuple(-(-side // STRIDE) * STRIDE for side in scaled)


def draw(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Soft patches of colour with some grain."""
    coarse = Image.fromarray(rng.integers(256, size=(6, 8, 3), dtype=np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    return Image.fromarray(np.clip(np.array(coarse) + rng.normal(0, 12, (height, width, 3)), 0, 255).astype(np.uint8))


def _verdict(held: bool, row: str) -> int:
    print(f"{row}{'' if held else '  FAIL'}", flush=True)
    return 0 if held else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--app", type=pathlib.Path, required=True, help="the folder that dotnet publish wrote")
    arguments = parser.parse_args()
    net = network()
    with tempfile.TemporaryDirectory() as root:
        export(net, pathlib.Path(root))
        with service.Replica(arguments.app, {"Onnx__ModelRepository": root, "Onnx__RunTimeoutSeconds": "600"}, patience_seconds=600) as replica:
            door = Service(replica.url)
            try:
                failed = check_logits(door, net) + check_masks(door, net)
            except (ValueError, KeyError, http.client.HTTPException, OSError) as error:
                print(f"FAIL {error}")
                return 1
    print(f"torchvision: {'everything holds' if failed == 0 else f'{failed} do not hold'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
