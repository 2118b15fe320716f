"""Nets with and without LayerNorm in the tables: their scales, their looks, their panels."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from initbench.figures.depth.nets import DEPTHS, trained
from initbench.figures.kit.over_depth import heading
from initbench.figures.kit.rows import FILL, draw_rows
from initbench.figures.kit.style import band, canvas, empty, key, label, lines, logarithmic, proxy

NORM_NET = r"(?P<net>(?:no_)?ln)_d(?P<depth>\d+)$"
SIGMA = r"sigma_(\d+(?:e-\d+)?)$"
OTHERS = ["he_normal", "zeros", "constant_0.1", "ones"]
TEXTS = {
    **{"ln": "with LayerNorm", "no_ln": "without LayerNorm"},
    **{"pre": "before each sublayer", "post": "after each sublayer", "none": "no LayerNorm"},
}
WITH: dict[str, Any] = {"color": "#3d8ea8", "marker": "o", "ls": "-"}
WITHOUT: dict[str, Any] = {"color": "#a5682a", "marker": "s", "ls": (0, (4, 1.5))}
AFTER: dict[str, Any] = {"color": "#9a5fb8", "marker": "^", "ls": (0, (6, 1.5, 1, 1.5))}
STYLES = {"ln": WITH, "no_ln": WITHOUT, "pre": WITH, "post": AFTER, "none": WITHOUT}
NETS = ["ln", "no_ln"]
Panels = NDArray[Any]
BY = ["net", "depth", "init"]


def normed(read: Callable[[str], pd.DataFrame], **wanted: str | Sequence[str]) -> pd.DataFrame:
    """Return the wanted rows of the nets with and without LayerNorm, by net and depth."""
    return trained(read, ["ln_depth"], NORM_NET, **wanted)


def sigma(inits: pd.Series) -> pd.Series:
    """Return the standard deviation that an init "sigma_3e-2" is named after, else NaN."""
    return inits.str.extract(SIGMA, expand=False).astype(float)


def scale_grid(
    frame: pd.DataFrame, draw: Callable[[Axes, pd.DataFrame, int], None]
) -> tuple[Figure, Panels]:
    """Draw, for each depth, `draw(axes, frame, depth)` over σ, and the other inits below as dots.

    `frame` has the columns net, depth, init, sigma, n, value, low and high.
    """
    drawing: Figure
    drawing, panels = canvas(2, len(DEPTHS), 5.2, sharey="row", height_ratios=[2, 1])
    others = _other_rows(frame)
    for above, under, depth in zip(*panels, DEPTHS, strict=True):
        part = frame[frame.depth == depth].dropna(subset="sigma")
        heading(above, f"depth {depth}", part)
        logarithmic(above, "x")
        above.set_xlabel("σ of all weights")
        draw(above, part, depth)
        draw_rows(under, others[others.depth == depth], [TEXTS[net] for net in NETS])
    fills = [proxy(f"{TEXTS[net]} (below)", fill) for net, fill in zip(NETS, FILL, strict=True)]
    key(drawing, [*lines(panels[:1]), *fills], columns=2)
    return drawing, panels


def _other_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the inits that are no normal of a given σ, of those that every depth has, as rows."""
    others = frame[frame["init"].isin(OTHERS)]
    places = others["init"].map({init: place for place, init in enumerate(OTHERS)})
    rows = others.assign(row=others["init"].map(label), level=others.net.map(TEXTS), place=places)
    everywhere = rows.groupby("init")["depth"].transform("nunique") == rows.depth.nunique()
    return rows[everywhere].sort_values("place", kind="stable")


def net_lines(axes: Axes, frame: pd.DataFrame, x: str, nets: Sequence[str] = NETS) -> None:
    """Draw one line and band a kind of net over `x`."""
    for net in nets:
        part = frame[frame.net == net]
        if len(part):
            band(axes, part.sort_values(x), x, net, TEXTS[net], markevery=1, **STYLES[net])
    if frame.empty:
        empty(axes)
