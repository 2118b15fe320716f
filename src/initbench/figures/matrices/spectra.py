"""Document C on random matrices: where the eigenvalues lie, and how large the largest is."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle, PathPatch

from initbench.figures.kit.frames import BAND, success_rate
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    INK,
    below,
    canvas,
    empty,
    key,
    lines,
    logarithmic,
    percent,
    proxy,
    stamps,
)
from initbench.figures.kit.words import each, listing, number, share
from initbench.figures.matrices.draws import (
    DOCUMENT_C,
    EXAMPLE_SIZE,
    LARGEST_MODULUS,
    LOOKS,
    STAR,
    by_size,
    counted,
    curve,
    gaussian,
    matrices,
    of_document_c,
    order_range,
    size_axis,
    sizes,
)
from initbench.tables.read import Tables

WORDS = "document C's matrix"
SHOWN = (2, 5, 20, 100)
POINTS = 500  # eigenvalues of a panel, so that the drawing stays small
REACH = 1.8  # half the side of a panel
DIAMOND = np.array([[-1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, -1.0]])
BIN = 0.25


def _scaled(tables: Tables) -> pd.DataFrame:
    """Return eigenvalues over √k of the first draws, about 500 a size, and of C's matrix."""
    values = matrices(tables, "eigenvalues")
    root = np.sqrt(values["size"].astype(float))
    values = values.assign(re=values.re / root, im=values.im / root)
    few = values.draw * values["size"] < POINTS
    return values[few & values["size"].isin(SHOWN)].reset_index(drop=True)


@figure(
    name="matrix_eigenvalues",
    needs=["matrices"],
    title="Eigenvalues of Gaussian k × k matrices, divided by √k",
    caption=(
        "Each point is one eigenvalue of one of n drawn matrices: real ones blue, complex ones "
        "orange. With growing k they fill the unit circle evenly (the circular law of Ginibre). "
        "Points beyond a panel's edge are left out. Stars: document C's matrix."
    ),
)
def draw_eigenvalues(tables: Tables) -> Drawing:
    """Draw scaled eigenvalues in the plane for up to four sizes, C's five among those of k = 5."""
    frame = _scaled(tables)
    drawing, panels = canvas(2, 2, 7.6, sharex=True, sharey=True)
    for axes, size in zip(panels.flat, SHOWN, strict=True):
        _draw_plane(axes, frame[frame["size"] == size])
        count = gaussian(frame[frame["size"] == size]).draw.nunique()
        axes.set_title(f"k = {size} (n = {count})" if count else f"k = {size}")
    for row in panels:
        row[0].set_ylabel("imaginary part / √k")
    below(panels, "real part / √k")
    signs = {"real": ("real", "D"), "complex": ("complex", "D"), DOCUMENT_C: (WORDS, "*")}
    key(
        drawing, [proxy(text, "full", m, LOOKS[name]["color"]) for name, (text, m) in signs.items()]
    )
    return Drawing(
        drawing, frame, f"Share of eigenvalues inside the unit circle: {_inside(frame)}."
    )


def _draw_plane(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
    axes.add_patch(Circle((0, 0), 1, fill=False, ec=INK, lw=1.1, ls="--"))
    random = gaussian(frame)
    random = random[random[["re", "im"]].abs().max(axis=1) < REACH]
    for name, part in (("real", random[random.im == 0]), ("complex", random[random.im != 0])):
        path = stamps(part[["re", "im"]].to_numpy(dtype=float), DIAMOND, 0.045)
        axes.add_patch(PathPatch(path, fc=LOOKS[name]["color"], ec="none", alpha=0.75))
    own = of_document_c(frame)
    axes.plot(own.re, own.im, mec=INK, mew=0.6, **STAR)
    if frame.empty:
        empty(axes)


def _inside(frame: pd.DataFrame) -> str:
    inside = gaussian(frame).assign(inside=np.hypot(frame.re, frame.im) <= 1)
    parts = inside.groupby("size")
    return listing(
        f"k = {size:g} {share(part.inside.mean())} (n = {part.draw.nunique()})"
        for size, part in parts
    )


@figure(
    name="matrix_radius",
    needs=["matrices"],
    title="The spectral radius ρ of Gaussian k × k matrices",
    caption=(
        "Left: median and central 90 % of ρ over draws; the dotted line is √k, the limit for "
        "large k. Right: ρ of the 5 × 5 draws in bins of 0.25, share of each bin with its 95 % "
        "exact interval. Document C's 2.60 is one draw of this law, no constant."
    ),
)
def draw_radius(tables: Tables) -> Drawing:
    """Draw the spectral radius over k, and its distribution at k = 5, with C's own."""
    draws = gaussian(matrices(tables, "draws"))
    over = by_size(draws, "rho", order_range, panel="over k")
    bins = _binned(draws[draws["size"] == EXAMPLE_SIZE])
    drawing, ((left, right),) = canvas(1, 2, 3.9)
    _draw_radii(left, over)
    _draw_bins(right, bins)
    key(drawing, lines(np.array([[left, right]])))
    data = pd.concat([over, bins], ignore_index=True)
    words = each(over, lambda row: f"k = {row['size']:g}", number)
    peak = bins[bins.value == bins.value.max()].head(1)
    most = listing(f"{row.middle:g} ± 0.125 holds {share(row.value)}" for _, row in peak.iterrows())
    alt = f"Median and central 90 % of ρ: {words}. Fullest bin at k = 5: {most}."
    return Drawing(drawing, data, alt)


def _draw_radii(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set(xlabel="size k", ylabel="spectral radius ρ")
    if frame.empty:
        empty(axes)
        return
    shown = sizes(frame)
    axes.plot(shown, np.sqrt(shown), color=INK, lw=1.2, ls=":", label="√k")
    curve(axes, frame, "size", "all", counted("all draws", frame), markevery=1)
    axes.plot(EXAMPLE_SIZE, LARGEST_MODULUS, label=f"{WORDS}, {LARGEST_MODULUS:.2f}", **STAR)
    axes.set_title("median and central 90 %", fontsize=10)
    size_axis(axes, shown)
    logarithmic(axes, steps=(1, 2, 5))


def _binned(draws: pd.DataFrame) -> pd.DataFrame:
    """Return the share of draws in each occupied bin of ρ; column `middle` is the middle."""
    bins = np.floor(draws.rho.to_numpy(dtype=float) / BIN)
    rows = [
        (EXAMPLE_SIZE, (place + 0.5) * BIN, len(bins), *success_rate(bins == place))
        for place in np.unique(bins)
    ]
    return pd.DataFrame(rows, columns=["size", "middle", *BAND]).assign(panel="k = 5")


def _draw_bins(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set(xlabel=f"ρ of {EXAMPLE_SIZE} × {EXAMPLE_SIZE} matrices", ylabel="share of draws")
    if frame.empty:
        empty(axes)
        return
    reach = [frame.value - frame.low, frame.high - frame.value]
    style: dict[str, Any] = {
        "color": "#1f78c8",
        "alpha": 0.55,
        "ecolor": INK,
        "error_kw": {"elinewidth": 1},
    }
    axes.bar(frame["middle"], frame.value, BIN * 0.92, yerr=reach, **style)
    percent(axes.yaxis)
    axes.set_title(counted(f"k = {EXAMPLE_SIZE}", frame), fontsize=10)
    axes.axvline(LARGEST_MODULUS, color=LOOKS[DOCUMENT_C]["color"], lw=1.8)
