"""What the papers behind Xavier and He assume of the activation, audited by hand (B22, B32)."""

import math
from collections.abc import Callable

import numpy as np

from initbench.checks._registry import Measurement, check

Function = Callable[[float], float]
STEP = 1e-7  # of the central difference
CLOSE = 1e-6


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def meets_assumptions(function: Function) -> bool:
    """Return whether `function` is odd around zero and has slope one there.

    Glorot and Bengio (2010), section 4.2.1, assume both for their variance argument.
    """
    slope = (function(STEP) - function(-STEP)) / (2 * STEP)
    odd = all(abs(function(z) + function(-z)) < CLOSE for z in np.linspace(0, 3, 13))
    return odd and abs(slope - 1) < CLOSE


@check("B22", "b22_tanh_meets_assumptions", name="tanh", function=math.tanh)
@check("B22", "b22_sigmoid_meets_assumptions", name="sigmoid", function=_sigmoid)
def assumptions(name: str, function: Function) -> Measurement:
    """Return 1 if the activation meets what Xavier's derivation assumes, else 0."""
    detail = (
        f"{name}: value {function(0.0):g} at zero; Glorot and Bengio (2010), section 4.2.1, take "
        "an activation that is symmetric around zero with slope one there"
    )
    return Measurement(meets_assumptions(function), 1, 0, detail)


@check("B22", "b22_tanh_tried", tried=True, name="tanh")
@check("B22", "b22_sigmoid_tried", tried=False, name="sigmoid")
def tried_in_paper(tried: bool, name: str) -> Measurement:
    """Return 1 if the paper's table of test errors has the activation with its new init, else 0.

    Glorot and Bengio (2010), table 1: tanh and softsign with and without it, sigmoid without.
    """
    detail = f"{name} with normalized initialization in table 1 of Glorot and Bengio (2010)"
    return Measurement(tried, 1, 0, detail)


@check("B32", "b32_half_second_moment")
def half_second_moment() -> Measurement:
    """Return E relu(z)^2 under N(0, 1), the half that He's factor of 2 makes up for."""
    from scipy.integrate import quad
    from scipy.stats import norm

    moment, _ = quad(lambda z: z * z * norm.pdf(z), 0, math.inf, epsabs=1e-13)
    return Measurement(moment, 0.5, 1e-10, "second moment after ReLU of a standard Gaussian")


@check("B32", "b32_derived_for_relu")
def derived_for_relu() -> Measurement:
    """Return 1: He et al. (2015) derive their init for rectifiers, in section 2.2."""
    detail = "He et al. (2015), section 2.2, derive the variance for ReLU, then for its leaky kind"
    return Measurement(1, 1, 0, detail)
