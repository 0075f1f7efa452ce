"""Writes the trained network as ONNX and says what a service has to know of it."""
from __future__ import annotations

import json
import pathlib

import numpy as np
import onnx
import torch
from torch import nn

from network import STRIDE
from pictures import Normalisation
from scenes import CLASS_NAMES, PALETTE

OPSET = 17
DESCRIPTION = "Street scenes into twelve classes: a small U-Net trained on pictures that its training script draws."
LICENCE = "MIT"
LARGEST_SIDE = 256
"""Larger pictures are scaled down to this: the network was trained on sides of 96 to 216 pixels."""


def export_onnx(network: nn.Module, file: pathlib.Path, seed: int) -> None:
    """Writes the network with symbolic batch, height and width, its weights inside, and checks the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    dynamic = {0: "batch", 2: "height", 3: "width"}
    torch.onnx.export(
        network.eval(), torch.zeros(1, 3, 64, 96), str(file), opset_version=OPSET, input_names=["image"], output_names=["logits"],
        dynamic_axes={"image": dynamic, "logits": dynamic})
    model = onnx.load(str(file))
    onnx.helper.set_model_props(
        model, {"description": DESCRIPTION, "licence": LICENCE, "seed": str(seed), "classes": ",".join(CLASS_NAMES)})
    model.doc_string = DESCRIPTION
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(file))


def write_manifest(file: pathlib.Path, normalisation: Normalisation, weights: np.ndarray) -> None:
    """Writes model.json."""
    manifest = {
        "task": "segmentation",
        "description": DESCRIPTION,
        "licence": LICENCE,
        "input": "image",
        "input_size": "dynamic",
        "stride": STRIDE,
        "max_side": LARGEST_SIDE,
        "layout": "NCHW",
        "colour_order": "RGB",
        "mean": normalisation.mean,
        "std": normalisation.std,
        "output": "logits",
        "output_kind": "logits",
        "class_names": CLASS_NAMES,
        "palette": ["#%02x%02x%02x" % colour for colour in PALETTE],
        "class_weights": weights.tolist(),
    }
    members = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in manifest.items())
    file.write_text("{\n" + members + "\n}\n")
