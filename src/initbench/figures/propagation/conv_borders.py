"""Document B at initialization: how zero padding eats a convolutional signal from the borders."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from initbench.figures.kit.frames import bands, central_range, runs
from initbench.figures.kit.over_depth import heading, held, measured
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    INK,
    band,
    below,
    canvas,
    empty,
    key,
    label,
    logarithmic,
    proxy,
    ramp,
)
from initbench.figures.kit.words import each, listing, number, share
from initbench.tables.read import Tables

INITS = ["xavier_normal", "he_normal", "delta_orthogonal", "dirac"]
MAPPED = (1, 5, 10)
TARGETS = {"identity": 1.0, "relu": 2.0}  # He's variance makes the outputs twice the inputs
KEPT = (0.8, 1.25)  # the ledger's margin around the target
BOUNDS = (0.0, 0.1, 0.2, 0.4, 0.6, *KEPT, np.inf)
FULL, GROWN = "#ead643", "#c4305c"
FILLS = [*ramp(5), FULL, GROWN]
TEXTS = [
    *("below 0.1", "0.1 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8"),
    *("0.8 to 1.25: kept", "above 1.25"),
]
REGIONS = {"interior": ("o", "-"), "edge": ("s", "--"), "corner": ("^", ":")}
LIMITS = (1e-2, 3.0)


def _relative(tables: Tables, **wanted: str) -> pd.DataFrame:
    """Return the rows of the probe with their values over the target of the init's variance."""
    found = measured(tables, "conv_borders", init=INITS, **wanted)
    return found.assign(value=found.value / found.activation.map(TARGETS).astype(float))


@figure(
    name="conv_border_maps",
    needs=["conv_borders"],
    title="Where the signal of a stack of convolutions is kept",
    caption=(
        "Second moment of each pixel over its target (1, and 2 for He), mean over draws, before "
        "the nonlinearity. 3 × 3 kernels, padding 1 with zeros, 16 × 16 pixels. The zeros beyond "
        "the border take signal from the border first, then from further inside."
    ),
)
def draw_maps(tables: Tables) -> Drawing:
    """Draw maps of the relative second moment after layers 1, 5 and 10 for each init."""
    frame = _pixels(tables)
    drawing, panels = canvas(len(MAPPED), len(INITS), 6.9)
    for row, layer in zip(panels, MAPPED, strict=True):
        for axes, init in zip(row, INITS, strict=True):
            part = frame[(frame["init"] == init) & (frame.layer == layer)]
            _draw_map(axes, part)
            count = f"\n({runs(part)})" if len(part) else ""
            axes.set_title(f"{label(init)}{count}" if layer == MAPPED[0] else "", fontsize=10)
        row[0].set_ylabel(f"layer {layer}")
    key(drawing, _legend(), columns=4)
    kept = frame.assign(kept=frame.value.between(*KEPT))
    cells = kept.groupby(["init", "layer"], sort=False, as_index=False)["kept"].mean()
    words = listing(
        f"{label(row['init'])} layer {row.layer} {share(row.kept)}" for _, row in cells.iterrows()
    )
    return Drawing(drawing, frame, f"Share of pixels within 0.8 to 1.25 of the target: {words}.")


def _pixels(tables: Tables) -> pd.DataFrame:
    """Return one row an init, layer and pixel: the mean over draws, relative to the target."""
    cells = _relative(tables, quantity="map").groupby(["init", "layer", "index"])["value"]
    found = cells.agg(value="mean", n="count").reset_index()
    place = found["init"].map(INITS.index)
    return found.assign(place=place).sort_values(["place", "layer", "index"], ignore_index=True)


def _draw_map(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.grid(visible=False)
    axes.spines[["top", "right"]].set_visible(True)
    if frame.empty:
        empty(axes)
        return
    side = round(len(frame) ** 0.5)
    bins = np.digitize(frame.value.to_numpy(dtype=float).reshape(side, side), BOUNDS) - 1
    for place in np.unique(bins):
        axes.add_patch(PathPatch(blocks(bins == place), fc=FILLS[place], ec="none"))
    axes.set(xlim=(0, side), ylim=(side, 0))


def blocks(mask: NDArray[np.bool_]) -> Path:
    """Return one path of the true cells of `mask` (rows, columns): a rectangle for each run."""
    steps = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(int), axis=1)
    rows, left = np.nonzero(steps == 1)
    _, right = np.nonzero(steps == -1)
    x = np.stack([left, right, right, left, left], axis=1)
    y = np.stack([rows, rows, rows + 1, rows + 1, rows], axis=1)
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    vertices = np.stack([x, y], axis=-1).reshape(-1, 2).astype(float)
    return Path(vertices, np.tile(codes, len(rows)))


def _legend() -> Iterator[Patch]:
    for text, fill in zip(TEXTS, FILLS, strict=True):
        yield Patch(fc=fill, ec=INK, lw=0.6, label=text)


@figure(
    name="conv_border_depth",
    needs=["conv_borders"],
    title="Interior, edge and corner of a stack of convolutions, layer by layer",
    caption=(
        "Second moment over its target (1, and 2 for He) in the interior of the 16 × 16 pixels, "
        "along the four edges and in the four corners. Median over draws; the bands hold the "
        "central 90 %. Shaded: 0.8 to 1.25. Values below a panel are drawn at its edge."
    ),
)
def draw_depth(tables: Tables) -> Drawing:
    """Draw the relative second moment of three regions over ten layers, one panel an init."""
    found = _relative(tables, quantity="second_moment")
    shown = found[found.variant.isin(list(REGIONS))]
    frame = bands(shown, ["init", "variant", "layer"], "value", central_range)
    drawing, panels = canvas(2, 2, 5.6, sharex=True, sharey=True)
    for axes, init in zip(panels.flat, INITS, strict=True):
        part = frame[frame["init"] == init]
        _draw_regions(axes, part, init)
        heading(axes, label(init), part)
    for row in panels:
        row[0].set_ylabel("relative second moment")
    below(panels, "layer l")
    key(drawing, [proxy(name, marker=marker) for name, (marker, _) in REGIONS.items()])
    last = frame[frame.layer == frame.layer.max()]
    words = each(last, lambda row: f"{label(row['init'])} {row.variant}", number)
    return Drawing(drawing, frame, f"Median relative second moment in the last layer: {words}.")


def _draw_regions(axes: Axes, frame: pd.DataFrame, init: str) -> None:
    logarithmic(axes)
    axes.set_ylim(LIMITS[0] / 1.5, LIMITS[1])
    axes.axhspan(*KEPT, color=INK, alpha=0.12, lw=0)
    for region, (marker, dash) in REGIONS.items():
        part = held(frame[frame.variant == region], LIMITS)
        if len(part):
            band(axes, part, "layer", init, "", marker=marker, ls=dash, markevery=1)
    if frame.empty:
        empty(axes)
