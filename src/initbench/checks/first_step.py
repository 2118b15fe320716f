"""Which tensors get a gradient at the first step when everything is zero (D35, D36)."""

import math
from collections.abc import Sequence
from pathlib import Path

from initbench.checks._registry import Measurement, check
from initbench.checks.mnist_demo import BATCH, images


def _with_gradient(mnist: Path, activation: str, hidden: Sequence[int]) -> set[str]:
    """Return the names of the six tensors of an all-zero net whose gradient is not all zero.

    The loss is the cross-entropy of the first 64 training images.
    """
    from torch.autograd import grad
    from torch.nn.functional import cross_entropy
    from torch.nn.init import zeros_

    from initbench.architectures import build

    net = build({"family": "mnist_net", "activation": activation, "hidden": list(hidden)})
    for parameter in net.parameters():
        zeros_(parameter)
    x, y = images(mnist, "train", BATCH)
    names, parameters = zip(*net.named_parameters(), strict=True)
    gradients = grad(cross_entropy(net(x), y), parameters)
    return {name for name, gradient in zip(names, gradients, strict=True) if gradient.any()}


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


@check("D35", "d35_relu_nonzero_gradients", reads_mnist=True, activation="relu")
@check("D35", "d35_tanh_nonzero_gradients", reads_mnist=True, activation="tanh")
@check("D35", "d35_sigmoid_nonzero_gradients", reads_mnist=True, activation="sigmoid")
def nonzero_gradients(mnist: Path, activation: str) -> Measurement:
    """Return how many of the six tensors get a gradient that is not zero."""
    names = _with_gradient(mnist, activation, (128, 64))
    return Measurement(len(names), 0, 0, f"tensors with a gradient: {_listed(names)}")


@check("D35", "d35_relu_out_bias_only", reads_mnist=True, activation="relu")
@check("D35", "d35_tanh_out_bias_only", reads_mnist=True, activation="tanh")
@check("D35", "d35_sigmoid_out_bias_only", reads_mnist=True, activation="sigmoid")
def out_bias_only(mnist: Path, activation: str) -> Measurement:
    """Return 1 if the bias of the last layer is the only tensor with a gradient, else 0."""
    names = _with_gradient(mnist, activation, (128, 64))
    return Measurement(names == {"out.bias"}, 1, 0, f"tensors with a gradient: {_listed(names)}")


@check("D36", "d36_symmetric_nonzero", reads_mnist=True, hidden=(64, 64))
@check("D36", "d36_asymmetric_nonzero", reads_mnist=True, hidden=(128, 64))
def by_symmetry(mnist: Path, hidden: tuple[int, int]) -> Measurement:
    """Return how many tensors get a gradient with equal or with unequal hidden widths (ReLU)."""
    names = _with_gradient(mnist, "relu", hidden)
    detail = f"hidden widths {hidden[0]} and {hidden[1]}; with a gradient: {_listed(names)}"
    return Measurement(len(names), math.nan, math.nan, detail)
