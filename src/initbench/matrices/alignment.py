"""How x_N turns toward the dominant eigenvector, step by step."""

import numpy as np
from numpy.typing import NDArray

from initbench.matrices.ensembles import Array
from initbench.matrices.spectra import Spectrum

TURNED = 0.01  # sine of the angle that counts as one percent off
STRAIGHT = (1e-12, 1e-1)  # sines between rounding and the first steps, where the slope is read
FEWEST = 5  # steps for a slope


def alignment(directions: Array, found: Spectrum) -> dict[str, NDArray[np.generic]]:
    """Return the columns (n,) on angles, from x_N/|x_N| as (n, steps + 1, k), x_0 first.

    For a complex pair only the misalignment is measured, since x then turns for ever in a plane.
    """
    real = found.real
    sine, overlap = _sine(directions, found)
    flips = np.diff(np.sign(overlap.real), axis=1) != 0
    return {
        "misalignment": misalignment(directions[:, -1:], found)[:, 0],
        "signed_flips": np.where(real, flips.sum(axis=1), 0).astype(np.int32),
        "angle_slope": np.where(real, angle_slope(sine), np.nan),
        "angle_theory": np.log(found.runner_up / found.radius),
        "steps_to_1pct": np.where(real, first_below(sine, TURNED), -1).astype(np.int32),
    }


def misalignment(directions: Array, found: Spectrum) -> Array:
    """Return 1 - |cos| (n, steps) between unit vectors (n, steps, k) and the eigenvector."""
    sine, overlap = _sine(directions, found)
    return np.asarray(sine**2 / (1 + np.abs(overlap)))


def _sine(directions: Array, found: Spectrum) -> tuple[Array, NDArray[np.complex128]]:
    """Return the sine of the angle to the eigenvector and the part along it, both (n, steps).

    The rest after projection stays exact where 1 - cos² would cancel.
    """
    vector = found.right[:, None, :]
    overlap = np.vecdot(vector, directions)
    return np.linalg.norm(directions - overlap[..., None] * vector, axis=-1), overlap


def angle_slope(sine: Array) -> Array:
    """Return the least-squares slope (n,) per step of ln `sine` (n, steps); NaN for few steps."""
    low, high = STRAIGHT
    used = (sine > low) & (sine < high)
    count = used.sum(axis=1)
    steps = np.arange(sine.shape[1])
    centre = (used * steps).sum(axis=1) / np.maximum(count, 1)
    reach = used * (steps - centre[:, None])
    top = (reach * np.log(np.where(used, sine, 1.0))).sum(axis=1)
    bottom = np.where(count >= FEWEST, (reach**2).sum(axis=1), np.nan)
    return np.asarray(top / bottom)


def first_below(sine: Array, level: float) -> NDArray[np.intp]:
    """Return the first step (n,) at which `sine` (n, steps) lies below `level`, or -1."""
    below = sine < level
    return np.where(below.any(axis=1), below.argmax(axis=1), -1)
