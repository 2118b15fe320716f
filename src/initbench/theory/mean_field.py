"""The mean field of wide nets at init: maps of variance, gradient and correlation over depth.

A layer is u = W h + b with h = φ(u of the layer before), Var W = σ_w²/n_in and Var b = σ_b²;
q is the second moment of u. Poole et al. (2016) and Schoenholz et al. (2017).
"""

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from initbench.errors import InitbenchError
from initbench.theory.activations import Array, activation
from initbench.theory.quadrature import gaussian_mean, gaussian_product_mean

SMALLEST, LARGEST = 1e-12, 1e12  # beyond these a variance has gone to 0 or to infinity
LINEAR = "identity"  # what the first layer sees: the inputs themselves


def second_moment(name: str, q: float) -> float:
    """Return E φ(u)² over u ~ N(0, q) for the activation `name`."""
    function = activation(name).function
    return gaussian_mean(lambda u: function(u) ** 2, q)


def squared_slope(name: str, q: float) -> float:
    """Return E φ'(u)² over u ~ N(0, q); the limits are taken where q is 0 or infinite."""
    derivative = activation(name).derivative
    return gaussian_mean(lambda u: derivative(u) ** 2, float(np.clip(q, 1e-300, 1e300)))


def variance_map(name: str, q: float, sigma_w2: float, sigma_b2: float) -> float:
    """Return the next layer's q' = σ_w² E φ² + σ_b² (Poole et al. 2016, Eq. 3)."""
    return sigma_w2 * second_moment(name, q) + sigma_b2


def variances(
    name: str, sigma_w2: float, sigma_b2: float, depth: int, inputs: float = 1.0
) -> Array:
    """Return q of the layers 1 to `depth` (depth,) for inputs of second moment `inputs`."""
    found = [variance_map(LINEAR, inputs, sigma_w2, sigma_b2)]
    while len(found) < depth:
        found.append(variance_map(name, found[-1], sigma_w2, sigma_b2))
    return np.array(found)


def fixed_point(name: str, sigma_w2: float, sigma_b2: float, start: float = 1.0) -> float:
    """Return the q* that the variance map tends to from q = `start`, be it 0 or infinity.

    The map rises with q, so that the iteration moves one way until it meets a fixed point.
    """

    def excess(q: float) -> float:
        return variance_map(name, q, sigma_w2, sigma_b2) - q

    first = excess(start)
    if abs(first) <= 1e-12 * start:
        return start
    beyond, factor = start, 2.0 if first > 0 else 0.5
    while excess(beyond) * first > 0:
        beyond *= factor
        if not SMALLEST < beyond < LARGEST:
            return math.inf if first > 0 else 0.0
    return float(brentq(excess, min(start, beyond), max(start, beyond), xtol=1e-15, rtol=1e-14))


def variance_slope(name: str, q: float, sigma_w2: float) -> float:
    """Return dq'/dq = σ_w² E[u φ φ']/q over u ~ N(0, q): a fixed point attracts where it is < 1."""
    phi = activation(name)
    return sigma_w2 * gaussian_mean(lambda u: u * phi.function(u) * phi.derivative(u), q) / q


def gradient_factor(name: str, q: float, sigma_w2: float) -> float:
    """Return σ_w² E φ'² at q: what one layer back multiplies the squared gradient by.

    Schoenholz et al. (2017); at the fixed point it is χ₁.
    """
    return sigma_w2 * squared_slope(name, q)


def chi_1(name: str, sigma_w2: float, sigma_b2: float) -> float:
    """Return χ₁, the gradient factor at q*: order below 1, chaos above (Poole et al. 2016)."""
    return gradient_factor(name, fixed_point(name, sigma_w2, sigma_b2), sigma_w2)


def depth_scale(chi: float) -> float:
    """Return ξ = 1/|ln χ₁| in layers, infinite at χ₁ = 1 (Schoenholz et al. 2017)."""
    return math.inf if chi == 1 else 1 / abs(math.log(chi))


def trainable_depth(chi: float) -> float:
    """Return 6 ξ, the depth in layers to which training was found to work (Schoenholz 2017)."""
    return 6 * depth_scale(chi)


def gradient_rms(name: str, sigma_w2: float, sigma_b2: float, depth: int) -> Array:
    """Return the rms (depth,) of the gradient in the states, relative to that of the last layer.

    The product of the later layers' gradient factors, each at its own q; at the fixed point
    this is χ₁^((L−l)/2) at layer l (Schoenholz et al. 2017).
    """
    layers = variances(name, sigma_w2, sigma_b2, depth)
    factors = [gradient_factor(name, q, sigma_w2) for q in layers[:0:-1]]
    return np.asarray(np.sqrt(np.cumprod([1.0, *factors])[::-1]))


def correlation_map(
    name: str, q: float, correlation: float, sigma_w2: float, sigma_b2: float
) -> float:
    """Return the next layer's correlation of u between two inputs that now have variance q each.

    c' = (σ_w² E φ(u₁)φ(u₂) + σ_b²)/q' (Poole et al. 2016, Eq. 5); at q* this is their c-map.
    """
    shared = gaussian_product_mean(activation(name).function, q, correlation)
    return (sigma_w2 * shared + sigma_b2) / variance_map(name, q, sigma_w2, sigma_b2)


def correlations(
    name: str, sigma_w2: float, sigma_b2: float, depth: int, start: float = 0.5
) -> Array:
    """Return the correlation of u (depth,) for two inputs of second moment 1 correlated `start`."""
    found = [correlation_map(LINEAR, 1.0, start, sigma_w2, sigma_b2)]
    for q in variances(name, sigma_w2, sigma_b2, depth)[:-1]:
        found.append(correlation_map(name, q, found[-1], sigma_w2, sigma_b2))
    return np.array(found)


def relu_correlation(correlation: npt.ArrayLike) -> Array:
    """Return c' = [√(1−c²) + c(π − arccos c)]/π of ReLU without bias (Cho and Saul 2009)."""
    c = np.asarray(correlation, dtype=np.float64)
    return np.asarray((np.sqrt(1 - c**2) + c * (np.pi - np.arccos(c))) / np.pi)


def relu_decorrelation(layer: npt.ArrayLike) -> Array:
    """Return 9π²/(2l²), what 1 − c tends to at layer l of a deep ReLU net without bias.

    The limit of `relu_correlation` iterated: 1 − c' ≈ (1 − c) − (2√2/3π)(1 − c)^(3/2).
    """
    return 9 * np.pi**2 / (2 * np.asarray(layer, dtype=np.float64) ** 2)


def critical(name: str, q_star: float) -> tuple[float, float]:
    """Return (σ_w², σ_b²) whose fixed point is `q_star` with χ₁ = 1 (Schoenholz et al. 2017).

    The point attracts for tanh, ELU and SELU; GELU's and SiLU's repels (see `variance_slope`),
    so that a deep net drifts away from it. Raises InitbenchError where the biases would need a
    negative variance.
    """
    sigma_w2 = 1 / squared_slope(name, q_star)
    sigma_b2 = q_star - sigma_w2 * second_moment(name, q_star)
    if sigma_b2 < -1e-9 * q_star:
        raise InitbenchError(
            f"The activation '{name}' has no critical point at q* = {q_star:g}, where the biases "
            f"would need the variance {sigma_b2:.3g}, which must not be negative; try a larger q*."
        )
    return sigma_w2, max(sigma_b2, 0.0)
