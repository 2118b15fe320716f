"""How things change step by step: deep linear nets, gated memory, power iteration."""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import log_expit

from initbench.theory.activations import Array


def deep_linear_mode(time: npt.ArrayLike, strength: float, start: float, constant: float) -> Array:
    """Return how much of a mode of strength s a two-layer linear net has learned at each time.

    u(t) = s e^(2st/τ)/(e^(2st/τ) − 1 + s/u₀) from u(0) = `start` > 0 with time constant τ (Saxe et
    al. 2013), written so that it does not overflow.
    """
    decay = np.exp(-2 * strength * np.asarray(time, dtype=np.float64) / constant)
    return np.asarray(strength / (1 + (strength / start - 1) * decay))


def forget_half_life(bias: float) -> float:
    """Return in how many steps a cell falls to half if only the forget gate's bias b acts.

    −ln 2/ln σ(b): one step at b = 0, more with a larger bias (compare Jozefowicz et al. 2015).
    """
    return float(-math.log(2) / log_expit(bias))


def power_iteration_slope(radius: npt.ArrayLike, second: npt.ArrayLike) -> Array:
    """Return ln(|λ₂|/|λ₁|) per step, the slope of ln sin angle to the dominant eigenvector.

    Holds where λ₁ is real and alone; a complex pair never settles (Golub and Van Loan, Sec. 7.3).
    """
    return np.log(np.asarray(second, dtype=np.float64) / np.asarray(radius, dtype=np.float64))


def power_iteration_steps(ratio: float, tolerance: float) -> float:
    """Return after how many steps `ratio`^t, the share of other eigenvectors, is `tolerance`."""
    return math.log(tolerance) / math.log(ratio)
