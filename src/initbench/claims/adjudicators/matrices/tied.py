"""Rows about one matrix that is applied again and again: growth and direction."""

import numpy as np
import pandas as pd
from scipy import stats

from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.matrices.draws import (
    OTHER_SIZES,
    SIZE,
    by_size,
    document,
    gaussian,
    of_type,
    share,
)
from initbench.matrices.printed_matrix import MATRIX, PRINTED_STEPS
from initbench.statistics import Estimate, exact, median
from initbench.tables.read import Tables

PRINTED_RANGE = (1e40, 1e42)  # about the norm that the document prints
ROUNDING = 1e-12  # a cosine below this is none
SETTLED = 0.01  # distance of a quotient from the spectral radius, relative to it
ALIGNED = 1e-3  # 1 - |cos| between vector and eigenvector
ARRIVED = 1e-12  # angle between vector and eigenvector
BOUNDED = 100.0  # norm over that of the start
LEVEL = 0.01  # coefficient of variation of the norm


@adjudicates("C06")
def norm_explodes(tables: Tables) -> Measured:
    """Return where the document's norm is after 99 steps, and how often rho is above one."""
    starts = document(tables)
    log10_norm = (starts["log_growth_99"] + np.log(starts["start_norm"])) / np.log(10)
    return {
        "in_range": exact(_share_of_norms(*PRINTED_RANGE)),
        "growing": share(_grows(gaussian(tables))),
        "in_range_drawn": share(log10_norm.between(*np.log10(PRINTED_RANGE))),
        "log10_norm": median(log10_norm.to_numpy()),
        "growing_by_size": by_size(tables, _grows),
    }


def _share_of_norms(low: float, high: float) -> float:
    """Return the share of Gaussian starts x with `low` <= |A^99 x| <= `high`, A the document's.

    A^99 has rank one up to 1e-16 of its size, so |A^99 x| is its largest singular value times the
    size of one Gaussian number.
    """
    size = np.linalg.norm(np.linalg.matrix_power(MATRIX, PRINTED_STEPS), ord=2)
    return float(2 * (stats.norm.cdf(high / size) - stats.norm.cdf(low / size)))


def _grows(draws: pd.DataFrame) -> "pd.Series[bool]":
    return draws["rho"] > 1


@adjudicates("C07")
def quotient_settles(tables: Tables) -> Measured:
    """Return how often the last ten of 300 quotients lie at the spectral radius."""
    draws = gaussian(tables)
    return {
        "document": share(_settled(document(tables))),
        "settled": share(_settled(draws)),
        "settled_real": share(_settled(of_type(draws, "real"))),
        "settled_complex": share(_settled(of_type(draws, "complex"))),
        "mean_settled": share(_mean_settled(draws)),
        "settled_by_size": by_size(tables, _settled),
    }


def _settled(draws: pd.DataFrame) -> "pd.Series[bool]":
    return draws["quotient_deviation"] <= SETTLED


def _mean_settled(draws: pd.DataFrame) -> "pd.Series[bool]":
    return (draws["mean_quotient"] - 1).abs() <= SETTLED


@adjudicates("C12")
def quotient_is_an_eigenvalue(tables: Tables) -> Measured:
    """Return how often, over all sizes, the quotient settles at the modulus, or at the value."""
    draws = pd.concat([gaussian(tables, size) for size in (SIZE, *OTHER_SIZES)])
    return {
        "document": share(_settled(document(tables))),
        "modulus": share(_settled(draws)),
        "modulus_real": share(_settled(of_type(draws, "real"))),
        "signed": share(_settled(draws) & (draws["dominant_sign"] == 1)),
        "mean_modulus": share(_mean_settled(draws)),
        "modulus_by_size": by_size(tables, _settled, sizes=(SIZE, *OTHER_SIZES)),
    }


@adjudicates("C13")
def part_along_the_eigenvector(tables: Tables) -> dict[str, Estimate]:
    """Return how often a start has a part along the dominant eigenvector of its matrix."""
    part = tables.matrices("draws")["left_component"]
    return {
        "part": share(part > ROUNDING),
        "below_1_percent": share(part < 0.01),
    }


@adjudicates("C14")
def vector_turns(tables: Tables) -> Measured:
    """Return how often the vector points along the dominant eigenvector after 300 steps."""
    draws = gaussian(tables)
    return {
        "document": share(_aligned(document(tables))),
        "aligned": share(_aligned(draws)),
        "aligned_real": share(_aligned(of_type(draws, "real"))),
        "aligned_by_size": by_size(tables, _aligned),
    }


def _aligned(draws: pd.DataFrame) -> "pd.Series[bool]":
    return draws["misalignment_end"] < ALIGNED


@adjudicates("C15")
def vector_becomes_the_eigenvector(tables: Tables) -> dict[str, Estimate]:
    """Return how often the vector arrives without a flip, and at which rate its line does."""
    draws, starts = gaussian(tables), document(tables)
    arrived = _angle(draws) < ARRIVED
    settling = of_type(draws, "real")
    steps = starts["steps_to_1pct"].astype(float)
    return {
        "becomes": share(arrived & (draws["signed_flips"] == 0)),
        "slope_ratio": _slope_ratio(settling),
        "line": share(arrived),
        "flipping": share(settling["signed_flips"] > 0),
        "fitted": share(settling["angle_slope"].notna()),
        "document_flips": exact(float(starts["signed_flips"].min()), n=len(starts)),
        "document_slope_ratio": _slope_ratio(starts),
        "document_steps": median(steps.where(steps >= 0, np.inf).to_numpy(), step=1),
    }


def _angle(draws: pd.DataFrame) -> "pd.Series[float]":
    """Return the sine of the angle whose 1 - |cos| is the misalignment."""
    misalignment = draws["misalignment"]
    return (misalignment * (2 - misalignment)) ** 0.5


def _slope_ratio(draws: pd.DataFrame) -> Estimate:
    """Return the median of measured over predicted slope where one could be measured."""
    return median((draws["angle_slope"] / draws["angle_theory"]).dropna().to_numpy())


@adjudicates("C17")
def division_bounds(tables: Tables) -> Measured:
    """Return how often the norm stays bounded once the matrix is divided by its radius."""
    return {
        "bounded": share(_bounded(gaussian(tables))),
        "document": share(_bounded(document(tables))),
        "bounded_by_size": by_size(tables, _bounded),
    }


def _bounded(draws: pd.DataFrame) -> "pd.Series[bool]":
    return draws["normalised_peak"] < BOUNDED


@adjudicates("C18")
def norm_levels_off(tables: Tables) -> Measured:
    """Return how often the norm is level once the matrix is divided by its radius."""
    draws = gaussian(tables)
    return {
        "document": share(_level(document(tables))),
        "level": share(_level(draws)),
        "level_real": share(_level(of_type(draws, "real"))),
        "level_complex": share(_level(of_type(draws, "complex"))),
        "level_by_size": by_size(tables, _level),
    }


def _level(draws: pd.DataFrame) -> "pd.Series[bool]":
    return draws["normalised_cv"] < LEVEL
