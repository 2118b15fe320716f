"""Panels over the size k of random matrices, with measurement and theory drawn together."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from initbench.figures.kit.frames import Summary
from initbench.figures.kit.registry import Drawing
from initbench.figures.kit.style import canvas, empty, key
from initbench.figures.kit.words import Say, listing
from initbench.figures.matrices.draws import by_size, counted, curve, matrices, size_axis, sizes
from initbench.figures.theory.parts import head, key_of, largest, theory_line, worst
from initbench.tables.read import Tables

COLUMNS = [
    *("ensemble", "size", "rho", "rho_second", "real_eigenvalues", "angle_slope"),
    *("untied_log_growth_50", "untied_normalised_log_growth_50"),
]


def draws_of(tables: Tables) -> pd.DataFrame:
    """Return what these figures read of the draws of random matrices, maybe no rows."""
    return matrices(tables, "draws").reindex(columns=COLUMNS)


def over_sizes(
    draws: pd.DataFrame, column: str, summary: Summary, panel: str, law: Callable[[int], float]
) -> pd.DataFrame:
    """Return the summary of `column` at each size, and what `law` gives there as theory."""
    table = by_size(draws, column, summary, panel=panel)
    return table.assign(theory=[law(int(size)) for size in table["size"]])


def size_of(row: pd.Series) -> str:
    """Return the size of the matrices of a row as it is printed."""
    return f"k = {row['size']:.0f}"


def size_panels(
    frame: pd.DataFrame, shown: Mapping[str, tuple[str, Say]], words: str
) -> tuple[Drawing, NDArray[Any]]:
    """Return a drawing with a panel for each name in `shown`, and the panels.

    A name stands for the label of its y axis and for how its deviations are said; `words` begins
    the text that lists the largest of them.
    """
    drawing, panels = canvas(1, len(shown), 4.1)
    notes = []
    for axes, (name, (ylabel, say)) in zip(panels[0], shown.items(), strict=True):
        part = frame[frame.panel == name]
        notes.append(f"{name}, {largest(part, size_of, say)}")
        axes.set(xlabel="size k", ylabel=ylabel)
        _draw_panel(axes, name, part, say)
    key(drawing, key_of(panels), columns=2)
    return Drawing(drawing, frame, f"{words}: {listing(notes)}."), panels[0]


def _draw_panel(axes: Axes, name: str, frame: pd.DataFrame, say: Say) -> None:
    if frame.empty:
        head(axes, name)
        empty(axes)
        return
    head(axes, name, worst(frame, size_of, say))
    size_axis(axes, sizes(frame))
    curve(axes, frame, "size", "all", counted("measured", frame), markevery=1)
    theory_line(axes, frame["size"], frame.theory, "theory")
