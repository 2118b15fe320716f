"""Laws of singular values: one Gaussian matrix, square or not, and products of square ones."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.optimize import elementwise

from initbench.theory.activations import Array

MARGIN = 1e-9  # of the angle, at whose ends the products' law is 0/0: 4e-8 of the share at most


def quarter_circle_pdf(s: npt.ArrayLike) -> Array:
    """Return √(4 − s²)/π on [0, 2]: singular values of a square Gaussian of variance 1/n.

    Marchenko and Pastur (1967); the mean is 8/(3π).
    """
    value = np.asarray(s, dtype=np.float64)
    height = np.sqrt(np.maximum(4 - value**2, 0)) / np.pi
    return np.where((value >= 0) & (value <= 2), height, 0.0)


def quarter_circle_cdf(s: npt.ArrayLike) -> Array:
    """Return the share of singular values up to s under the quarter-circle law."""
    value = np.clip(np.asarray(s, dtype=np.float64), 0, 2)
    area = value * np.sqrt(4 - value**2) / 2 + 2 * np.arcsin(value / 2)
    return np.asarray(area / np.pi)


def marchenko_pastur_edges(m: int, n: int, variance: float) -> tuple[float, float]:
    """Return λ∓ = σ²(√n ∓ √m)², between which the squared singular values of m × n entries lie.

    Marchenko and Pastur (1967); for m ≤ n this is σ²n(1 ∓ √(m/n))².
    """
    low, high = (variance * (math.sqrt(n) + sign * math.sqrt(m)) ** 2 for sign in (-1, 1))
    return low, high


def marchenko_pastur_pdf(values: npt.ArrayLike, m: int, n: int, variance: float) -> Array:
    """Return the density of the min(m, n) squared singular values of an m × n Gaussian matrix.

    Its entries have the given variance σ²: √((λ₊ − λ)(λ − λ₋))/(2π σ² min(m, n) λ).
    """
    low, high = marchenko_pastur_edges(m, n, variance)
    square = np.asarray(values, dtype=np.float64)
    inside = (square > low) & (square < high)
    at = np.where(inside, square, (low + high) / 2)
    height = np.sqrt((high - at) * (at - low)) / (2 * np.pi * variance * min(m, n) * at)
    return np.where(inside, height, 0.0)


def marchenko_pastur_cdf(values: npt.ArrayLike, m: int, n: int, variance: float) -> Array:
    """Return the share of squared singular values up to each of `values`.

    The integral of the density with λ = a + b cos t, where a and b are the support's middle and
    half length.
    """
    low, high = marchenko_pastur_edges(m, n, variance)
    middle, half = (low + high) / 2, (high - low) / 2
    cosine = (np.asarray(values, dtype=np.float64) - middle) / half
    t = np.arccos(np.clip(cosine, -1, 1))
    root = math.sqrt(low * high)
    turn = 2 * root * np.arctan2(math.sqrt(low) * np.sin(t / 2), math.sqrt(high) * np.cos(t / 2))
    area = middle * t - half * np.sin(t) - turn
    return np.asarray(1 - area / (2 * np.pi * variance * min(m, n)))


def fuss_catalan(order: int, factors: int) -> float:
    """Return C((L+1)k, k)/(Lk+1), the k-th moment of s² for a product of L square Gaussians.

    Entries of variance 1/n; order k = 2 gives Var(s²) = L (Penson and Życzkowski 2011).
    """
    return math.comb((factors + 1) * order, order) / (factors * order + 1)


def product_edge(factors: int) -> float:
    """Return the largest singular value √((L+1)^(L+1)/L^L) of a product of L square Gaussians."""
    return math.sqrt((factors + 1) ** (factors + 1) / factors**factors)


def product_pdf(s: npt.ArrayLike, factors: int) -> Array:
    """Return the density of the singular values of a product of L square Gaussians, variance 1/n.

    The Fuss-Catalan law with s² = sin^(L+1)((L+1)φ)/(sin φ sin^L(Lφ)), where the density of s² is
    sin²φ sin^(L−1)(Lφ)/(π sin^L((L+1)φ)) (Forrester and Liu 2015).
    """
    value = np.asarray(s, dtype=np.float64)
    inside = (value > 0) & (value < product_edge(factors))
    angle = _angle(np.where(inside, value, 1.0), factors)
    rise = np.sin(factors * angle) / np.sin((factors + 1) * angle)
    density = np.sin(angle) ** 2 * rise**factors / (np.pi * np.sin(factors * angle))
    return np.where(inside, 2 * value * density, 0.0)


def product_cdf(s: npt.ArrayLike, factors: int) -> Array:
    """Return the share of the singular values up to s of a product of L square Gaussians.

    Integrated from the Fuss-Catalan density of `product_pdf`.
    """
    value = np.asarray(s, dtype=np.float64)
    edge = product_edge(factors)
    inside = (value > 0) & (value < edge)
    share = _share_below(_angle(np.where(inside, value, 1.0), factors), factors)
    return np.where(inside, share, np.where(value >= edge, 1.0, 0.0))


def product_quantile(share: npt.ArrayLike, factors: int) -> Array:
    """Return the singular value below which the given share in (0, 1) of the product's lie."""
    wanted = np.asarray(share, dtype=np.float64)
    return np.exp(_log_square(_solve(_share_below, wanted, factors), factors) / 2)


def _log_square(angle: Array, factors: int) -> Array:
    """Return ln s² at the angle φ in (0, π/(L+1)); it falls from the upper edge to −∞."""
    inner = np.log(np.sin(angle)) + factors * np.log(np.sin(factors * angle))
    return np.asarray((factors + 1) * np.log(np.sin((factors + 1) * angle)) - inner)


def _share_below(angle: Array, factors: int) -> Array:
    """Return F = 1 − (L+1)φ/π + (L/π) sin φ sin((L+1)φ)/sin(Lφ).

    With G the resolvent of s² and w = xG = e^(iφ) sin((L+1)φ)/sin(Lφ), the integral of G is
    Lw − ln(w − 1); its imaginary part gives F.
    """
    bend = factors * np.sin(angle) * np.sin((factors + 1) * angle) / np.sin(factors * angle)
    return np.asarray(1 + (bend - (factors + 1) * angle) / np.pi)


def _angle(s: Array, factors: int) -> Array:
    return _solve(_log_square, 2 * np.log(s), factors)


def _solve(falling: Callable[[Array, int], Array], target: Array, factors: int) -> Array:
    """Return the angles, shaped as `target`, at which a falling function of the angle meets it."""
    ends = np.array([MARGIN, np.pi / (factors + 1) - MARGIN])
    high, low = falling(ends, factors)
    wanted = np.clip(target, low, high)

    def excess(angle: Array, level: Array) -> Array:
        return falling(angle, factors) - level

    return np.asarray(elementwise.find_root(excess, tuple(ends), args=(wanted,)).x)
