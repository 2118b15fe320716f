"""Rows about what document C prints of its own 5 x 5 matrix."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.matrices.draws import document, gaussian, of_type, share
from initbench.errors import InitbenchError
from initbench.matrices.printed_matrix import MATRIX, PRINTED_EIGENVALUES
from initbench.statistics import Estimate, exact, median
from initbench.tables.read import Tables

FOUND = 1e-8  # distance of a Rayleigh quotient from the eigenvalue
QUOTIENT, NEAR_PRINTED = 2.6036, 0.005
NEAR_ONE = 1e-3
ALIKE = 0.05  # relative distance of two spectral radii


@adjudicates("C05")
def gaussian_entries(tables: Tables) -> dict[str, Estimate]:
    """Return mean and standard deviation of the 25 entries, and how Gaussian they are."""
    entries = MATRIX.ravel()
    return {
        "mean": exact(float(entries.mean())),
        "standard_deviation": exact(float(entries.std())),
        "p_gaussian": exact(float(stats.kstest(entries, "norm").pvalue), n=entries.size),
    }


@adjudicates("C08")
def printed_quotient(tables: Tables) -> dict[str, Estimate]:
    """Return how often the 100th quotient is the printed one, and the radius of random matrices."""
    starts, radius = document(tables), gaussian(tables)["rho"]
    own = starts["rho"].iloc[0]
    return {
        "settled": share((starts["quotient_last"] - QUOTIENT).abs() < NEAR_PRINTED),
        "radius": median(radius.to_numpy()),
        "near": share((radius / own - 1).abs() <= ALIKE),
    }


@adjudicates("C11")
def printed_moduli(tables: Tables) -> dict[str, Estimate]:
    """Return how far the moduli are from the printed ones, and whether the largest is negative."""
    values = _eigenvalues(tables)
    moduli = np.abs(values)
    top = values[moduli.argmax()]
    return {
        "largest_difference": exact(float(np.abs(np.sort(moduli) - PRINTED_EIGENVALUES).max())),
        "negative": exact(float(top.imag == 0 and top.real < 0)),
    }


def _eigenvalues(tables: Tables) -> npt.NDArray[np.complex128]:
    """Return the five eigenvalues of the document's matrix."""
    rows = tables.matrices("eigenvalues")
    rows = rows[rows["ensemble"] == "document_c"]
    if len(rows) != len(MATRIX):
        raise InitbenchError(
            f"The document's matrix has {len(rows)} eigenvalues in the table but should have "
            f"{len(MATRIX)}; multiply its ensemble again."
        )
    return np.asarray(rows["re"] + 1j * rows["im"], dtype=np.complex128)


@adjudicates("C16")
def power_iteration(tables: Tables) -> dict[str, Estimate]:
    """Return how often 300 steps of power iteration find the dominant eigenvalue."""
    starts, draws = document(tables), gaussian(tables)
    values = _eigenvalues(tables)
    return {
        "document": share(starts["rayleigh_error"] <= FOUND),
        "eigenvalue": exact(float(values[np.abs(values).argmax()].real)),
        "found": share(draws["rayleigh_error"] <= FOUND),
        "found_real": share(of_type(draws, "real")["rayleigh_error"] <= FOUND),
    }


@adjudicates("C19")
def quotient_after_division(tables: Tables) -> dict[str, Estimate]:
    """Return how often the 100th quotient of the divided matrix is one."""
    starts, draws = document(tables), gaussian(tables)
    distance = (starts["quotient_last"] / starts["rho"] - 1).abs()
    return {
        "settled": share(distance < NEAR_ONE),
        "near": share((draws["quotient_last"] / draws["rho"] - 1).abs() < NEAR_ONE),
    }


@adjudicates("C25")
def stretched_in_every_direction(tables: Tables) -> dict[str, Estimate]:
    """Return by how much the document's matrix stretches in the directions that it shrinks."""
    moduli = np.abs(_eigenvalues(tables))
    return {
        "smallest_modulus": exact(float(moduli.min())),
        "smallest_stretch": exact(float(np.linalg.svd(MATRIX, compute_uv=False).min())),
        "shrinking": exact(float((moduli < 1).sum())),
    }
