"""Power iteration over its theory: how fast a vector turns to the dominant eigenvector."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import central_range
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import canvas, empty, key, ramp
from initbench.figures.matrices.draws import (
    EXAMPLE_SIZE,
    by_size,
    counted,
    curve,
    gaussian,
    of_document_c,
    size_axis,
    sizes,
    star,
)
from initbench.figures.theory.parts import head, key_of, largest, relative, theory_line, worst
from initbench.figures.theory.sizes import draws_of, size_of
from initbench.tables.read import Tables
from initbench.theory.dynamics import power_iteration_slope

SCATTERED = {2: "o", 5: "s", 20: "D", 100: "^"}
POINTS = 40  # draws of each size in the scatter
SCATTER, RATIO = "some draws", "all draws"
RANDOM, OWN = "Gaussian matrices", "document C's matrix"


@figure(
    name="theory_power_iteration",
    needs=["matrices"],
    title="How fast a vector turns to the dominant eigenvector",
    caption=(
        "Draws with a real dominant eigenvalue. The slope of ln sin angle per step, fitted between "
        "sines of 0.1 and 10⁻¹², against ln(|λ₂|/|λ₁|). Left: a few draws of some sizes. Right: "
        "ratio of the two, median and central 90 % of all draws of a size; star: document C's "
        "matrix over its starts. A draw that turns too fast for a fit is left out."
    ),
)
def draw_power_iteration(tables: Tables) -> Drawing:
    """Draw measured against theoretical slopes of single draws, and their ratio over the size."""
    draws = _turning(draws_of(tables))
    scattered, ratios = scatter(gaussian(draws)), slope_ratios(draws)
    drawing, panels = canvas(1, 2, 4.2)
    left, right = panels[0]
    _draw_scatter(left, scattered)
    _draw_ratios(right, ratios)
    key(drawing, key_of(panels), columns=2)
    data = pd.concat([scattered, ratios], ignore_index=True)
    words = f"Median ratio of measured to theoretical slope: {largest(ratios, _place)}."
    return Drawing(drawing, data, words)


def _turning(draws: pd.DataFrame) -> pd.DataFrame:
    """Return the draws that have a slope, with the one that theory gives."""
    fitted = draws.dropna(subset=["angle_slope", "rho_second"])
    radius, second = fitted.rho.astype(float), fitted.rho_second.astype(float)
    return fitted.assign(theory=power_iteration_slope(radius, second))


def scatter(draws: pd.DataFrame) -> pd.DataFrame:
    """Return slope and theory of the first draws of some sizes, one row a draw."""
    few = draws[draws["size"].isin(SCATTERED)].groupby("size").head(POINTS)
    slope = few.angle_slope
    columns = {"size": few["size"], "n": 1, "value": slope, "low": slope, "high": slope}
    table = pd.DataFrame(columns).assign(panel=SCATTER, theory=few.theory)
    return relative(table).reset_index(drop=True)


def slope_ratios(draws: pd.DataFrame) -> pd.DataFrame:
    """Return the band of slope over theory at each size, and of document C's matrix."""
    found = draws.assign(ratio=draws.angle_slope / draws.theory)
    parts = [
        by_size(gaussian(found), "ratio", central_range, panel=RATIO, matrix=RANDOM),
        by_size(of_document_c(found), "ratio", central_range, panel=RATIO, matrix=OWN),
    ]
    return relative(pd.concat(parts, ignore_index=True).assign(theory=1.0))


def _place(row: pd.Series) -> str:
    return size_of(row) if row.matrix == RANDOM else OWN


def _draw_scatter(axes: Axes, frame: pd.DataFrame) -> None:
    head(axes, SCATTER)
    axes.set(xlabel="theory: ln(|λ₂|/|λ₁|)", ylabel="measured slope per step")
    style: dict[str, Any] = {"ls": "none", "ms": 3.5, "alpha": 0.8}
    for colour, (size, marker) in zip(ramp(len(SCATTERED)), SCATTERED.items(), strict=True):
        part = frame[frame["size"] == size]
        text = f"k = {size} (n = {len(part)})" if len(part) else "_"
        axes.plot(part.theory, part.value, marker=marker, color=colour, label=text, **style)
    if frame.empty:
        empty(axes)
    else:
        ends = [frame.theory.min(), frame.theory.max()]
        theory_line(axes, ends, ends, "equal")


def _draw_ratios(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set(xlabel="size k", ylabel="measured slope / theory")
    if frame.empty:
        head(axes, RATIO)
        empty(axes)
        return
    head(axes, RATIO, worst(frame, _place))
    size_axis(axes, sizes(frame))
    random = frame[frame.matrix == RANDOM]
    curve(axes, random, "size", "all", counted(RANDOM, random), markevery=1)
    for _, row in frame[frame.matrix == OWN].iterrows():
        star(axes, EXAMPLE_SIZE, row, f"{OWN} (n = {row.n})")
    theory_line(axes, [frame["size"].min(), frame["size"].max()], [1.0, 1.0], "equal")
