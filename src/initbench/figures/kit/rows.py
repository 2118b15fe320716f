"""Panels of horizontal dots with intervals: one row an init, one panel a group of rows."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initbench.figures.kit.style import canvas, dots, empty, key, proxy

FILL = ("full", "none")


def dot_rows(frame: pd.DataFrame, levels: Sequence[str] = ("",)) -> tuple[Figure, list[Axes]]:
    """Draw columns panel, row, init, level, n, value, low and high as dots, top to bottom.

    The first of `levels` is a filled dot, the second an open one slightly below it; an empty
    frame gives one panel that says so.
    """
    sizes = frame.groupby("panel", sort=False)["row"].nunique()
    height = 1.3 + 0.3 * len(sizes) + 0.245 * sizes.sum()
    ratios = [size + 0.2 for size in sizes] or [1]
    drawing, grid = canvas(len(ratios), 1, height, sharex=True, height_ratios=ratios)
    for axes, name in zip(grid[:, 0], sizes.index, strict=False):
        dot_panel(axes, frame[frame.panel == name], levels)
        axes.set_title(name)
    if frame.empty:
        empty(grid[0, 0])
    if len(levels) > 1:
        key(drawing, [proxy(text, fill) for text, fill in zip(levels, FILL, strict=True)])
    return drawing, list(grid[:, 0])


def dot_panel(axes: Axes, frame: pd.DataFrame, levels: Sequence[str]) -> None:
    """Draw one panel of `dot_rows` into `axes`, with n at the right of each row."""
    rows = list(frame.row.unique())
    shift = 0.17 if len(levels) > 1 else 0.0
    for place, (row, init) in enumerate(frame[["row", "init"]].drop_duplicates().to_numpy()):
        for level, fill, side in zip(levels, FILL, (-shift, shift), strict=False):
            part = frame[(frame.row == row) & (frame.level == level)]
            dots(axes, part, [place + side] * len(part), init, fillstyle=fill)
        count = frame[frame.row == row].n.iloc[0]
        axes.text(
            1.01, place, f"n = {count}", transform=axes.get_yaxis_transform(), va="center", size=9
        )
    axes.set_yticks(range(len(rows)), labels=rows)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def draw_rows(axes: Axes, frame: pd.DataFrame, levels: Sequence[str] = ("",)) -> None:
    """Draw the rows of `frame` as dots with intervals, or say that the grid holds none."""
    if frame.empty:
        empty(axes)
    else:
        dot_panel(axes, frame, levels)
