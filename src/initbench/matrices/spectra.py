"""Eigenvalues of a stack of real matrices, and the pair of vectors of the dominant one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from initbench.matrices.ensembles import Array

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues (n, k); the dominant one (n,) with its right and left unit vectors (n, k).

    The left vector w is given as the row wᴴ, for which wᴴ A = λ wᴴ.
    """

    eigenvalues: Complex
    dominant: Complex
    right: Complex
    left: Complex

    @property
    def radius(self) -> Array:
        """The spectral radius (n,), the largest modulus."""
        return np.abs(self.dominant)

    @property
    def real(self) -> NDArray[np.bool_]:
        """Whether each dominant eigenvalue is real (n,)."""
        return np.asarray(self.dominant.imag == 0)

    @property
    def runner_up(self) -> Array:
        """The largest modulus (n,) beside the dominant eigenvalue and its conjugate, or NaN."""
        places = np.abs(self.eigenvalues).argmax(axis=-1)
        others = np.arange(self.eigenvalues.shape[-1]) != places[:, None]
        # LAPACK gives the two of a pair as exact conjugates.
        partner = self.eigenvalues == self.dominant.conj()[:, None]
        others &= ~(partner & ~self.real[:, None])
        largest = np.where(others, np.abs(self.eigenvalues), -np.inf).max(axis=-1)
        return np.where(np.isneginf(largest), np.nan, largest)


def spectrum(matrices: Array) -> Spectrum:
    """Return the spectrum of `matrices` (n, k, k), which must have independent eigenvectors.

    Of two conjugate dominant eigenvalues, the one with the positive imaginary part is taken.
    """
    values, vectors = (part.astype(np.complex128) for part in np.linalg.eig(matrices))
    places = np.abs(values).argmax(axis=-1)[:, None]
    right = np.take_along_axis(vectors, places[..., None], axis=-1)[..., 0]
    # The rows of the inverse of the matrix of eigenvectors are the left eigenvectors.
    unit = np.eye(values.shape[-1])[places[:, 0]]
    left = np.linalg.solve(vectors.swapaxes(-1, -2), unit[..., None])[..., 0]
    left = left / np.linalg.norm(left, axis=-1, keepdims=True)
    return Spectrum(values, np.take_along_axis(values, places, axis=-1)[:, 0], right, left)


def log_radii(matrices: Array) -> Array:
    """Return the logarithm of the spectral radius (n,) of `matrices` (n, k, k)."""
    return np.asarray(np.log(np.abs(np.linalg.eigvals(matrices)).max(axis=-1)))
