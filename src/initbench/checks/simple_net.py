"""Document B's SimpleNet under its five schemes, and what its figure shows (B61, B63)."""

import math
from typing import TYPE_CHECKING, cast

import numpy as np

from initbench.checks._registry import Measurement, check
from initbench.datasets import FIRST_SEED
from initbench.datasets._source import Points
from initbench.inits._method import Parameters

if TYPE_CHECKING:
    from torch import Tensor

    from initbench.architectures._feedforward import Feedforward
    from initbench.architectures.simple_net import SimpleNet

SAMPLES, INPUTS = 1000, 100
SIMPLE_NET = {"family": "simple_net"}  # 100-100-100-10
# The document fills weights only, so that the biases stay as PyTorch draws them.
SCHEMES: dict[str, tuple[str, Parameters]] = {
    "default": ("default", {}),
    "xavier": ("xavier_normal", {"bias": "default"}),
    "he": ("he_normal", {"bias": "default"}),
    "small_random": ("normal", {"std": 0.01, "bias": "default"}),
    "large_random": ("normal", {"std": 1.0, "bias": "default"}),
}
RECORDED = [(SAMPLES, 100), (SAMPLES, 100), (SAMPLES, 10)]
PANELS = (0, 2)  # positions of the recorded layers that the document's figure shows


def built(scheme: str, architecture: Parameters = SIMPLE_NET) -> "Feedforward":
    """Return the architecture filled by one of the document's five schemes."""
    from initbench.architectures import build
    from initbench.inits import initialize

    net = build(architecture)
    method, parameters = SCHEMES[scheme]
    initialize(net, method, parameters, FIRST_SEED)
    return net


def inputs() -> "Tensor":
    """Return the Gaussian inputs (1000, 100) of the document's figure, from a keyed stream."""
    import torch

    from initbench.seeds import torch_stream

    return torch.randn(SAMPLES, INPUTS, generator=torch_stream(FIRST_SEED, "data"))


def _recorded(scheme: str) -> list[Points]:
    from initbench.architectures.simple_net import activations

    return activations(cast("SimpleNet", built(scheme)), inputs())


def _logits(scheme: str) -> Points:
    import torch

    with torch.no_grad():
        logits: Points = built(scheme)(inputs()).numpy()
    return logits


@check("B61", "b61_schemes")
def schemes() -> Measurement:
    """Return with how many schemes the net gives outputs and three recorded layers as announced."""
    running = [
        scheme
        for scheme in SCHEMES
        if [layer.shape for layer in _recorded(scheme)] == RECORDED
        and _logits(scheme).shape == RECORDED[-1]
        and all(np.isfinite(layer).all() for layer in _recorded(scheme))
    ]
    detail = f"1000 inputs of 100 numbers; runs with {', '.join(running) or 'none'}"
    return Measurement(len(running), len(SCHEMES), 0, detail)


@check("B61", "b61_parameter_count")
def parameter_count() -> Measurement:
    """Return the number of parameters of 100-100-100-10 with biases."""
    count = sum(p.numel() for p in built("default").parameters())
    return Measurement(count, 21_210, 0, "weights and biases of fc1, fc2 and fc3")


@check("B63", "b63_first")
def first_panel() -> Measurement:
    """Return the largest difference of the first panel from what fc1 gives on the inputs."""
    import torch

    net = built("default")
    with torch.no_grad():
        by_hand = torch.nn.functional.linear(
            inputs(), net.get_parameter("fc1.weight"), net.get_parameter("fc1.bias")
        )
    gap = np.abs(_recorded("default")[PANELS[0]] - by_hand.numpy()).max()
    return Measurement(float(gap), 0, 1e-6, "panel of position 0 against fc1 before its ReLU")


@check("B63", "b63_last")
def last_panel() -> Measurement:
    """Return the largest difference of the second panel from the outputs of the net."""
    gap = np.abs(_recorded("default")[PANELS[1]] - _logits("default")).max()
    return Measurement(float(gap), 0, 1e-6, "panel of position 2 against the outputs")


@check("B63", "b63_layers_not_shown")
def layers_not_shown() -> Measurement:
    """Return how many of the recorded layers the document's figure leaves out."""
    left_out = len(_recorded("default")) - len(PANELS)
    return Measurement(left_out, math.nan, math.nan, "positions 0 and 2 of the recorded layers")
