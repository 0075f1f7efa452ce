#!/usr/bin/env python3
"""Writes the golden cases: <family>/<operation>.json beside this file, the same bytes at every run; and resize.json.

Needs Debian's python3-torch, python3-sklearn, python3-numpy and python3-pil. Each file of an operation holds whole /v1 requests with the whole
responses that PyTorch (or scikit-learn) gives in FP64, so that `dotnet test` needs no Python. A case's members:

    name, request, response       the response lists what must be there; `absent` what must not
    tolerance                     for dtype FP64; FP32 has the bounds of peers/bounds.py
    dtypes                        where FP32 cannot hold the inputs exactly: ["FP64"]
    warnings                      true: the answer must warn; false: it must not; left out: it may
    status                        left out: 200
"""
import json
import pathlib
import sys

sys.dont_write_bytecode = True

import oracle  # first: it settles how PyTorch computes
import numpy
import sklearn
import torch

import cases.activations
import cases.cross_entropy_edges
import cases.cross_entropy_grid
import cases.elementwise
import cases.focal
import cases.lovasz
import cases.kmeans
import cases.logistic
import cases.metrics
import cases.nll
import cases.overlap
import cases.policy
import cases.resize
import cases.segmentation
import cases.selection
import cases.similarity

PYTORCH = f"PyTorch {torch.__version__.split('a')[0]} FP64, CPU"
DEFINITION = f"NumPy {numpy.__version__} FP64, by the definition"
FILES = {
    "losses/cross-entropy": (PYTORCH, [cases.cross_entropy_edges.cases, cases.cross_entropy_grid.cases]),
    "losses/nll": (PYTORCH, [cases.nll.cases]),
    "losses/binary-cross-entropy": (PYTORCH, [cases.elementwise.binary_cross_entropy]),
    "losses/focal": (PYTORCH, [cases.focal.cases]),
    "losses/dice": (PYTORCH, [cases.overlap.dice]),
    "losses/jaccard": (PYTORCH, [cases.overlap.jaccard]),
    "losses/tversky": (PYTORCH, [cases.overlap.tversky]),
    "losses/lovasz-softmax": (PYTORCH, [cases.lovasz.cases]),
    "losses/kl-divergence": (PYTORCH, [cases.elementwise.kl_divergence]),
    "activations/softmax": (PYTORCH, [cases.activations.softmax]),
    "activations/log-softmax": (PYTORCH, [cases.activations.log_softmax]),
    "activations/softmax-jacobian": (PYTORCH, [cases.activations.softmax_jacobian]),
    "policy/probabilities": (PYTORCH, [cases.policy.probabilities]),
    "policy/log-gradient": (PYTORCH, [cases.policy.log_gradient]),
    "policy/returns": (DEFINITION, [cases.policy.returns]),
    "policy/reinforce": (PYTORCH, [cases.policy.reinforce]),
    "policy/ppo": (PYTORCH, [cases.policy.ppo]),
    "policy/sample": (PYTORCH + "; Philox4x32-10 by its definition", [cases.policy.sample]),
    "kmeans/init": (DEFINITION, [cases.kmeans.init]),
    "kmeans/assign": (DEFINITION, [cases.kmeans.assign]),
    "kmeans/loss": (PYTORCH, [cases.kmeans.loss]),
    "kmeans/step": (DEFINITION, [cases.kmeans.step]),
    "kmeans/fit": (f"scikit-learn {sklearn.__version__} FP64", [cases.kmeans.fit]),
    "kmeans/partial": (DEFINITION, [cases.kmeans.partial]),
    "kmeans/combine": (DEFINITION, [cases.kmeans.combine]),
    "similarity/cross-correlation": (PYTORCH, [cases.similarity.cross_correlation]),
    "similarity/separable": (PYTORCH, [cases.similarity.separable]),
    "similarity/siamese": (PYTORCH, [cases.similarity.siamese]),
    "logistic/predict": (PYTORCH, [cases.logistic.predict]),
    "logistic/loss": (PYTORCH, [cases.logistic.loss]),
    "logistic/fit": (PYTORCH, [cases.logistic.fit]),
    "logistic/partial": (PYTORCH, [cases.logistic.partial]),
    "logistic/boundary": (PYTORCH, [cases.logistic.boundary]),
    "selection/select": (PYTORCH, [cases.selection.select]),
    "selection/reinforce": (PYTORCH, [cases.selection.reinforce]),
    "segmentation/class-weights": (
        f"NumPy {numpy.__version__} FP64; balanced: scikit-learn {sklearn.__version__}", [cases.segmentation.class_weights]),
    "segmentation/metrics": (f"scikit-learn {sklearn.__version__}", [cases.metrics.metrics]),
}


def main():
    assert FILES.keys() == oracle.ORACLES.keys(), "an oracle without golden cases, or the other way about"
    here = pathlib.Path(__file__).parent
    for operation, (made_by, sources) in FILES.items():
        made = [case for source in sources for case in source()]
        names = [case["name"] for case in made]
        assert len(set(names)) == len(names), f"{operation}: two cases of one name"
        path = here / f"{operation}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(_document(operation, made_by, made), encoding="utf-8")
        print(f"{operation}: {len(made)} cases, {path.stat().st_size} bytes")
    (here / "resize.json").write_text(json.dumps(cases.resize.document(), separators=(",", ":")) + "\n", encoding="utf-8")


def _document(operation, made_by, made):
    """One case a line: a change of one is one line of a diff."""
    lines = ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in made)
    return f'{{"operation":{json.dumps(operation)},"oracle":{json.dumps(made_by)},"cases":[\n{lines}\n]}}\n'


if __name__ == "__main__":
    main()
