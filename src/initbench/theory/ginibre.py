"""Eigenvalues of k × k matrices of independent standard Gaussian entries (Ginibre 1965)."""

import numpy as np
from scipy.special import gammaln


def spectral_radius(size: float) -> float:
    """Return √k, which the spectral radius approaches (Geman 1986, Ann. Probab. 14)."""
    return float(np.sqrt(size))


def all_real(size: int) -> float:
    """Return the probability 2^(−k(k−1)/4) that every eigenvalue is real (Edelman 1997)."""
    return float(2.0 ** (-size * (size - 1) / 4))


def expected_real(size: int) -> float:
    """Return the expected number of real eigenvalues, of any size k ≥ 1.

    √2 Σ (2m−1)!!/(2m)!! over m = k−2, k−4, … down to 0 or 1, and 1 more where k is odd (Edelman,
    Kostlan and Shub 1994); about √(2k/π) for large k.
    """
    m = np.arange(size % 2, size, 2)
    terms = np.exp(gammaln(m + 0.5) - gammaln(m + 1)) / np.sqrt(np.pi)
    return float(size % 2 + np.sqrt(2) * terms.sum())
