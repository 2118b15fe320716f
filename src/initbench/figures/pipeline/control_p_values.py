"""Control: p-values of inits against themselves, which must be uniform."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.controls import EXPERIMENTS
from initbench.controls.null import PAIRS, p_values
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import INK, canvas, empty, key, look
from initbench.figures.kit.words import listing, number
from initbench.statistics.uniformity import uniformity_p
from initbench.tables.read import Tables

COLUMNS = ["cell", "p", "share"]


def _sorted(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the p-values of each cell, ascending, with the share of them that is no larger."""
    found = p_values(tables, EXPERIMENTS)
    frames = {}
    for cell, values in found.items():
        name, share = f"{cell.init} ({cell.experiment})", np.arange(1, len(values) + 1)
        frames[name] = pd.DataFrame({"p": np.sort(values), "share": share / len(values)})
    return frames


@figure(
    name="control_p_values",
    needs=["tiny_sgd", "tiny_adam"],
    title="p-values of inits against themselves",
    caption=(
        f"Each step is one comparison of {PAIRS} runs with {PAIRS} other runs of the same cell, "
        "no run used twice: sign-flip test of the ranks of the final test losses. There is no "
        "difference to find, so the share of p-values up to x must be about x, the dashed line."
    ),
)
def draw_p_values(tables: Tables) -> Drawing:
    """Draw the distribution of the p-values of each cell beside that of uniform ones."""
    frames = _sorted(tables)
    drawing, grid = canvas(1, 1, 4.2)
    axes: Axes = grid[0, 0]
    for name, frame in frames.items():
        _draw(axes, name, frame)
    if not frames:
        empty(axes)
        return Drawing(drawing, pd.DataFrame(columns=COLUMNS), listing([]))
    axes.plot([0, 1], [0, 1], color=INK, ls="--", lw=1.2, label="uniform")
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="p", ylabel="share of p-values up to p")
    key(drawing, axes.get_lines(), columns=2)
    parts = [frame.assign(cell=name) for name, frame in frames.items()]
    data = pd.concat(parts, ignore_index=True)[COLUMNS]
    return Drawing(drawing, data, _alt(frames))


def _draw(axes: Axes, name: str, frame: pd.DataFrame) -> None:
    drawn = look(name.partition(" ")[0])
    dash: Any = "-" if "tiny_sgd" in name else ":"
    x, y = np.r_[0, frame["p"], 1], np.r_[0, frame["share"], 1]
    axes.step(x, y, where="post", color=drawn.colour, ls=dash, label=name)


def _alt(frames: dict[str, pd.DataFrame]) -> str:
    said = listing(
        f"{name}: {len(frame)} p-values, Kolmogorov-Smirnov test against uniform "
        f"p = {number(uniformity_p(frame['p']))}"
        for name, frame in frames.items()
    )
    return f"Distribution of the p-values of inits against themselves. {said}."
