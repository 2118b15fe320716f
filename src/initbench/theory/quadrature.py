"""Means over Gaussian variables of functions that are smooth but for a kink at 0."""

from functools import cache
from itertools import pairwise

import numpy as np

from initbench.theory.activations import Array, Map

REACH = 10.0  # standard deviations; beyond lies 1e-23 of the mass
RADIAL, ANGULAR = 100, 60


@cache
def _rule(points: int) -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(points)


def _legendre(points: int, low: float, high: float) -> tuple[Array, Array]:
    places, weights = _rule(points)
    half = (high - low) / 2
    return low + half * (places + 1), half * weights


def gaussian_mean(function: Map, variance: float) -> float:
    """Return E f(u) over u ~ N(0, variance), to about 1e-13 of E |f|.

    Gauss-Legendre on either side of 0: a kink there does no harm, and the nodes crowd where a
    steep activation turns over, which those of Gauss-Hermite do not.
    """
    places, weights = _legendre(RADIAL, 0.0, REACH)
    mass = weights * np.exp(-(places**2) / 2) / np.sqrt(2 * np.pi)
    u = np.sqrt(variance) * places
    return float(mass @ (function(u) + function(-u)))


def gaussian_product_mean(function: Map, variance: float, correlation: float) -> float:
    """Return E f(u₁)f(u₂) over Gaussian u₁, u₂ of equal variance and given correlation.

    In polar coordinates u₁ and u₂ vanish on rays, and between two rays all is smooth; so kinks do
    no harm, and neither does a correlation of ±1. Half the plane is the mirror of the other.
    """
    tilt = np.arccos(np.clip(correlation, -1, 1)) / 2
    rays = [0.0, np.pi / 2 - tilt, np.pi / 2 + tilt, np.pi]
    arcs = [_legendre(ANGULAR, low, high) for low, high in pairwise(rays)]
    angle, arc = (np.concatenate(parts) for parts in zip(*arcs, strict=True))
    radius, weights = _legendre(RADIAL, 0.0, REACH)
    mass = weights * radius * np.exp(-(radius**2) / 2) / np.pi
    reach = np.sqrt(variance) * radius[:, None]
    values = function(reach * np.cos(angle - tilt)) * function(reach * np.cos(angle + tilt))
    return float(mass @ values @ arc)
