"""Growth of products of independent Gaussian matrices."""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, polygamma

from initbench.theory.activations import Array


def exponents(size: int, variance: float = 1.0) -> Array:
    """Return the Lyapunov exponents (size,) per step, largest first, for entries N(0, variance).

    λ_i = ½[ln 2σ² + ψ((n−i+1)/2)] (Newman 1986, Commun. Math. Phys. 103).
    """
    freedom = np.arange(size, 0, -1)
    return np.asarray((math.log(2 * variance) + digamma(freedom / 2)) / 2)


def growth(size: npt.ArrayLike, variance: float = 1.0) -> Array:
    """Return E ln |Ax|/|x| for size × size entries N(0, variance), the top exponent, per step.

    |Ax|²/|x|² is σ² times a chi-square of `size` degrees of freedom, whatever x is: so ½[ln 2σ² +
    ψ(k/2)] holds for any number of independent steps, not only in the limit.
    """
    half = np.asarray(size, dtype=np.float64) / 2
    return np.asarray((math.log(2 * variance) + digamma(half)) / 2)


def growth_variance(size: npt.ArrayLike) -> Array:
    """Return Var ln |Ax|/|x| = ψ'(k/2)/4 of one step; N independent steps have N times as much."""
    return np.asarray(polygamma(1, np.asarray(size, dtype=np.float64) / 2) / 4)
