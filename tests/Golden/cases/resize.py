"""Resized pictures and maps of scores: PyTorch's bilinear interpolation and Pillow's, which is antialiased."""
import numpy as np
import PIL.Image
import torch

PICTURES = [  # height, width, and the sizes they are brought to
    ((5, 7), [(5, 7), (11, 9), (3, 4), (10, 14), (1, 1), (5, 3)]),
    ((1, 6), [(4, 6), (2, 13)]),
    ((40, 30), [(7, 9), (13, 64)]),
]
SCORES = [((3, 4, 5), [(9, 11), (4, 5), (2, 3), (16, 20)]), ((2, 1, 1), [(3, 2)])]


def document():
    random = np.random.default_rng(4)
    return {
        "oracle": f"PyTorch {torch.__version__.split('a')[0]} FP32, CPU; Pillow {PIL.__version__}",
        "pictures": [_picture(random, size, sizes) for size, sizes in PICTURES],
        "scores": [_scores(random, shape, sizes) for shape, sizes in SCORES],
    }


def _picture(random, size, sizes):
    pixels = random.integers(0, 256, (*size, 3), dtype=np.uint8)
    return {
        "shape": list(pixels.shape),
        "pixels": pixels.ravel().tolist(),
        "luminance": np.asarray(PIL.Image.fromarray(pixels).convert("L")).ravel().tolist(),
        "resized": [{"size": list(to), "bilinear": _bilinear(pixels.transpose(2, 0, 1), to), "antialiased": _antialiased(pixels, to)} for to in sizes],
    }


def _scores(random, shape, sizes):
    scores = random.normal(0, 3, shape).astype(np.float32)
    return {
        "shape": list(shape),
        "values": _numbers(scores),
        "resized": [{"size": list(to), "bilinear": _bilinear(scores, to)} for to in sizes],
    }


def _bilinear(planes, to):
    """[channels, height, width]."""
    source = torch.from_numpy(planes.astype(np.float32))[None]
    return _numbers(torch.nn.functional.interpolate(source, size=to, mode="bilinear", align_corners=False).numpy())


def _antialiased(pixels, to):
    """[height, width, channels]."""
    resized = PIL.Image.fromarray(pixels).resize((to[1], to[0]), PIL.Image.BILINEAR)
    return np.asarray(resized).ravel().tolist()


def _numbers(values):
    return [float(f"{value:.9g}") for value in values.ravel()]
