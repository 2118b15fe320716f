"""Singular values of one layer and of products of layers over their limiting laws."""

from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import bands, central_range, named, present, thin
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import band, below, canvas, empty, key, label, logarithmic
from initbench.figures.kit.words import listing, number
from initbench.figures.theory.parts import (
    absolute,
    head,
    key_of,
    points,
    theory_line,
    widest,
    width_of,
    worst,
)
from initbench.tables.read import Tables
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
    title="Singular values of products of layers against their laws",
    caption=(
        "Singular values of the product of the first L weight matrices of the widest nets at init, "
        "largest first, over the share of values that are larger: median over draws, the bands "
        "hold the central 90 %. Dotted: the limiting law of large matrices, for one Gaussian layer "
        "the quarter circle. Deviation: of the share of values, in percentage points, for Gaussian "
        "layers, and of the value itself for orthogonal ones."
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
    key(drawing, key_of(panels), columns=2)
    words = listing(f"L = {factors}, {', '.join(note)}" for factors, note in notes.items() if note)
    about = f"Largest deviations of singular values from their laws, {width_of(chosen)}"
    return Drawing(drawing, frame, f"{about}: {words}.")


def _note(frame: pd.DataFrame, init: str) -> str:
    part = frame[frame["init"] == init]
    say = number if init == "orthogonal" else points
    return f"{label(init)} {worst(part, lambda row: f's = {number(row.value)}', say)}"


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
