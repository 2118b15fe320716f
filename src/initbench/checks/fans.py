"""Fans: what counts as inputs and outputs of linear and conv layers (B26, B30, B47 to B49)."""

import math
from collections.abc import Iterator

import numpy as np

from initbench.checks._draws import SHAPES, filled, furthest, implied_width
from initbench.checks._registry import Measurement, check
from initbench.datasets import FIRST_SEED

KERNELS = (1, 3, 5)
CHANNELS = ((16, 64), (64, 16), (32, 32))  # (in, out)
KERNEL_SEEDS = range(FIRST_SEED, FIRST_SEED + 40)  # a 1x1 kernel has few entries
FAMILIES = f"kernels of {', '.join(f'{k}x{k}' for k in KERNELS)} and three pairs of channels"
FUNCTIONS = {"xavier": "xavier_normal_", "he": "kaiming_normal_"}
ROUNDING = 1e-12


def torch_fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan_in, fan_out) that torch reads off a weight of this shape."""
    import torch

    return torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape, device="meta"))


@check("B26", "b26_fan_in", side=0)
@check("B26", "b26_fan_out", side=1)
def linear_fans(side: int) -> Measurement:
    """Return the largest difference of torch's fan from the units of a linear layer."""
    from torch import nn

    gaps = [
        abs(torch_fans(tuple(nn.Linear(*units, device="meta").weight.shape))[side] - units[side])
        for units in SHAPES
    ]
    detail = "nn.Linear of " + ", ".join(f"{inputs} to {outputs}" for inputs, outputs in SHAPES)
    return Measurement(max(gaps), 0, 0, f"{detail}; its weight is stored as (outputs, inputs)")


@check("B30", "b30_twice_the_inputs", inputs=200, outputs=100)
@check("B30", "b30_twice_the_outputs", inputs=100, outputs=200)
def xavier_follows(inputs: int, outputs: int) -> Measurement:
    """Return by what factor torch's Xavier width changes when one fan of 100 is doubled."""
    ratio = implied_width("xavier_normal_", (outputs, inputs)) / implied_width(
        "xavier_normal_", (100, 100)
    )
    detail = f"a layer of {inputs} to {outputs} units against one of 100 to 100"
    return Measurement(ratio, math.sqrt(200 / 300), ROUNDING, detail)


@check("B30", "b30_forward_factor", side=0)
@check("B30", "b30_backward_factor", side=1)
def passed_on(side: int) -> Measurement:
    """Return fan times Xavier's variance for 784 to 128 units: 1 would keep the signal's size."""
    factor = (784, 128)[side] * implied_width("xavier_normal_", (128, 784)) ** 2
    return Measurement(factor, math.nan, math.nan, "a layer of 784 to 128 units")


def kernels() -> Iterator[tuple[int, int, int]]:
    """Yield (channels in, channels out, kernel size) of every case."""
    for kernel in KERNELS:
        for channels in CHANNELS:
            yield (*channels, kernel)


def conv_std(scheme: str, inputs: int, outputs: int, kernel: int) -> float:
    """Return the document's formula for convolutions (document B, section 2.4.3)."""
    area = kernel**2
    fan = {"xavier": inputs * area + outputs * area, "he": inputs * area}[scheme]
    return math.sqrt(2 / fan)


@check("B47", "b47_fans")
def conv_fans() -> Measurement:
    """Return the largest difference of torch's fans from channels times kernel area."""
    from torch import nn

    gaps = []
    for inputs, outputs, kernel in kernels():
        weight = nn.Conv2d(inputs, outputs, kernel, device="meta").weight
        fans = torch_fans(tuple(weight.shape))
        gaps += [abs(fans[0] - inputs * kernel**2), abs(fans[1] - outputs * kernel**2)]
    return Measurement(max(gaps), 0, 0, FAMILIES)


@check("B47", "b47_formula", scheme="xavier")
@check("B48", "b48_formula", scheme="he")
def conv_formula(scheme: str) -> Measurement:
    """Return the largest relative deviation of torch's width from the document's formula."""
    ratios = (
        implied_width(FUNCTIONS[scheme], (outputs, inputs, kernel, kernel))
        / conv_std(scheme, inputs, outputs, kernel)
        for inputs, outputs, kernel in kernels()
    )
    return Measurement(abs(furthest(ratios, 1) - 1), 0, ROUNDING, FAMILIES)


@check("B49", "b49_xavier_std", scheme="xavier")
@check("B49", "b49_he_std", scheme="he")
def conv_sample_std(scheme: str) -> Measurement:
    """Return the sample standard deviation of `Conv2d.weight` over the formula's, worst case."""
    from torch import nn

    ratios = []
    for case in kernels():
        shape = tuple(nn.Conv2d(*case, device="meta").weight.shape)
        draws = [filled(FUNCTIONS[scheme], shape, seed, "float32") for seed in KERNEL_SEEDS]
        ratios.append(float(np.std(draws, dtype=np.float64)) / conv_std(scheme, *case))
    return Measurement(furthest(ratios, 1), 1, 0.02, f"{FAMILIES}, {len(KERNEL_SEEDS)} draws each")


@check("B47", "b47_grouped_fan_out")
def grouped_fan_out() -> Measurement:
    """Return torch's fan_out of a grouped convolution, 8 to 16 channels in 4 groups of 3x3."""
    from torch import nn

    weight = nn.Conv2d(8, 16, 3, groups=4, device="meta").weight
    detail = "8 to 16 channels, 4 groups, 3x3: the fan ignores that a group sees 4 outputs only"
    return Measurement(torch_fans(tuple(weight.shape))[1], math.nan, math.nan, detail)


@check("B47", "b47_grouped_outputs_fed")
def grouped_outputs_fed() -> Measurement:
    """Return how many outputs one inner pixel feeds in that grouped convolution.

    With weights of one, the sum of all outputs counts each pixel once for every output it feeds.
    """
    import torch
    from torch.nn.functional import conv2d

    image = torch.zeros(1, 8, 5, 5, requires_grad=True)
    total = conv2d(image, torch.ones(16, 2, 3, 3), padding=1, groups=4).sum()
    (fed,) = torch.autograd.grad(total, image)
    return Measurement(float(fed[0, 0, 2, 2]), math.nan, math.nan, "counted at one inner pixel")


@check("B47", "b47_transposed_fan_in")
def transposed_fan_in() -> Measurement:
    """Return torch's fan_in of a transposed convolution, 8 to 16 channels of 3x3."""
    from torch import nn

    weight = nn.ConvTranspose2d(8, 16, 3, device="meta").weight
    detail = "8 to 16 channels of 3x3, so 72 inputs; the weight is stored as (in, out, k, k)"
    return Measurement(torch_fans(tuple(weight.shape))[0], math.nan, math.nan, detail)
