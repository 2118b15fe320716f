"""Rows about what one matrix says of layers: independent, nonlinear, other spectra."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.matrices.draws import (
    SIZE,
    gaussian,
    share,
    without_interval,
)
from initbench.statistics import Estimate, exponential, mean
from initbench.tables.read import Tables

Values = npt.NDArray[np.float64]
COMPARED_SIZES = (2, 5, 20, 100)
LAYERED_SIZES = (5, 10, 20, 50, 100, 2, 3)
STEPS = (1, 2, 3, 4, 5, 100)
TENFOLD = np.log(10)


@adjudicates("C04")
def independent_against_tied(tables: Tables) -> dict[str, Estimate]:
    """Return growth a step of independent matrices, of tied ones, and the former over exp E ln rho.

    The ratio is the geometric mean over draws of growth over spectral radius.
    """
    estimates = {}
    for size in COMPARED_SIZES:
        draws = gaussian(tables, size)
        independent = _independent_growth(draws)
        tied = (draws["log_growth_300"] - draws["log_growth_100"]) / 200
        excess = independent - np.log(draws["rho"])
        estimates[f"ratio_{size}"] = exponential(mean(excess.to_numpy()))
        estimates[f"independent_{size}"] = _geometric_mean(independent)
        estimates[f"tied_{size}"] = _geometric_mean(tied)
    return estimates


def _independent_growth(draws: pd.DataFrame) -> "pd.Series[float]":
    """Return ln of the growth a step over 300 independent steps, or over 50 where there are few."""
    long = draws["untied_log_growth_300"]
    return long / 300 if long.notna().all() else draws["untied_log_growth_50"] / 50


def _geometric_mean(logs: "pd.Series[float]") -> Estimate:
    return without_interval(np.exp(logs.mean()), len(logs), "geometric mean")


@adjudicates("C22")
def division_of_independent_layers(tables: Tables) -> dict[str, Estimate]:
    """Return growth over 50 independent layers, each divided by its own spectral radius."""
    factors = {
        f"factor_{size}": exponential(mean(_divided_growth(tables, size).to_numpy()))
        for size in LAYERED_SIZES
    }
    return factors | {"in_range_5": share(_divided_growth(tables, SIZE).abs() <= np.log(2))}


def _divided_growth(tables: Tables, size: int) -> "pd.Series[float]":
    """Return ln of the growth over 50 divided layers, of the draws that have it."""
    return gaussian(tables, size)["untied_normalised_log_growth_50"].dropna()


@adjudicates("C23")
def without_activations(tables: Tables) -> dict[str, Estimate]:
    """Return how often a signal has the same fate with and without an activation."""
    draws = gaussian(tables)
    raw = draws["log_growth_100"]
    linear = {"": raw, "_normalised": raw - 100 * np.log(draws["rho"])}
    estimates = {}
    for name in ("tanh", "relu"):
        for kind, growth in linear.items():
            bent = draws[f"{name}{kind}_log_growth_100"]
            estimates[f"{name}{kind}"] = share(_fate(growth) == _fate(bent))
            same = (growth > TENFOLD) == (bent > TENFOLD)
            estimates[f"{name}{kind}_explodes"] = share(same)
    return estimates


def _fate(log_growth: "pd.Series[float]") -> "pd.Series[float]":
    """Return 1 for more than tenfold growth, -1 for less than a tenth, else 0; NaN stays NaN."""
    fate: pd.Series[float] = np.sign(log_growth) * (log_growth.abs() > TENFOLD)
    return fate


@adjudicates("C24")
def eigenvalues_or_singular_values(tables: Tables) -> dict[str, Estimate]:
    """Return how much of the growth the spectral radius explains, and the largest singular value.

    R² of least squares on the logarithm of each. Their difference is the mean over draws of the
    difference of squared residuals over the variance, and so has the interval of a mean.
    """
    draws = gaussian(tables)
    radius, norm = (np.log(draws[name].to_numpy()) for name in ("rho", "sigma_max"))
    estimates = {}
    for steps in STEPS:
        growth = draws[f"log_growth_{steps}"].to_numpy()
        by_radius, by_norm = (_unexplained(growth, spectrum) for spectrum in (radius, norm))
        estimates[f"advantage_{steps}"] = mean(by_norm - by_radius)
        estimates[f"radius_{steps}"] = _explained(by_radius)
        estimates[f"norm_{steps}"] = _explained(by_norm)
    return estimates


def _unexplained(y: Values, x: Values) -> Values:
    """Return squared residuals (n,) of the line of `y` on `x`, over the variance of `y`."""
    slope, intercept = np.polyfit(x, y, deg=1)
    residuals: Values = (y - slope * x - intercept) ** 2 / y.var()
    return residuals


def _explained(unexplained: Values) -> Estimate:
    return without_interval(1 - unexplained.mean(), unexplained.size, "least squares")
