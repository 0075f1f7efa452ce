#!/usr/bin/env python3
"""Writes the golden cases: <family>/<operation>.json beside this file, the same bytes at every run; and resize.json.

    generate.py --check    writes nothing; exits 1 unless the files hold the same cases, their numbers but for rounding: the last digits of
                           a sum depend on the BLAS that PyTorch, NumPy and scikit-learn find on the machine

Needs Debian's python3-torch, python3-sklearn, python3-numpy and python3-pil. Each file of an operation holds whole /v1 requests with the whole
responses that PyTorch (or scikit-learn) gives in FP64, so that `dotnet test` needs no Python. A case's members:

    name, request, response       the response lists what must be there; `absent` what must not
    tolerance                     for dtype FP64; FP32 has the bounds of peers/bounds.py
    dtypes                        where FP32 cannot hold the inputs exactly: ["FP64"]
    warnings                      true: the answer must warn; false: it must not; left out: it may
    status                        left out: 200
"""
import json
import math
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
ROUNDING = 1e-11
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
    documents = {here / f"{operation}.json": _cases(operation, *sources) for operation, sources in FILES.items()}
    documents[here / "resize.json"] = json.dumps(cases.resize.document(), separators=(",", ":")) + "\n"
    if sys.argv[1:] == ["--check"]:
        differences = [f"{path.relative_to(here)}{difference}" for path, text in documents.items() for difference in _differences(path, text)]
        print("\n".join(differences) or f"{len(documents)} files hold what the oracles say")
        sys.exit(1 if differences else 0)
    for path, text in documents.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(here)}: {path.stat().st_size} bytes")


def _cases(operation, made_by, sources):
    made = [case for source in sources for case in source()]
    names = [case["name"] for case in made]
    assert len(set(names)) == len(names), f"{operation}: two cases of one name"
    return _document(operation, made_by, made)


def _differences(path, text):
    """Where the committed file differs from what the oracles say now, by more than rounding."""
    if not path.exists():
        return [": is missing"]
    return _compare(json.loads(path.read_text(encoding="utf-8")), json.loads(text), "")


def _compare(committed, made, at):
    if isinstance(committed, dict) and isinstance(made, dict) and committed.keys() == made.keys():
        return [difference for key in made for difference in _compare(committed[key], made[key], f"{at}.{key}")]
    if isinstance(committed, list) and isinstance(made, list) and len(committed) == len(made):
        return [difference for i, pair in enumerate(zip(committed, made)) for difference in _compare(*pair, f"{at}[{i}]")]
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (committed, made))
    same = math.isclose(committed, made, rel_tol=ROUNDING, abs_tol=ROUNDING) if numbers else committed == made
    return [] if same else [f"{at}: {str(committed)[:80]} is committed, the oracle says {str(made)[:80]}"]


def _document(operation, made_by, made):
    """One case a line: a change of one is one line of a diff."""
    lines = ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in made)
    return f'{{"operation":{json.dumps(operation)},"oracle":{json.dumps(made_by)},"cases":[\n{lines}\n]}}\n'


if __name__ == "__main__":
    main()
