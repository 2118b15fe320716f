"""Rows about what one matrix says of layers: independent, nonlinear, other spectra."""

from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
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
def independent_against_tied(tables: Tables) -> Measured:
    """Return growth a step of independent matrices, of tied ones, and the former over exp E ln rho.

    The ratio is the geometric mean over draws of growth over spectral radius.
    """
    ratio, independent, tied = {}, {}, {}
    for size in COMPARED_SIZES:
        draws, key = gaussian(tables, size), str(size)
        growth = _independent_growth(draws)
        ratio[key] = exponential(mean((growth - np.log(draws["rho"])).to_numpy()))
        independent[key] = _geometric_mean(growth)
        tied[key] = _geometric_mean((draws["log_growth_300"] - draws["log_growth_100"]) / 200)
    return {"ratio": ratio, "independent": independent, "tied": tied}


def _independent_growth(draws: pd.DataFrame) -> "pd.Series[float]":
    """Return ln of the growth a step over 300 independent steps, or over 50 where there are few."""
    long = draws["untied_log_growth_300"]
    return long / 300 if long.notna().all() else draws["untied_log_growth_50"] / 50


def _geometric_mean(logs: "pd.Series[float]") -> Estimate:
    return without_interval(np.exp(logs.mean()), len(logs), "geometric mean")


@adjudicates("C22")
def division_of_independent_layers(tables: Tables) -> Measured:
    """Return growth over 50 independent layers, each divided by its own spectral radius."""
    factors = {
        str(size): exponential(mean(_divided_growth(tables, size).to_numpy()))
        for size in LAYERED_SIZES
    }
    in_range = share(_divided_growth(tables, SIZE).abs() <= np.log(2))
    return {"factor": factors, "in_range_5": in_range}


def _divided_growth(tables: Tables, size: int) -> "pd.Series[float]":
    """Return ln of the growth over 50 divided layers, of the draws that have it."""
    return gaussian(tables, size)["untied_normalised_log_growth_50"].dropna()


@adjudicates("C23")
def without_activations(tables: Tables) -> Measured:
    """Return how often a signal has the same fate with and without an activation."""
    draws = gaussian(tables)
    raw = draws["log_growth_100"]
    linear = {"": raw, "_normalised": raw - 100 * np.log(draws["rho"])}
    alike, explodes_alike = {}, {}
    for name, (kind, growth) in product(("tanh", "relu"), linear.items()):
        bent = draws[f"{name}{kind}_log_growth_100"]
        alike[f"{name}{kind}"] = share(_fate(growth) == _fate(bent))
        explodes_alike[f"{name}{kind}"] = share((growth > TENFOLD) == (bent > TENFOLD))
    return {"alike": alike, "explodes_alike": explodes_alike}


def _fate(log_growth: "pd.Series[float]") -> "pd.Series[float]":
    """Return 1 for more than tenfold growth, -1 for less than a tenth, else 0; NaN stays NaN."""
    fate: pd.Series[float] = np.sign(log_growth) * (log_growth.abs() > TENFOLD)
    return fate


@adjudicates("C24")
def eigenvalues_or_singular_values(tables: Tables) -> Measured:
    """Return how much of the growth the spectral radius explains, and the largest singular value.

    R² of least squares on the logarithm of each. Their difference is the mean over draws of the
    difference of squared residuals over the variance, and so has the interval of a mean.
    """
    draws = gaussian(tables)
    growth = {str(steps): draws[f"log_growth_{steps}"].to_numpy() for steps in STEPS}
    radius, norm = (
        {steps: _unexplained(y, np.log(draws[name].to_numpy())) for steps, y in growth.items()}
        for name in ("rho", "sigma_max")
    )
    return {
        "advantage": {steps: mean(norm[steps] - radius[steps]) for steps in growth},
        "radius": {steps: _explained(rest) for steps, rest in radius.items()},
        "norm": {steps: _explained(rest) for steps, rest in norm.items()},
    }


def _unexplained(y: Values, x: Values) -> Values:
    """Return squared residuals (n,) of the line of `y` on `x`, over the variance of `y`."""
    slope, intercept = np.polyfit(x, y, deg=1)
    residuals: Values = (y - slope * x - intercept) ** 2 / y.var()
    return residuals


def _explained(unexplained: Values) -> Estimate:
    return without_interval(1 - unexplained.mean(), unexplained.size, "least squares")
