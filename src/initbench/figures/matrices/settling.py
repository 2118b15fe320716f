"""Document C on power iteration: how often it settles, and how fast and how well where it does."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from initbench.figures.kit.frames import Triple, runs, success_rate
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    below,
    canvas,
    empty,
    key,
    lines,
    logarithmic,
    percent,
    reference,
)
from initbench.figures.kit.words import each, number
from initbench.figures.matrices.draws import (
    EXAMPLE_SIZE,
    LOOKS,
    TYPES,
    by_size,
    counted,
    curve,
    gaussian,
    matrices,
    of_document_c,
    order_range,
    size_axis,
    sizes,
    star,
)
from initbench.tables.read import Tables

# The levels of the ledger's rules.
REAL = "largest eigenvalue is real"
CRITERIA = {
    "quotient_deviation": ("quotient within 1 % of ρ", 0.01),
    "misalignment_end": ("x along the eigenvector", 1e-3),
    "normalised_cv": ("norm under A / ρ levels off", 0.01),
}
EXACT = 1e-17  # errors of zero are drawn here
QUANTITIES = {
    "slope_ratio": "slope of the angle / theory",
    "left_component": "component of x₀",
    "rayleigh_error": "error of λ₁ after 300 steps",
}


def _shares(tables: Tables) -> pd.DataFrame:
    """Return by size and type of dominant eigenvalue the share of draws that meet each criterion.

    The rows of document C's matrix are shares of starts, in the group "document_c".
    """
    draws = matrices(tables, "draws")
    random = gaussian(draws).assign(real=lambda frame: frame.dominant == "real")
    parts = [by_size(random, "real", success_rate, panel=REAL, group="all")]
    for column, (panel, level) in CRITERIA.items():
        met = draws.assign(met=draws[column] < level)
        own = by_size(of_document_c(met), "met", success_rate, panel=panel, group="document_c")
        parts.append(own)
        for name in TYPES:
            chosen = gaussian(met)[(gaussian(met).dominant == name) | (name == "all")]
            parts.append(by_size(chosen, "met", success_rate, panel=panel, group=name))
    return pd.concat(parts, ignore_index=True)


@figure(
    name="matrix_settle",
    needs=["matrices"],
    title="How often power iteration settles",
    caption=(
        "Share of draws with its 95 % exact interval. Quotient: all of steps 291 to 300. Along: "
        "1 − |cos| below 0.001 after 300 steps. Levels off: coefficient of variation below 1 % "
        "over steps 251 to 300. Dashed: 95 %. Star: starts of document C's matrix."
    ),
)
def draw_settle(tables: Tables) -> Drawing:
    """Draw over k the share of real dominant eigenvalues and of draws that settle, by type."""
    frame = _shares(tables)
    drawing, panels = canvas(2, 2, 6.0, sharey=True)
    titles = [REAL, *(panel for panel, _ in CRITERIA.values())]
    for axes, title in zip(panels.flat, titles, strict=True):
        _draw_shares(axes, frame[frame.panel == title])
        axes.set_title(title, fontsize=10.5)
    for row in panels:
        row[0].set_ylabel("share of draws")
    below(panels, "size k")
    key(drawing, lines(panels), columns=2)
    shown = frame[(frame.group == "all") & frame["size"].isin([2, EXAMPLE_SIZE, 100])]
    words = each(shown, lambda row: f"{row.panel}, k = {row['size']:g}")
    return Drawing(drawing, frame, f"Share of all draws: {words}.")


def _draw_shares(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set_ylim(-0.03, 1.03)
    percent(axes.yaxis)
    if frame.empty:
        empty(axes)
        return
    if REAL not in frame.panel.unique():
        reference(axes, 0.95)
    for name, text in TYPES.items():
        part = frame[frame.group == name]
        curve(axes, part, "size", name, counted(text, part), markevery=1)
    for _, row in frame[frame.group == "document_c"].iterrows():
        star(axes, row["size"], row, "document C's matrix")
    size_axis(axes, sizes(frame))


def _convergence(tables: Tables) -> pd.DataFrame:
    """Return median and central 90 % of the quantities of power iteration, by ensemble and size."""
    draws = matrices(tables, "draws")
    draws = draws[draws.dominant == "real"]
    errors = draws.rayleigh_error.clip(lower=EXACT)
    draws = draws.assign(slope_ratio=draws.angle_slope / draws.angle_theory, rayleigh_error=errors)
    parts = [
        by_size(chosen(draws), column, order_range, panel=panel, group=group)
        for column, panel in QUANTITIES.items()
        for group, chosen in (("real", gaussian), ("document_c", of_document_c))
    ]
    random, panel = gaussian(draws), QUANTITIES["left_component"]
    parts.append(by_size(random, "left_component", smallest, panel=panel, group="smallest"))
    return pd.concat(parts, ignore_index=True)


def smallest(values: NDArray[np.float64]) -> Triple:
    """Return the smallest value in place of value, low and high."""
    return float(values.min()), float(values.min()), float(values.min())


@figure(
    name="matrix_power_iteration",
    needs=["matrices"],
    title="Power iteration where the largest eigenvalue is real",
    caption=(
        "Median and central 90 % over draws. Left: decay of the angle between x_N and the "
        "eigenvector per step, over ln(|λ₂| / |λ₁|). Middle: |wᴴx₀| / (|w| |x₀|), w the left "
        "eigenvector. Right: |Rayleigh quotient − λ₁|, at least 1e-17. Star: document C's matrix."
    ),
)
def draw_power_iteration(tables: Tables) -> Drawing:
    """Draw over k the speed of alignment, the first component and the error of the eigenvalue."""
    frame = _convergence(tables)
    drawing, (row,) = canvas(1, 3, 3.9)
    for axes, panel in zip(row, QUANTITIES.values(), strict=True):
        _draw_quantity(axes, frame[frame.panel == panel], panel)
    below(np.array([row]), "size k")
    key(drawing, lines(np.array([row])))
    names = {"real": "Gaussian", "document_c": "document C's matrix"}
    shown = frame[(frame["size"] == EXAMPLE_SIZE) & frame.group.isin(list(names))]
    words = each(shown, lambda row: f"{row.panel}, {names[row.group]}", number)
    return Drawing(drawing, frame, f"Median and central 90 % at k = {EXAMPLE_SIZE}: {words}.")


def _draw_quantity(axes: Axes, frame: pd.DataFrame, panel: str) -> None:
    real = frame[frame.group == "real"]
    axes.set_title(f"{panel}\n{runs(real)}" if len(real) else panel, fontsize=9)
    if frame.empty:
        empty(axes)
        return
    if panel == QUANTITIES["slope_ratio"]:
        reference(axes, 1.0)
    else:
        logarithmic(axes)
    curve(axes, real, "size", "real", "median over draws", markevery=1)
    least = frame[frame.group == "smallest"]
    axes.plot(
        least["size"],
        least.value,
        color=LOOKS["real"]["color"],
        ls=":",
        label="smallest of all draws",
    )
    for _, row in frame[frame.group == "document_c"].iterrows():
        star(axes, row["size"], row, "document C's matrix")
    size_axis(axes, sizes(frame))
