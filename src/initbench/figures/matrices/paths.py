"""Document C, its plots: norm and quotient under repeated multiplication, raw and normalised."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initbench.figures.kit.frames import final, pick
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import INK, below, canvas, empty, key, lines, reference
from initbench.figures.kit.words import each, number
from initbench.figures.matrices.draws import (
    DOCUMENT_C,
    EXAMPLE_SIZE,
    LARGEST_MODULUS,
    STAR,
    counted,
    curve,
    matrices,
    path_bands,
)
from initbench.matrices.printed_matrix import PRINTED_NORM, PRINTED_STEPS
from initbench.tables.read import Tables

# Rows of panels: their heading and look.
ROWS = {
    "document C's matrix": DOCUMENT_C,
    "Gaussian 5 × 5, largest eigenvalue real": "real",
    "Gaussian 5 × 5, largest eigenvalues complex": "complex",
}
KINDS = {"tied": "A", "tied_normalised": "A / ρ"}
EXAMPLES = {"tied": "example", "tied_normalised": "example_normalised"}


def _paths(tables: Tables, quantity: str) -> pd.DataFrame:
    """Return the bands and the examples of the three rows, whose heading is the column `row`."""
    kinds = [*KINDS, *EXAMPLES.values()]
    paths = pick(matrices(tables, "paths"), quantity=quantity, kind=kinds)
    frame = path_bands(paths[paths["size"] == EXAMPLE_SIZE])
    own = frame.ensemble == DOCUMENT_C
    looks = frame.dominant.mask(own & (frame.dominant == "all"), DOCUMENT_C)
    headings = {look: heading for heading, look in ROWS.items()}
    frame = frame.assign(row=looks.where(own == (looks == DOCUMENT_C)).map(headings))
    return frame.dropna(subset="row").reset_index(drop=True)


def _draw(frame: pd.DataFrame, height: float) -> tuple[Figure, Any]:
    """Draw each row of panels: bands and examples under A on the left, under A/ρ on the right."""
    drawing, panels = canvas(len(ROWS), len(KINDS), height, sharex=True, sharey="col")
    for axes_of_row, (heading, look) in zip(panels, ROWS.items(), strict=True):
        part = frame[frame.row == heading]
        for axes, (kind, words) in zip(axes_of_row, KINDS.items(), strict=True):
            _draw_panel(axes, part, kind, look)
            axes.set_title(f"times {words}", fontsize=10)
        words = counted(heading, part[part.kind == "tied"])
        axes_of_row[0].set_title(f"{words}\ntimes A", fontsize=10)
    below(panels, "multiplications N")
    return drawing, panels


def _draw_panel(axes: Axes, part: pd.DataFrame, kind: str, look: str) -> None:
    curve(axes, part[part.kind == kind], "step", look, "_", marker="", ls="-", lw=1.4)
    example = part[part.kind == EXAMPLES[kind]]
    axes.plot(example.step, example.value, color=INK, lw=0.9, label="one example")
    if part.empty:
        empty(axes)


def _alt(what: str, frame: pd.DataFrame) -> str:
    ends = final(frame[frame.kind.isin(list(KINDS))])
    words = each(ends, lambda row: f"{row.row}, times {KINDS[row.kind]}", number)
    return f"{what} after 100 multiplications, median and central 90 %: {words}."


@figure(
    name="matrix_norm",
    needs=["matrices"],
    title="The norm of x under repeated multiplication by one matrix",
    caption=(
        "Left by A, right by A divided by its spectral radius ρ. Coloured: median and central "
        "90 % over random starts (top) or over draws of A and x; black: one of them. The star is "
        "the last norm that document C prints; the norm of its start is not known."
    ),
)
def draw_norm(tables: Tables) -> Drawing:
    """Draw log10 of |x_N|/|x_0| over 100 steps for C's matrix and Gaussian ones, A and A/ρ."""
    frame = _paths(tables, "log10_norm")
    drawing, panels = _draw(frame, 7.2)
    if (frame.ensemble == DOCUMENT_C).any():
        place = PRINTED_STEPS, np.log10(PRINTED_NORM)
        panels[0, 0].plot(*place, label="printed in document C", **STAR)
    for row in panels:
        row[0].set_ylabel("log₁₀ |x| / |x₀|")
    key(drawing, lines(panels))
    return Drawing(drawing, frame, _alt("log10 of the relative norm", frame))


@figure(
    name="matrix_quotient",
    needs=["matrices"],
    title="The quotient of two successive norms",
    caption=(
        "Norm after a step over that before it, under A (left) and under A / ρ (right). "
        "Coloured: median and central 90 % over random starts (top) or over draws of A and x; "
        "black: one of them. Dashed: 2.60, which document C prints, and 1."
    ),
)
def draw_quotient(tables: Tables) -> Drawing:
    """Draw |x_N|/|x_{N-1}| over 100 steps for C's matrix and Gaussian ones, A and A/ρ."""
    frame = _paths(tables, "quotient")
    drawing, panels = _draw(frame, 7.2)
    if (frame.ensemble == DOCUMENT_C).any():
        reference(panels[0, 0], LARGEST_MODULUS, f"largest modulus, {LARGEST_MODULUS:.2f}")
    for row in panels:
        reference(row[1], 1.0)
        row[0].set_ylabel("quotient")
    key(drawing, lines(panels))
    return Drawing(drawing, frame, _alt("Quotient of successive norms", frame))
