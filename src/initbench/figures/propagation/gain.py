"""Document B at initialization: by how much one layer changes the size of the signal."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import bands, central_range, present, runs
from initbench.figures.kit.over_depth import heading, measured
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    INK,
    band,
    below,
    canvas,
    colour,
    dots,
    empty,
    key,
    label,
    logarithmic,
    look,
    proxy,
    reference,
)
from initbench.figures.kit.words import ACTIVATIONS, each, listing, number
from initbench.tables.read import Tables

FIXED = ["normal_0.1768", "he_normal"]
RECTIFIERS = ["relu", "leaky_relu_0.01", "leaky_relu_0.2", "elu", "gelu", "silu"]
HE = {"he_normal": (-0.17, "full"), "he_gained": (0.17, "none")}
HE_WIDTHS = (64, 256)
KEPT = (0.9, 1.1)  # the ledger's margin for "keeps the size"


def factors(frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return one row a draw: the factor a layer of its value, as a geometric mean over layers.

    From the first recorded layer to the last; a draw that starts at zero has none.
    """
    draws = frame.sort_values("layer").groupby([*by, "seed"])
    ratio = draws["value"].last() / draws["value"].first()
    steps = draws["layer"].max() - draws["layer"].min()
    return (ratio ** (1 / steps)).rename("factor").dropna().reset_index()


def slope(frame: pd.DataFrame) -> float:
    """Return the least-squares slope of log(value) on log(width); NaN below two widths."""
    if frame.width.nunique() < 2:
        return float("nan")
    return float(np.polyfit(np.log(frame.width.astype(float)), np.log(frame.value), 1)[0])


@figure(
    name="signal_width_gain",
    needs=["signal_widths"],
    title="A fixed standard deviation does not know the width",
    caption=(
        "Factor by which one ReLU layer changes the rms of the states, as a geometric mean over "
        "ten layers. The fixed standard deviation 0.1768 is He's at width 64. Slopes are those "
        "of straight lines through the medians; the bands hold the central 90 % of the draws."
    ),
)
def draw_width_gain(tables: Tables) -> Drawing:
    """Draw the forward gain per layer against width, for a fixed std and for He."""
    found = measured(
        tables, "signal_widths", quantity="second_moment", init=FIXED, activation="relu"
    )
    gains = factors(found, ["init", "width"])
    gains = gains.assign(gain=np.sqrt(gains.factor))
    frame = bands(gains, ["init", "width"], "gain", central_range)
    drawing, ((axes,),) = canvas(height=3.9)
    _draw_gains(axes, frame)
    key(drawing, axes.get_lines(), columns=1)
    words = listing(
        f"{label(init)} {number(slope(frame[frame['init'] == init]))}"
        for init in present(frame, FIXED)
    )
    ends = each(frame[frame.width.isin([frame.width.min(), frame.width.max()])], _gain_name, number)
    return Drawing(drawing, frame, f"Slope of log gain on log width: {words}. Gains: {ends}.")


def _gain_name(row: pd.Series) -> str:
    return f"{label(row['init'])} at width {row.width}"


def _draw_gains(axes: Axes, frame: pd.DataFrame) -> None:
    if frame.empty:
        empty(axes)
        return
    logarithmic(axes, steps=(1, 2, 5))
    axes.set_xscale("log", base=2)
    widths = sorted(frame.width.unique())
    axes.set_xticks(widths, labels=[str(width) for width in widths])
    reference(axes, 1.0, dash=":")
    for init in present(frame, FIXED):
        part = frame[frame["init"] == init]
        text = f"{label(init)}: slope {slope(part):.2f} ({runs(part)})"
        band(axes, part, "width", init, text, markevery=1)
    axes.set(xlabel="width (units a layer)", ylabel="gain a layer")


@figure(
    name="signal_he_variants",
    needs=["signal"],
    title="He's init under six rectifiers: change of size in each layer",
    caption=(
        "Factor of the mean square of the states, as a geometric mean over 50 layers. Median over "
        "draws; bars hold the central 90 %. Filled: He's variance for ReLU. Open: the gain that "
        "fits the activation. Shaded: 0.9 to 1.1."
    ),
)
def draw_he_variants(tables: Tables) -> Drawing:
    """Draw the factor a layer of the second moment under He for six rectifiers."""
    wanted = {"quantity": "second_moment", "activation": RECTIFIERS}
    found = measured(tables, "signal", init=list(HE), width=HE_WIDTHS, **wanted)
    by = ["width", "activation", "init"]
    frame = bands(factors(found, by), by, "factor", central_range)
    drawing, panels = canvas(1, 2, 3.9, sharex=True, sharey=True)
    for axes, width in zip(panels[0], HE_WIDTHS, strict=True):
        _draw_factors(axes, frame[frame.width == width])
        heading(axes, f"width {width}", frame[frame.width == width])
    below(panels, "factor a layer")
    key(drawing, [proxy(label(i), f, look(i).marker, colour(i)) for i, (_, f) in HE.items()])
    words = each(frame[frame.width == frame.width.max()], _factor_name, number)
    return Drawing(drawing, frame, f"Factor of the second moment a layer: {words}.")


def _factor_name(row: pd.Series) -> str:
    return f"{ACTIVATIONS[row.activation]}, {label(row['init'])}"


def _draw_factors(axes: Axes, frame: pd.DataFrame) -> None:
    axes.axvspan(*KEPT, color=INK, alpha=0.1, lw=0)
    axes.set_yticks(range(len(RECTIFIERS)), labels=[ACTIVATIONS[name] for name in RECTIFIERS])
    axes.set_ylim(len(RECTIFIERS) - 0.4, -0.6)
    if frame.empty:
        empty(axes)
    for init, (side, fill) in HE.items():
        part = frame[frame["init"] == init]
        places = [RECTIFIERS.index(name) + side for name in part.activation]
        dots(axes, part, places, init, fillstyle=fill)
