"""Panels over the size k of random matrices, with measurement and theory drawn together."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from initbench.figures.frames import Summary
from initbench.figures.matrix_frames import by_size, curve, matrices, size_axis, sizes
from initbench.figures.registry import Drawing
from initbench.figures.style import canvas, empty, key, lines
from initbench.figures.theory_parts import head, theory_line
from initbench.figures.words import listing
from initbench.tables import Tables

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
    frame: pd.DataFrame, ylabels: Mapping[str, str], notes: Mapping[str, str], words: str
) -> tuple[Drawing, NDArray[Any]]:
    """Return a drawing with a panel for each key of `ylabels`, and the panels.

    Each says its note, the largest deviation; `words` begins the text that lists them.
    """
    drawing, panels = canvas(1, len(ylabels), 4.1)
    for axes, (panel, ylabel) in zip(panels[0], ylabels.items(), strict=True):
        part = frame[frame.panel == panel]
        axes.set(xlabel="size k", ylabel=ylabel)
        # A narrow panel holds about thirty letters a line.
        head(axes, panel, *notes[panel].replace("deviation ", "deviation\n").split("\n"))
        if part.empty:
            empty(axes)
        else:
            size_axis(axes, sizes(part))
            curve(axes, part, "size", "all", "measured", markevery=1)
            theory_line(axes, part["size"], part.theory, "theory")
    key(drawing, lines(panels), columns=2)
    each = listing(f"{name}, {note}" for name, note in notes.items())
    return Drawing(drawing, frame, f"{words}: {each}."), panels[0]
