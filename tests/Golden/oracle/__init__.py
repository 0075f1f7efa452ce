"""One oracle an operation: `answer(operation, request)` gives the response that a whole /v1 request must have.

Floating operands are rounded to the request's dtype and everything after that is FP64, so that the answer is the
reference for FP32 as well. The golden cases and the random differential run both ask here.
"""
import os

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # two spinning threads make backward many times slower
os.environ["ATEN_CPU_CAPABILITY"] = "default"  # the same last digit on every CPU

import torch

from . import (
    activations, elementwise, kmeans, logistic, losses, lovasz, metrics, overlap, policy, segmentation, selection, similarity)

torch.set_num_threads(1)

ORACLES = {
    "losses/cross-entropy": losses.cross_entropy,
    "losses/nll": losses.nll,
    "losses/binary-cross-entropy": elementwise.binary_cross_entropy,
    "losses/focal": losses.focal,
    "losses/dice": overlap.dice,
    "losses/jaccard": overlap.jaccard,
    "losses/tversky": overlap.tversky,
    "losses/lovasz-softmax": lovasz.lovasz_softmax,
    "losses/kl-divergence": elementwise.kl_divergence,
    "activations/softmax": activations.softmax,
    "activations/log-softmax": activations.log_softmax,
    "activations/softmax-jacobian": activations.softmax_jacobian,
    "policy/probabilities": policy.probabilities,
    "policy/log-gradient": policy.log_gradient,
    "policy/returns": policy.returns,
    "policy/reinforce": policy.reinforce,
    "policy/ppo": policy.ppo,
    "policy/sample": policy.sample,
    "kmeans/init": kmeans.init,
    "kmeans/assign": kmeans.assign,
    "kmeans/loss": kmeans.loss,
    "kmeans/step": kmeans.step,
    "kmeans/fit": kmeans.fit,
    "kmeans/partial": kmeans.partial,
    "kmeans/combine": kmeans.combine,
    "similarity/cross-correlation": similarity.cross_correlation,
    "similarity/separable": similarity.separable,
    "similarity/siamese": similarity.siamese,
    "logistic/predict": logistic.predict,
    "logistic/loss": logistic.loss,
    "logistic/fit": logistic.fit,
    "logistic/partial": logistic.partial,
    "logistic/boundary": logistic.boundary,
    "selection/select": selection.select,
    "selection/reinforce": selection.reinforce,
    "segmentation/class-weights": segmentation.class_weights,
    "segmentation/metrics": metrics.metrics,
}


def answer(operation, request):
    """The response to `request` (tensors in any form of API section 2, or arrays), by member name."""
    return ORACLES[operation](request)
