"""The measurement of one ensemble: its draws, the bands of their paths, its eigenvalues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from initbench.matrices.alignment import alignment, misalignment
from initbench.matrices.ensembles import Array, Batch, batches, check, size_of
from initbench.matrices.growth import END, growth
from initbench.matrices.paths import paths
from initbench.matrices.products import log_quotients, relu, tanh, walk
from initbench.matrices.spectra import Complex, Spectrum, log_radii, spectrum

ALIGNED = 100  # steps over which x is compared with the eigenvector, one by one
UNTIED = 50  # steps of an untied product; of small matrices it runs to the end
SMALL = 20
# Each layer of a normalised untied product costs a decomposition, so that few draws have one.
NORMALISED, NORMALISED_LARGE = 1000, 200
KEPT = 200  # draws whose eigenvalues are kept
EXAMPLES = {"example": "tied", "example_normalised": "tied_normalised"}

Columns = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Part:
    """What one batch gives: a row a draw, ln(|x_N|/|x_{N-1}|) by kind, eigenvalues (n, k)."""

    draws: pd.DataFrame
    histories: dict[str, Array]
    eigenvalues: Complex


def measure(spec: Mapping[str, Any], name: str, seed: int) -> dict[str, pd.DataFrame]:
    """Multiply the matrices of the ensemble `name` and return its tables.

    "draws" has one row a matrix (for document C, a start): spectrum, growth, alignment; "paths"
    has quantiles over draws by step; "eigenvalues" those of the first 200 draws. Raises
    InitbenchError for a wrong `spec`.
    """
    check(spec)
    parts = [measure_batch(batch, spec["steps"]) for batch in batches(spec, name, seed)]
    draws = pd.concat([part.draws for part in parts], ignore_index=True)
    types = draws.dominant.to_numpy(dtype=str)
    values = np.concatenate([part.eigenvalues for part in parts])
    found = {
        "draws": draws,
        "paths": _paths(parts, types),
        "eigenvalues": _eigenvalues(values[: 1 if spec["kind"] == "document_c" else KEPT]),
    }
    size = np.int32(size_of(spec))
    return {key: table.assign(size=size) for key, table in found.items()}


def _paths(parts: Sequence[Part], types: NDArray[np.str_]) -> pd.DataFrame:
    """Return the bands over draws, and as examples the path of the first draw of each type."""
    histories = {
        kind: np.concatenate([part.histories[kind] for part in parts])
        for kind in parts[0].histories
    }
    first = np.unique(types, return_index=True)[1]
    examples = {name: histories[kind][first] for name, kind in EXAMPLES.items()}
    both = [paths(histories, types), paths(examples, types[first])]
    return pd.concat(both, ignore_index=True)


def _eigenvalues(values: Complex) -> pd.DataFrame:
    draw = np.repeat(np.arange(len(values), dtype=np.int32), values.shape[1])
    flat = values.ravel()
    return pd.DataFrame({"draw": draw, "re": flat.real, "im": flat.imag})


def measure_batch(batch: Batch, steps: int) -> Part:
    """Return all that is measured of the draws of one batch, over `steps` multiplications."""
    found = spectrum(batch.matrices)
    tied, directions, end = _tied(batch, steps)
    log_radius = np.log(found.radius)[:, None]
    histories = {
        "tied": tied,
        "tied_normalised": tied - log_radius,
        **_untied(batch, steps),
        **_nonlinear(batch, found.radius, steps),
    }
    columns: Columns = {
        "draw": np.arange(batch.first, batch.first + len(tied), dtype=np.int32),
        **_spectral(batch, found),
        **growth(tied, found.radius),
        **alignment(directions, found),
        "misalignment_end": misalignment(end[:, None], found)[:, 0],
        **_products(histories),
        "rayleigh_error": _rayleigh_error(batch.matrices, end, found),
    }
    return Part(pd.DataFrame(columns), histories, found.eigenvalues)


def _tied(batch: Batch, steps: int) -> tuple[Array, Array, Array]:
    """Return ln(|x_N|/|x_{N-1}|) (n, steps) and the unit vectors of the walk.

    Those of the first steps are (n, 101, k), that after `END` steps (n, k).
    """
    walked = walk(repeat(batch.matrices, steps), batch.starts)
    start = batch.starts / np.linalg.norm(batch.starts, axis=-1, keepdims=True)
    quotients, directions = [], [start]
    for step, (quotient, direction) in enumerate(walked, start=1):
        quotients.append(quotient)
        if step <= ALIGNED:
            directions.append(direction)
        if step == END:
            end = direction
    return np.stack(quotients, axis=1), np.stack(directions, axis=1), end


def _untied(batch: Batch, steps: int) -> dict[str, Array]:
    """Return the histories of products of independent matrices, as they are and each over its ρ."""
    if batch.layers is None:
        return {}
    count, size = batch.starts.shape
    small = size <= SMALL
    length = steps if small else UNTIED
    quotients = log_quotients(batch.layers(length), batch.starts)
    normalised = np.full((count, UNTIED), np.nan)
    known = np.clip((NORMALISED if small else NORMALISED_LARGE) - batch.first, 0, count)
    if known:
        radii = [log_radii(layer[:known]) for layer in batch.layers(UNTIED)]
        normalised[:known] = quotients[:known, :UNTIED] - np.stack(radii, axis=1)
    return {"untied": quotients, "untied_normalised": normalised}


def _nonlinear(batch: Batch, radius: Array, steps: int) -> dict[str, Array]:
    """Return the histories with an activation after each multiplication, with A and with A/ρ."""
    scaled = batch.matrices / radius[:, None, None]
    bent, straightened = (
        log_quotients(repeat(matrices, steps), batch.starts, tanh)
        for matrices in (batch.matrices, scaled)
    )
    cut = log_quotients(repeat(batch.matrices, steps), batch.starts, relu)
    return {
        "tanh": bent,
        "tanh_normalised": straightened,
        "relu": cut,
        # ReLU lets a positive factor through, so that A/ρ divides each quotient by ρ.
        "relu_normalised": cut - np.log(radius)[:, None],
    }


def _spectral(batch: Batch, found: Spectrum) -> Columns:
    norm = np.linalg.norm(batch.starts, axis=-1)
    start = batch.starts / norm[:, None]
    sign = np.where(found.real, np.sign(found.dominant.real), 0)
    return {
        "rho": found.radius,
        "rho_second": found.runner_up,
        "sigma_max": np.linalg.norm(batch.matrices, ord=2, axis=(-2, -1)),
        "dominant": np.where(found.real, "real", "complex"),
        "dominant_sign": sign.astype(np.int8),
        "real_eigenvalues": (found.eigenvalues.imag == 0).sum(axis=1).astype(np.int32),
        "start_norm": norm,
        "left_component": np.abs((found.left * start).sum(axis=-1)),
    }


def _products(histories: Mapping[str, Array]) -> Columns:
    """Return ln(|x_N|/|x_0|) (n,) of untied products and of those with activations."""
    count = len(histories["tied"])
    columns: Columns = {
        f"{kind}_log_growth_{steps}": _total(histories.get(kind), steps, count)
        for kind, steps in (("untied", UNTIED), ("untied", 300), ("untied_normalised", UNTIED))
    }
    for kind in ("tanh", "tanh_normalised", "relu", "relu_normalised"):
        columns[f"{kind}_log_growth_100"] = _total(histories[kind], 100, count)
    return columns


def _total(quotients: Array | None, steps: int, count: int) -> Array:
    """Return the sum (count,) over the first `steps`, NaN where there are not so many."""
    if quotients is None or quotients.shape[1] < steps:
        return np.full(count, np.nan)
    return np.asarray(quotients[:, :steps].sum(axis=1))


def _rayleigh_error(matrices: Array, direction: Array, found: Spectrum) -> Array:
    """Return |uᵀ A u - λ| (n,) for unit vectors u (n, k) after power iteration; NaN if complex.

    Golub and Van Loan, Matrix Computations, section 7.3.1.
    """
    quotient = np.vecdot(direction, np.matvec(matrices, direction))
    return np.where(found.real, np.abs(quotient - found.dominant.real), np.nan)
