"""Document C against A and B: which spectrum predicts how much a product of one matrix grows."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy import stats

from initbench.figures.kit.frames import BAND, Triple
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import below, canvas, empty, key, lines
from initbench.figures.kit.words import each
from initbench.figures.matrices.draws import counted, curve, gaussian, matrices
from initbench.tables.read import Tables

SHOWN = (2, 5, 20, 100)
STEPS = (1, 2, 3, 4, 5, 50, 100)
PREDICTORS = {"rho": "ln ρ, eigenvalues", "sigma_max": "ln σ, largest singular value"}
LOOK = {"rho": "real", "sigma_max": "complex"}
FEWEST = 4  # draws for an interval of a correlation


def explained(x: "pd.Series[float]", y: "pd.Series[float]") -> Triple:
    """Return the share of the variance of `y` that a straight line in `x` explains, R².

    The 95 % interval is that of the correlation by Fisher's z, squared.
    """
    found = stats.pearsonr(x, y)
    low, high = found.confidence_interval(0.95)
    nearest = 0.0 if low < 0 < high else min(low**2, high**2)
    return float(found.statistic**2), float(nearest), float(max(low**2, high**2))


def _shares(draws: pd.DataFrame) -> pd.DataFrame:
    """Return R² of the log growth over N steps on each predictor, by size and N."""
    rows = [
        (size, name, steps, len(part), *explained(np.log(part[name]), part[f"log_growth_{steps}"]))
        for size, part in draws[draws["size"].isin(SHOWN)].groupby("size")
        if len(part) >= FEWEST
        for name in PREDICTORS
        for steps in STEPS
    ]
    return pd.DataFrame(rows, columns=["size", "predictor", "steps", *BAND])


@figure(
    name="matrix_growth_predictors",
    needs=["matrices"],
    title="What predicts the growth of x: eigenvalues or singular values?",
    caption=(
        "R² of a straight line for ln(|Aᴺx| / |x|) over draws of A and x, by the logarithm of the "
        "spectral radius ρ or of the largest singular value σ; bands: 95 % intervals. The "
        "distances between values of N are not to scale."
    ),
)
def draw_predictors(tables: Tables) -> Drawing:
    """Draw R² over N of the log growth of tied products on ln ρ and ln σ_max, one panel a size."""
    frame = _shares(gaussian(matrices(tables, "draws")))
    drawing, panels = canvas(2, 2, 5.6, sharex=True, sharey=True)
    for axes, size in zip(panels.flat, SHOWN, strict=True):
        part = frame[frame["size"] == size]
        _draw_shares(axes, part)
        axes.set_title(counted(f"k = {size}", part))
    for row in panels:
        row[0].set_ylabel("R²")
    below(panels, "multiplications N")
    key(drawing, lines(panels), columns=2)
    ends = frame[frame.steps.isin([STEPS[0], STEPS[-1]])]
    words = each(
        ends, lambda row: f"k = {row['size']:g}, N = {row.steps}, {PREDICTORS[row.predictor]}"
    )
    return Drawing(drawing, frame, f"R²: {words}.")


def _draw_shares(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set_ylim(-0.03, 1.03)
    axes.set_xticks(range(len(STEPS)), labels=[str(steps) for steps in STEPS])
    if frame.empty:
        empty(axes)
    for name, text in PREDICTORS.items():
        part = frame[frame.predictor == name]
        places = part.assign(place=part.steps.map(STEPS.index))
        curve(axes, places, "place", LOOK[name], text, markevery=1)
