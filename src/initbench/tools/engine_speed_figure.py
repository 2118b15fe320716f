"""The figure of the benchmark: how much faster each way is, and how the engine's cost grows."""

from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initbench import io
from initbench.figures.kit.registry import Drawing
from initbench.figures.kit.save import svg
from initbench.figures.kit.style import INK, THEME

HEIGHTS = (3, 2)  # of the upper and the lower row
ALT = (
    "Dots: how many times faster each way of training is than the first way of its task. "
    "Lines: processor seconds a model against the number of seeds trained at once, and against "
    "the depth of a ReLU MLP. The numbers stand in the tables beside this figure."
)


def save(ways: pd.DataFrame, grown: pd.DataFrame, path: Path) -> None:
    """Draw the two tables of the benchmark and write them as SVG to `path`."""
    with mpl.rc_context(THEME):
        figure = Figure(figsize=(7.5, 8), layout="constrained")
        parts = figure.subfigures(2, 1, height_ratios=HEIGHTS, squeeze=False)[:, 0]
        _dots(parts[0].subplots(), ways)
        left, right = parts[1].subplots(1, 2)
        _by_seeds(left, grown[~grown["task"].str.contains("depth")])
        _by_depth(right, grown[grown["task"].str.contains("depth")])
    io.write_text(path, svg(Drawing(figure, ways, ALT, name="bench")))


def _dots(axes: Axes, ways: pd.DataFrame) -> None:
    """Draw one dot a way, those of a task together, the first being 1."""
    rows = ways.iloc[::-1]
    names = rows["task"] + ": " + rows["way"]
    axes.axvline(1, color=INK, alpha=0.4)
    axes.plot(rows["speedup"], names, "o")
    for name, speedup in zip(names, rows["speedup"], strict=True):
        axes.annotate(f"  {speedup:.2g}", (speedup, name), va="center")
    axes.set_xscale("log")
    axes.margins(x=0.12)
    axes.set(xlabel="times as fast as the first way of the task")


def _by_seeds(axes: Axes, grown: pd.DataFrame) -> None:
    """Draw what a model costs when more seeds are trained at once, by task."""
    for marker, (task, rows) in zip("os^Dv", grown.groupby("task", sort=False), strict=False):
        cost = rows["seconds"] / rows["seconds"].iloc[0]
        axes.plot(rows["models"], cost, marker=marker, label=str(task))
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set(xlabel="seeds at once", ylabel="cost a model, alone = 1", ylim=(0, None))
    axes.legend()


def _by_depth(axes: Axes, grown: pd.DataFrame) -> None:
    """Draw what a step of a ReLU MLP costs by its depth."""
    depths = grown["task"].str.rpartition(" ")[2].astype(int)
    axes.plot(depths, 1000 * grown["seconds"], marker="o")
    axes.set(xlabel="hidden layers", ylabel="ms a model and step", xlim=(0, None), ylim=(0, None))
