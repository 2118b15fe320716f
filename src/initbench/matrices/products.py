"""Repeated multiplication without over- or underflow: the vector is rescaled at every step."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from initbench.matrices.ensembles import Array

# What stands between two multiplications: from A u and ln|x|, where u = x/|x|, to φ(A x)/|x|.
Activation = Callable[[Array, Array], Array]
# Below |x| = e⁻²⁰, tanh is the identity to the last bit of float64.
TANH_FLOOR = -20.0


def linear(image: Array, log_norm: Array) -> Array:
    """Return `image` (n, k) as it is: no activation."""
    return image


def relu(image: Array, log_norm: Array) -> Array:
    """Return max(0, image) (n, k); ReLU is positively homogeneous, so the scale drops out."""
    return np.maximum(image, 0.0)


def tanh(image: Array, log_norm: Array) -> Array:
    """Return tanh(s · image) / s (n, k) with the norm s (n,), which may be as small as it likes."""
    scale = np.exp(np.maximum(log_norm, TANH_FLOOR))[:, None]
    return np.asarray(np.tanh(scale * image) / scale)


def walk(
    matrices: Iterable[Array], starts: Array, activation: Activation = linear
) -> Iterator[tuple[Array, Array]]:
    """Yield ln(|x_N| / |x_{N-1}|) (n,) and x_N / |x_N| (n, k) for x_N = φ(A_N x_{N-1}).

    Each A_N is (n, k, k). A vector that has become zero stays zero: its logarithms are -inf.
    Without activation and with one A this is power iteration (Golub and Van Loan, section 7.3.1).
    """
    log_norm, direction = rescaled(starts)
    for matrix in matrices:
        image = activation(np.matvec(matrix, direction), log_norm)
        log_quotient, direction = rescaled(image)
        log_norm = log_norm + log_quotient
        yield log_quotient, direction


def rescaled(vectors: Array) -> tuple[Array, Array]:
    """Return ln|x| (n,) and x/|x| (n, k) of `vectors` (n, k); -inf and zeros where x is zero."""
    norm = np.linalg.norm(vectors, axis=-1)
    with np.errstate(divide="ignore"):
        return np.log(norm), vectors / np.where(norm > 0, norm, 1.0)[:, None]


def log_quotients(
    matrices: Iterable[Array], starts: Array, activation: Activation = linear
) -> Array:
    """Return ln(|x_N| / |x_{N-1}|) as (n, steps) of the vectors of `walk`."""
    return np.stack([quotient for quotient, _ in walk(matrices, starts, activation)], axis=1)


def log_norms(quotients: Array) -> Array:
    """Return ln(|x_N| / |x_0|) (n, steps + 1) from the logarithms (n, steps) of the quotients."""
    return np.pad(quotients.cumsum(axis=1), ((0, 0), (1, 0)))
