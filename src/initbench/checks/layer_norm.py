"""Layer normalization in document B: what it does to a signal, and its net (B67, B70)."""

import math
from typing import TYPE_CHECKING

from initbench.checks._draws import furthest
from initbench.checks._registry import Measurement, check
from initbench.checks.simple_net import INPUTS, SCHEMES, built, inputs
from initbench.datasets import FIRST_SEED

if TYPE_CHECKING:
    from torch import Tensor

SAMPLES, FEATURES = 1000, 100
SCALES = (1.0, 1e-1, 1e-2, 1e-3, 1e-4)
TOLERANCE = 0.01
GAMMA, BETA = 2.0, 1.0  # values that training may give to the affine part
NET = {"family": "net_with_layer_norm", "inputs": INPUTS, "width": 100}
BED = f"{SAMPLES} Gaussian samples of {FEATURES} features"


def _normalised(scale: float, gamma: float = 1.0, beta: float = 0.0) -> "Tensor":
    """Return what `nn.LayerNorm` makes of Gaussian samples (1000, 100) of this size, float64."""
    import torch
    from torch import nn

    from initbench.seeds import torch_stream

    stream = torch_stream(FIRST_SEED, "data", "layer norm")
    x = scale * torch.randn(SAMPLES, FEATURES, dtype=torch.float64, generator=stream)
    norm = nn.LayerNorm(FEATURES, dtype=torch.float64)
    nn.init.constant_(norm.weight, gamma)
    nn.init.constant_(norm.bias, beta)
    with torch.no_grad():
        output: Tensor = norm(x)
    return output


def _mean(output: "Tensor") -> float:
    """Return the mean over features of the sample whose mean is furthest from 0."""
    return furthest(output.mean(dim=1).tolist(), 0)


def _std(output: "Tensor") -> float:
    """Return the standard deviation over features of the sample where it is furthest from 1."""
    return furthest(output.std(dim=1, correction=0).tolist(), 1)


@check("B67", "b67_mean")
def mean_of_samples() -> Measurement:
    """Return the mean over features furthest from 0, for inputs of all sizes."""
    worst = furthest((_mean(_normalised(scale)) for scale in SCALES), 0)
    return Measurement(worst, 0, TOLERANCE, f"{BED} of sizes 1 to 1e-4, before the affine part")


@check("B67", "b67_std_1", scale=1.0)
@check("B67", "b67_std_0_1", scale=1e-1)
@check("B67", "b67_std_0_01", scale=1e-2)
@check("B67", "b67_std_0_001", scale=1e-3)
@check("B67", "b67_std_0_0001", scale=1e-4)
def std_of_samples(scale: float) -> Measurement:
    """Return the standard deviation over features furthest from 1, for inputs of one size."""
    worst = _std(_normalised(scale))
    detail = f"{BED} of size {scale:g}, before the affine part; eps adds 1e-5 to the variance"
    return Measurement(worst, 1, TOLERANCE, detail)


@check("B67", "b67_relu_mean")
def mean_after_relu() -> Measurement:
    """Return the mean over features furthest from 0 after the ReLU, for inputs of size 1."""
    return Measurement(_mean(_normalised(1.0).relu()), 0, TOLERANCE, f"{BED}, after ReLU")


@check("B67", "b67_relu_std")
def std_after_relu() -> Measurement:
    """Return the standard deviation furthest from 1 after the ReLU, for inputs of size 1."""
    return Measurement(_std(_normalised(1.0).relu()), 1, TOLERANCE, f"{BED}, after ReLU")


@check("B67", "b67_affine_mean")
def mean_after_affine() -> Measurement:
    """Return the mean furthest from 0 when the affine part is no longer the identity."""
    detail = f"{BED}, affine part with gamma {GAMMA:g} and beta {BETA:g}"
    return Measurement(_mean(_normalised(1.0, GAMMA, BETA)), 0, TOLERANCE, detail)


@check("B67", "b67_affine_std")
def std_after_affine() -> Measurement:
    """Return the standard deviation furthest from 1 under that affine part."""
    detail = f"{BED}, affine part with gamma {GAMMA:g} and beta {BETA:g}"
    return Measurement(_std(_normalised(1.0, GAMMA, BETA)), 1, TOLERANCE, detail)


def _by_hand(scheme: str, *, norm_first: bool) -> "Tensor":
    """Return the outputs (1000, 10) of fc-LN-ReLU twice and fc3, or with LN after the ReLU."""
    from torch.nn.functional import layer_norm, linear, relu

    parameters = dict(built(scheme, NET).named_parameters())
    x = inputs()
    for layer, norm in (("fc1", "ln1"), ("fc2", "ln2")):
        x = linear(x, parameters[f"{layer}.weight"], parameters[f"{layer}.bias"])
        affine = parameters[f"{norm}.weight"], parameters[f"{norm}.bias"]
        x = x if norm_first else relu(x)
        x = layer_norm(x, (x.shape[1],), *affine)
        x = relu(x) if norm_first else x
    return linear(x, parameters["fc3.weight"], parameters["fc3.bias"])


def _distance(scheme: str, *, norm_first: bool) -> float:
    import torch

    with torch.no_grad():
        output = built(scheme, NET)(inputs())
        return float((output - _by_hand(scheme, norm_first=norm_first)).abs().max())


@check("B70", "b70_forward")
def forward() -> Measurement:
    """Return the largest difference from a forward pass by hand, LayerNorm before each ReLU."""
    worst = max(_distance(scheme, norm_first=True) for scheme in ("default", "xavier", "he"))
    return Measurement(worst, 0, 1e-5, "fc-LN-ReLU twice, then fc3, on 1000 inputs")


@check("B70", "b70_other_order")
def other_order() -> Measurement:
    """Return the same difference from a pass with LayerNorm after each ReLU."""
    gap = _distance("default", norm_first=False)
    return Measurement(gap, math.nan, math.nan, "fc-ReLU-LN twice, then fc3, on 1000 inputs")


@check("B70", "b70_schemes")
def schemes() -> Measurement:
    """Return with how many of the five schemes the net runs and its LayerNorms start at (1, 0)."""
    import torch

    running = []
    for scheme in SCHEMES:
        net = built(scheme, NET)
        gammas, betas = (
            torch.stack([net.get_parameter(f"{norm}.{kind}") for norm in ("ln1", "ln2")])
            for kind in ("weight", "bias")
        )
        with torch.no_grad():
            finite = bool(net(inputs()).isfinite().all())
        if finite and (gammas == 1).all() and (betas == 0).all():
            running.append(scheme)
    return Measurement(len(running), len(SCHEMES), 0, f"runs with {', '.join(running) or 'none'}")
