"""Laws of the weights that document B's snippets draw for linear layers (B16 to B35)."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from initbench.checks._draws import SEEDS, SHAPES, filled, furthest, implied_width
from initbench.checks._registry import Measurement, check
from initbench.datasets._source import Points
from initbench.seeds import numpy_stream

SHARE_1_PERCENT = 0.01
PASSING_P = (0.01, 1.0)  # p-values of the Kolmogorov-Smirnov test that show no difference
ROUNDING = 1e-12
SIZES = ", ".join(f"{inputs} to {outputs}" for inputs, outputs in SHAPES)
POOLED = f"{len(SEEDS)} draws of layers from {SIZES} units"


@dataclass(frozen=True)
class Scheme:
    """A scheme of the document: its call in torch, and the width that its formula states.

    `width` maps inputs and outputs to the standard deviation of a normal law or to the half-width
    of a uniform one.
    """

    function: str
    width: Callable[[int, int], float]
    arguments: Mapping[str, float] = field(default_factory=dict)

    def draw(self, inputs: int, outputs: int, seed: int) -> Points:
        """Return the weight (outputs, inputs) of the call in torch, in single precision."""
        return filled(self.function, (outputs, inputs), seed, "float32", arguments=self.arguments)


SCHEMES = {
    "small": Scheme("normal_", lambda inputs, outputs: 0.01, {"mean": 0.0, "std": 0.01}),
    "xavier_normal": Scheme(
        "xavier_normal_", lambda inputs, outputs: math.sqrt(2 / (inputs + outputs))
    ),
    "xavier_uniform": Scheme(
        "xavier_uniform_", lambda inputs, outputs: math.sqrt(6 / (inputs + outputs))
    ),
    "he_normal": Scheme("kaiming_normal_", lambda inputs, outputs: math.sqrt(2 / inputs)),
    "he_uniform": Scheme("kaiming_uniform_", lambda inputs, outputs: math.sqrt(6 / inputs)),
}


def numpy_draw(scheme: Scheme, inputs: int, outputs: int, seed: int) -> Points:
    """Return the weight (inputs, outputs) of the NumPy snippet: Gaussian numbers times a width."""
    stream = numpy_stream(seed, "weight", f"numpy {scheme.function} {inputs}x{outputs}")
    weight: Points = stream.randn(inputs, outputs) * scheme.width(inputs, outputs)
    return weight


def _pooled(
    scheme: Scheme, draw: Callable[[int, int, int], Points], shape: tuple[int, int]
) -> Points:
    """Return all entries of the draws of one shape, in units of the formula's width."""
    entries = np.concatenate([draw(*shape, seed).ravel() for seed in SEEDS])
    pooled: Points = entries / scheme.width(*shape)
    return pooled


def _numpy_pool(scheme: Scheme, shape: tuple[int, int]) -> Points:
    return _pooled(scheme, lambda *where: numpy_draw(scheme, *where), shape)


def _torch_pool(scheme: Scheme, shape: tuple[int, int]) -> Points:
    return _pooled(scheme, scheme.draw, shape)


def p_measured(p: float, detail: str) -> Measurement:
    """Return the measurement of a p-value, which passes where it shows no difference."""
    low, high = PASSING_P
    return Measurement(p, (low + high) / 2, (high - low) / 2, detail)


@check("B16", "b16_ks_p", scheme="small")
@check("B23", "b23_ks_p", scheme="xavier_normal")
@check("B33", "b33_ks_p", scheme="he_normal")
def same_law(scheme: str) -> Measurement:
    """Return the p-value of a two-sample Kolmogorov-Smirnov test, NumPy against torch.

    The draws of all shapes are pooled in units of the formula's standard deviation.
    """
    from scipy.stats import kstest

    law = SCHEMES[scheme]
    samples = [
        np.concatenate([pool(law, shape) for shape in SHAPES])
        for pool in (_numpy_pool, _torch_pool)
    ]
    return p_measured(float(kstest(*samples).pvalue), f"{POOLED}, NumPy against PyTorch")


@check("B16", "b16_std_ratio", scheme="small")
@check("B23", "b23_std_ratio", scheme="xavier_normal")
@check("B33", "b33_std_ratio", scheme="he_normal")
def std_ratio(scheme: str) -> Measurement:
    """Return the ratio of torch's sample standard deviation to NumPy's, the worst over shapes."""
    law = SCHEMES[scheme]
    ratios = (_torch_pool(law, shape).std() / _numpy_pool(law, shape).std() for shape in SHAPES)
    return Measurement(furthest(ratios, 1), 1, SHARE_1_PERCENT, f"{POOLED}, the worst shape")


@check("B16", "b16_mean_gap", scheme="small")
@check("B23", "b23_mean_gap", scheme="xavier_normal")
@check("B33", "b33_mean_gap", scheme="he_normal")
def mean_gap(scheme: str) -> Measurement:
    """Return the difference of the sample means in standard deviations, the worst over shapes."""
    law = SCHEMES[scheme]
    gaps = (_torch_pool(law, shape).mean() - _numpy_pool(law, shape).mean() for shape in SHAPES)
    return Measurement(furthest(gaps, 0), math.nan, math.nan, f"{POOLED}, the worst shape")


@check("B16", "b16_transposed", scheme="small")
@check("B23", "b23_transposed", scheme="xavier_normal")
@check("B33", "b33_transposed", scheme="he_normal")
def transposed(scheme: str) -> Measurement:
    """Return 1 if torch's weight has the shape of NumPy's, transposed, for every shape."""
    from torch import nn

    shapes = {
        numpy_draw(SCHEMES[scheme], *shape, SEEDS[0]).T.shape
        == nn.Linear(*shape, device="meta").weight.shape
        for shape in SHAPES
    }
    return Measurement(shapes == {True}, 1, 0, f"layers from {SIZES} units")


@check("B24", "b24_formula", scheme="xavier_normal")
@check("B25", "b25_formula", scheme="xavier_uniform")
@check("B34", "b34_formula", scheme="he_normal")
@check("B35", "b35_formula", scheme="he_uniform")
def formula(scheme: str) -> Measurement:
    """Return the largest relative deviation of torch's width from the document's formula."""
    law = SCHEMES[scheme]
    ratios = (
        implied_width(law.function, (outputs, inputs)) / law.width(inputs, outputs)
        for inputs, outputs in SHAPES
    )
    return Measurement(abs(furthest(ratios, 1) - 1), 0, ROUNDING, f"layers from {SIZES} units")


@check("B24", "b24_std", scheme="xavier_normal", width_in_std=1.0)
@check("B25", "b25_std", scheme="xavier_uniform", width_in_std=math.sqrt(3))
@check("B34", "b34_std", scheme="he_normal", width_in_std=1.0)
@check("B35", "b35_std", scheme="he_uniform", width_in_std=math.sqrt(3))
def sample_std(scheme: str, width_in_std: float) -> Measurement:
    """Return the sample standard deviation over the formula's, the worst over shapes.

    A uniform law has the standard deviation half-width / sqrt(3).
    """
    ratios = (_torch_pool(SCHEMES[scheme], shape).std() * width_in_std for shape in SHAPES)
    return Measurement(furthest(ratios, 1), 1, SHARE_1_PERCENT, f"{POOLED}, the worst shape")


@check("B25", "b25_beyond", scheme="xavier_uniform")
@check("B35", "b35_beyond", scheme="he_uniform")
def beyond(scheme: str) -> Measurement:
    """Return by what share of the half-width the largest weight exceeds it (0: none does).

    In float64, since single precision may round a bound outwards.
    """
    law = SCHEMES[scheme]
    largest = max(
        np.abs(filled(law.function, (outputs, inputs), seed)).max() / law.width(inputs, outputs)
        for inputs, outputs in SHAPES
        for seed in SEEDS
    )
    return Measurement(max(0.0, largest - 1), 0, ROUNDING, f"{POOLED}; largest: {largest:.6f}")


@check("B33", "b33_wrong_fan")
def wrong_fan() -> Measurement:
    """Return torch's He width on a (784, 128) array of inputs x outputs over the right one.

    torch reads the second axis as the inputs, so it takes the 128 outputs for them.
    """
    ratio = implied_width("kaiming_normal_", (784, 128)) / SCHEMES["he_normal"].width(784, 128)
    return Measurement(ratio, math.nan, math.nan, "an array of 784 inputs x 128 outputs")
