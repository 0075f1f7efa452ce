"""segmentation/class-weights."""
from . import draw
from .case import case, refused

OPERATION = "segmentation/class-weights"
METHODS = ({"method": "median_frequency"}, {"method": "inverse_frequency"},
           {"method": "effective_number", "beta": 0.99}, {"method": "effective_number", "beta": 0.9999}, {"method": "balanced"})
LABELS = [[[0, 0, 1], [0, 2, 2]], [[0, 0, 0], [0, 0, 1]], [[3, 3, 0], [0, 0, 0]]]
COUNTS = [900, 90, 10]
PER_IMAGE = [[50, 10, 0, 4], [64, 0, 0, 0], [30, 20, 14, 0]]


def class_weights():
    inputs = {
        "labels": {"labels": LABELS, "classes": 4},
        "labels with an absent class": {"labels": LABELS, "classes": 6},
        "labels with ignored pixels": {"labels": [[[0, 0, 1, -100]], [[2, -100, 2, 0]]], "classes": 3},
        "counts": {"counts": COUNTS},
        "counts and present pixels": {"counts": [900, 90, 10, 0], "present_pixels": [1000, 500, 100, 0]},
        "counts of each image": {"counts": PER_IMAGE},
        "counts with an absent class": {"counts": [5, 0, 15, 20]},
        "large counts": {"counts": [3_000_000_000, 1_000_000, 7]},
    }
    for name, request in inputs.items():
        for options in METHODS:
            # scikit-learn's balanced weights are made from the labels themselves, which three billion forbid.
            if (name, options["method"]) != ("large counts", "balanced"):
                yield case(OPERATION, f"{name}, {', '.join(map(str, options.values()))}", {**request, **options})
    rng = draw.seeded(OPERATION)
    yield case(OPERATION, "medium: labels [2,8,8] of 12 classes",
               {"labels": draw.indices(rng, (2, 8, 8), 12).tolist(), "classes": 12, "method": "median_frequency"})
    yield refused("refused: a label beyond the classes", {"labels": [[0, 4]], "classes": 4})
    yield refused("refused: neither labels nor counts", {"method": "balanced"})
    yield refused("refused: a negative count", {"counts": [3, -1]})
