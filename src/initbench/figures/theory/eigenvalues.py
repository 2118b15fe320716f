"""Eigenvalues of Gaussian matrices over the laws of Ginibre, Geman and Edelman."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from initbench.figures.kit.frames import Triple, central_range, mean_interval, success_rate
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import logarithmic, percent
from initbench.figures.matrices.draws import gaussian
from initbench.figures.theory.parts import absolute, percentage, points, relative
from initbench.figures.theory.sizes import draws_of, over_sizes, size_panels
from initbench.tables.read import Tables
from initbench.theory import ginibre

PANELS = {
    "spectral radius": ("ρ / √k", percentage),
    "all eigenvalues real": ("share of matrices", points),
    "real eigenvalues": ("mean number", percentage),
}


def mean_count(values: NDArray[np.float64]) -> Triple:
    """Return the mean of counts with its 95 % t interval."""
    return mean_interval(values, top=np.inf)


@figure(
    name="theory_radius",
    needs=["matrices"],
    title="Eigenvalues of Gaussian k × k matrices against their laws",
    caption=(
        "Standard Gaussian entries. Left: spectral radius over √k, which tends to 1; median and "
        "central 90 % of draws. Middle: share of matrices without a complex eigenvalue, 95 % "
        "exact intervals, against 2^(−k(k−1)/4). Right: mean number of real eigenvalues, 95 % t "
        "intervals, against the formula of Edelman, Kostlan and Shub."
    ),
)
def draw_radius(tables: Tables) -> Drawing:
    """Draw the spectral radius and the real eigenvalues over the size, with their laws."""
    frame = against_laws(gaussian(draws_of(tables)))
    drawn, panels = size_panels(frame, PANELS, "Measured eigenvalues against their laws")
    if len(frame):
        percent(panels[1].yaxis)
        logarithmic(panels[2], steps=(1, 2, 5))
    return drawn


def against_laws(draws: pd.DataFrame) -> pd.DataFrame:
    """Return one row a panel and size: what was measured, its law and the deviation."""
    size = draws["size"].astype(float)
    found = draws.assign(ratio=draws.rho / np.sqrt(size), real=draws.real_eigenvalues == size)
    radius, share, mean = PANELS
    parts = [
        relative(over_sizes(found, "ratio", central_range, radius, lambda size: 1.0)),
        absolute(over_sizes(found, "real", success_rate, share, ginibre.all_real)),
        relative(over_sizes(found, "real_eigenvalues", mean_count, mean, ginibre.expected_real)),
    ]
    return pd.concat(parts, ignore_index=True)
