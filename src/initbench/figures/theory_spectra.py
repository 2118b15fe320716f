"""Singular values of one layer and of products of layers over their limiting laws."""

from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.frames import bands, central_range, named, present, thin
from initbench.figures.registry import Drawing, figure
from initbench.figures.style import band, below, canvas, empty, key, label, lines, logarithmic
from initbench.figures.theory_parts import (
    absolute,
    head,
    largest,
    points,
    theory_line,
    widest,
    width_of,
)
from initbench.figures.words import listing, number
from initbench.tables import Tables
from initbench.theory.spectra import product_cdf, product_quantile

PRODUCTS = [1, 2, 5, 10]
INITS = ["lecun_normal", "orthogonal"]
FLOOR = 1e-4


def against_laws(values: pd.DataFrame) -> pd.DataFrame:
    """Return the band of each rank over draws with the law's value there, and the deviation.

    The deviation is that of the rank share for Gaussian layers, as in a Kolmogorov-Smirnov test,
    and that of the singular value itself for orthogonal ones.
    """
    table = bands(values, ["layer", "init", "index"], "value", central_range)
    parts = [
        _against_law(table[(table.layer == factors) & (table["init"] == init)], factors, init)
        for factors, init in product(PRODUCTS, INITS)
    ]
    return pd.concat(parts, ignore_index=True)


def _against_law(part: pd.DataFrame, factors: int, init: str) -> pd.DataFrame:
    above = (part["index"].astype(float) + 0.5) / max(len(part), 1)
    if init == "orthogonal":
        return absolute(part.assign(above=above, theory=1.0))
    share = 1 - product_cdf(part.value.astype(float), factors)
    theory = product_quantile(1 - above, factors)
    return part.assign(above=above, theory=theory, deviation=np.abs(share - above))


@figure(
    name="theory_spectra",
    needs=["spectra"],
    claims=["A26", "B39"],
    title="Singular values of products of layers against their laws",
    caption=(
        "Singular values of the product of the first L weight matrices of the widest nets at init, "
        "largest first, over the share of values that are larger: median over draws, the bands "
        "hold the central 90 %. Dotted: the limiting law of large matrices, for one Gaussian layer "
        "the quarter circle. A curve that leaves a panel below keeps falling."
    ),
)
def draw_spectra(tables: Tables) -> Drawing:
    """Draw the singular values of products of 1, 2, 5 and 10 layers with their laws."""
    chosen = widest(tables, "spectra", quantity="singular_value", init=INITS, layer=PRODUCTS)
    frame = against_laws(chosen)
    drawing, panels = canvas(2, 2, 6.6, sharex=True, sharey=True)
    notes = {}
    for axes, factors in zip(panels.flat, PRODUCTS, strict=True):
        part = frame[frame.layer == factors]
        notes[factors] = [_note(part, init) for init in present(part, INITS)]
        _draw_panel(axes, part)
        head(axes, f"L = {factors}", *notes[factors])
    for row in panels:
        row[0].set_ylabel("singular value")
    below(panels, "share of larger singular values")
    key(drawing, lines(panels), columns=2)
    words = listing(f"L = {factors}, {', '.join(note)}" for factors, note in notes.items() if note)
    alt = f"Median singular values against their laws, {width_of(chosen)}: {words}."
    return Drawing(drawing, frame, alt)


def _note(frame: pd.DataFrame, init: str) -> str:
    part = frame[frame["init"] == init]
    if init == "orthogonal":
        return f"orthogonal: {largest(part, lambda row: 'from 1', number)}"
    words = largest(part, lambda row: f"s = {number(row.value)}", points)
    return f"{label(init)}: {words}"


def _draw_panel(axes: Axes, frame: pd.DataFrame) -> None:
    logarithmic(axes)
    axes.set_ylim(FLOOR, 10)
    for init in present(frame, INITS):
        part = thin(frame[frame["init"] == init], "index", 64).copy()
        columns = ["value", "low", "high", "theory"]
        part[columns] = part[columns].clip(lower=FLOOR / 100)
        band(axes, part, "above", init, named(init, part))
        theory_line(axes, part.above, part.theory, "limiting law")
    if frame.empty:
        empty(axes)
