"""Growth of products of independent matrices over Newman's exponents."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from initbench.figures.kit.frames import Triple
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import logarithmic
from initbench.figures.matrices.draws import gaussian, geometric_mean
from initbench.figures.theory.parts import percentage, relative
from initbench.figures.theory.sizes import draws_of, over_sizes, size_panels
from initbench.tables.read import Tables
from initbench.theory import lyapunov

STEPS = 50
PANELS = {
    "a fresh matrix each step": ("factor per step", percentage),
    "each divided by its own ρ": ("factor per step", percentage),
    "spread over draws": (f"std of ln growth, {STEPS} steps", percentage),
}


def spread_interval(values: NDArray[np.float64]) -> Triple:
    """Return the standard deviation with its 95 % interval for normal values, 0 for one value."""
    freedom = len(values) - 1
    if not freedom:
        return 0.0, 0.0, 0.0
    spread = float(values.std(ddof=1))
    low, high = spread * np.sqrt(freedom / stats.chi2.ppf([0.975, 0.025], freedom))
    return spread, float(low), float(high)


@figure(
    name="theory_lyapunov",
    needs=["matrices"],
    title="Growth of products of independent matrices against Newman's exponents",
    caption=(
        f"Length of a vector after {STEPS} fresh standard Gaussian k × k matrices. Left: geometric "
        "mean growth per step, 95 % t intervals, against exp ½[ln 2 + ψ(k/2)]. Middle: the same "
        "with each matrix divided by its own spectral radius ρ; theory is divided by the measured "
        "exp E ln ρ, and so has an error of its own. Right: standard deviation over draws, 95 % "
        "intervals, against √(50 ψ′(k/2))/2."
    ),
)
def draw_lyapunov(tables: Tables) -> Drawing:
    """Draw growth per step and its spread over the size with what Newman's formula gives."""
    frame = against_newman(gaussian(draws_of(tables)))
    drawn, panels = size_panels(frame, PANELS, "Measured growth against Newman's exponents")
    if len(frame):
        logarithmic(panels[0], steps=(1, 2, 5))
    return drawn


def against_newman(draws: pd.DataFrame) -> pd.DataFrame:
    """Return one row a panel and size: what was measured, theory and the deviation."""
    total = draws[f"untied_log_growth_{STEPS}"]
    normalised = draws[f"untied_normalised_log_growth_{STEPS}"]
    found = draws.assign(total=total, step=total / STEPS, normalised=normalised / STEPS)
    log_radius = draws.assign(log=np.log(draws.rho.astype(float))).groupby("size")["log"].mean()

    def divided(size: int) -> float:
        return _factor(size) * math.exp(-log_radius[size])

    raw, own, spread = PANELS
    parts = [
        over_sizes(found, "step", geometric_mean, raw, _factor),
        over_sizes(found, "normalised", geometric_mean, own, divided),
        over_sizes(found, "total", spread_interval, spread, _spread),
    ]
    return relative(pd.concat(parts, ignore_index=True))


def _factor(size: int) -> float:
    return math.exp(float(lyapunov.growth(size)))


def _spread(size: int) -> float:
    return math.sqrt(STEPS * float(lyapunov.growth_variance(size)))
