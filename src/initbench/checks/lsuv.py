"""LSUV, whose function document B leaves empty, written out and run (B42)."""

import math
from typing import TYPE_CHECKING, cast

import numpy as np

from initbench.checks._registry import Measurement, check
from initbench.checks.simple_net import SIMPLE_NET, inputs
from initbench.datasets import FIRST_SEED
from initbench.inits._method import Parameters

if TYPE_CHECKING:
    from initbench.architectures._feedforward import Feedforward
    from initbench.architectures.simple_net import SimpleNet

BED = "SimpleNet 100-100-100-10, 1000 Gaussian inputs"
RANDOM_BIAS = {"bias": "default"}  # one division is exact for zero biases


def _net(method: str, parameters: Parameters) -> "Feedforward":
    from initbench.architectures import build
    from initbench.inits import initialize

    net = build(SIMPLE_NET)
    initialize(net, method, parameters, FIRST_SEED, inputs())
    return net


def _changed(parameters: Parameters) -> int:
    """Return how many of the three weights LSUV made other than its orthogonal start."""
    weights = ("fc1.weight", "fc2.weight", "fc3.weight")
    start, end = _net("orthogonal", {}), _net("lsuv", parameters)
    return sum(bool((start.get_parameter(n) != end.get_parameter(n)).any()) for n in weights)


def _gap(parameters: Parameters) -> float:
    """Return the largest |variance - 1| of a layer's output before its activation."""
    from initbench.architectures.simple_net import activations

    layers = activations(cast("SimpleNet", _net("lsuv", parameters)), inputs())
    return max(abs(float(layer.var(dtype=np.float64)) - 1) for layer in layers)


@check("B42", "b42_changed_weights")
def changed_weights() -> Measurement:
    """Return how many of the three weights LSUV rescales."""
    return Measurement(_changed({}), 3, 0, f"{BED}; against the orthogonal start")


@check("B42", "b42_variance_gap")
def variance_gap() -> Measurement:
    """Return the largest |variance - 1| of a layer after LSUV, on the batch that it measured."""
    return Measurement(_gap(RANDOM_BIAS), 0, 0.05, f"{BED}, random biases")


@check("B42", "b42_changed_when_content")
def changed_when_content() -> Measurement:
    """Return how many weights LSUV rescales when its tolerance accepts any variance."""
    return Measurement(_changed({"tolerance": 1e9}), 0, 0, f"{BED}, tolerance 1e9")


@check("B42", "b42_gap_after_one_pass")
def gap_after_one_pass() -> Measurement:
    """Return the largest |variance - 1| if LSUV may divide once only: it stops where told."""
    gap = _gap({"max_iterations": 1, **RANDOM_BIAS})
    return Measurement(gap, math.nan, math.nan, f"{BED}, random biases, one iteration")


@check("B42", "b42_source_statements")
def source_statements() -> Measurement:
    """Return how many statements the document's `lsuv_init` has beside docstring and `pass`.

    Read from document B, section 2.4.2.6: comments only.
    """
    return Measurement(0, math.nan, math.nan, "comments describe the steps, the body is empty")
