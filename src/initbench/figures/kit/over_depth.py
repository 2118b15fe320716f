"""Panels over the layers of nets, and what their tables are made from."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import bands, central_range, load, pick, present, runs
from initbench.figures.kit.style import (
    band,
    empty,
    label,
    logarithmic,
)
from initbench.tables.read import Tables

Limits = tuple[float, float]
MARGIN = 2.0  # a panel reaches so much farther than its limits, as a factor
EDGE = "Values beyond a panel are drawn at its edge."
HEADING = 10  # size in points


def measured(
    tables: Tables, probe: str, **wanted: str | int | Sequence[str] | Sequence[int]
) -> pd.DataFrame:
    """Return the rows of `probe` that hold the wanted values, without those that do not exist.

    A net whose states are all zero has no correlation, for instance, and does not count then.
    """
    return pick(load(tables.probe, probe), **wanted).dropna(subset="value")


def over_depth(
    tables: Tables,
    probe: str,
    quantities: Sequence[str],
    **wanted: str | int | Sequence[str] | Sequence[int],
) -> pd.DataFrame:
    """Return median and central 90 % over draws, one row a quantity, net, init and layer."""
    by = ["quantity", "activation", "width", "variant", "init", "layer"]
    found = measured(tables, probe, quantity=list(quantities), **wanted)
    return bands(found, by, "value", central_range)


def depth_panel(
    axes: Axes, frame: pd.DataFrame, inits: Sequence[str], limits: Limits | None = None
) -> None:
    """Draw one line and band an init over the layers; on a logarithmic axis with `limits`."""
    if limits:
        logarithmic(axes)
        axes.set_ylim(limits[0] / MARGIN, limits[1] * MARGIN)
    for place, init in enumerate(present(frame, inits)):
        part = held(frame[frame["init"] == init], limits)
        band(axes, part, "layer", init, label(init), markevery=(place % 4, 4), lw=1.5, ms=4.5)
    if frame.empty:
        empty(axes)


def held(frame: pd.DataFrame, limits: Limits | None) -> pd.DataFrame:
    """Return `frame` with value, low and high held within `limits`."""
    columns = ["value", "low", "high"]
    return frame.assign(**{c: frame[c].clip(*limits) for c in columns}) if limits else frame


def heading(axes: Axes, text: str, frame: pd.DataFrame) -> None:
    """Write `text` and the number of draws above a panel."""
    count = f" ({runs(frame)})" if len(frame) else ""
    axes.set_title(text + count, fontsize=HEADING)
