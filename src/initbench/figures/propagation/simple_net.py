"""Document B's SimpleNet at initialization: what each layer puts out, before its activation."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from initbench.figures.kit.frames import Triple, bands
from initbench.figures.kit.over_depth import measured
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.rows import FILL, dot_panel
from initbench.figures.kit.style import INK, canvas, colour, empty, key, label, logarithmic, proxy
from initbench.figures.kit.words import extremes, listing, number
from initbench.tables.read import Tables

BIASES = {"default": "PyTorch's bias", "zero": "no bias"}
BIAS_VARIANCE = {"default": 1 / 300, "zero": 0.0}  # PyTorch draws it from U(±1/√100)
FAN_IN = 100
UNITS = (100, 100, 10)
# Variances of the weights of the three layers, 100 to 100, 100 to 100 and 100 to 10.
WEIGHTS = {
    "default": (1 / 300, 1 / 300, 1 / 300),
    "xavier_normal": (2 / 200, 2 / 200, 2 / 110),
    "he_normal": (2 / 100, 2 / 100, 2 / 100),
    "normal_0.01": (1e-4, 1e-4, 1e-4),
    "normal_1": (1.0, 1.0, 1.0),
}
LAYERS = (1, 2, 3)
CELL = ["init", "variant", "layer"]
NUMBERS = ["hist_low", "hist_high", "mean", "std"]


def predicted_std(weights: tuple[float, ...], bias: float) -> list[float]:
    """Return each layer's expected std over inputs and units, from weight and bias variances.

    The second moment q, and the covariance c of two independent inputs, pass through ReLU by
    the arc-cosine kernel (Cho and Saul 2009, section 2). The mean over all inputs and units has
    variance c / units, and no part in the std.
    """
    q, c = FAN_IN * weights[0] + bias, bias
    found = [np.sqrt(q - c / UNITS[0])]
    for weight, units in zip(weights[1:], UNITS[1:], strict=True):
        q, c = FAN_IN * weight * q / 2 + bias, FAN_IN * weight * _kernel(q, c) + bias
        found.append(np.sqrt(q - c / units))
    return [float(value) for value in found]


def _kernel(q: float, c: float) -> float:
    """Return E relu(u)·relu(v) of Gaussians u and v with variance q and covariance c."""
    angle = np.arccos(c / q)
    return float(q * (np.sin(angle) + c / q * (np.pi - angle)) / (2 * np.pi))


def central_95(values: NDArray[np.float64]) -> Triple:
    """Return the median and the range that holds the central 95 % of the values."""
    low, centre, high = np.quantile(values, [0.025, 0.5, 0.975])
    return float(centre), float(low), float(high)


@figure(
    name="simple_net_std",
    needs=["simple_net"],
    title="Spread of what the layers of SimpleNet put out, under five inits",
    caption=(
        "Standard deviation over 1000 Gaussian inputs and all units, before the activation. "
        "Median over draws; bars hold the central 95 %. Upright strokes: what theory expects of "
        "the variances of weights and biases."
    ),
)
def draw_std(tables: Tables) -> Drawing:
    """Draw the std of each layer over draws, with and without biases, beside the theory."""
    frame = _std_rows(tables)
    drawing, panels = canvas(3, 1, 7.0, sharex=True)
    for axes, layer in zip(panels.flat, LAYERS, strict=True):
        axes.set_title(f"layer {layer}")
        _draw_layer(axes, frame[frame.layer == layer])
    logarithmic(panels[-1, 0], "x")
    panels[-1, 0].set_xlabel("standard deviation of the layer's output")
    dots = [proxy(text, fill) for text, fill in zip(BIASES.values(), FILL, strict=True)]
    key(drawing, [*dots, proxy("theory", marker="|")])
    words = extremes(frame[frame.variant == "default"], number)
    return Drawing(drawing, frame, f"Median standard deviation with PyTorch's bias, {words}.")


def _std_rows(tables: Tables) -> pd.DataFrame:
    """Return one row a layer, init and bias: median and range of the std, and its theory."""
    found = measured(tables, "simple_net", quantity="std", init=list(WEIGHTS))
    frame = bands(found, ["layer", "init", "variant"], "value", central_95)
    cells = zip(frame["init"], frame.variant, frame.layer, strict=True)
    theory = [predicted_std(WEIGHTS[i], BIAS_VARIANCE[b])[layer - 1] for i, b, layer in cells]
    texts = {
        "panel": "layer " + frame.layer.astype(str),
        "row": frame["init"].map(label),
        "level": frame.variant.map(BIASES),
    }
    place = frame["init"].map(list(WEIGHTS).index)
    frame = frame.assign(theory=theory, place=place, **texts)
    return frame.sort_values(["layer", "place", "variant"], ignore_index=True)


def _draw_layer(axes: Axes, frame: pd.DataFrame) -> None:
    if frame.empty:
        empty(axes)
        return
    dot_panel(axes, frame, list(BIASES.values()))
    rows = list(frame.row.unique())
    for bias, side in zip(BIASES, (-0.17, 0.17), strict=True):
        part = frame[frame.variant == bias]
        places = part.row.map(rows.index) + side
        axes.plot(part.theory, places, ls="none", marker="|", ms=11, mew=1.3, color=INK)


@figure(
    name="simple_net_histograms",
    needs=["simple_net"],
    title="What each layer of SimpleNet puts out, under five inits",
    caption=(
        "Histograms of one draw (n = 1 of each init and bias mode) over 1000 Gaussian inputs and "
        "all units, before the activation; each panel has its own scale, and all reach the "
        "same height. Filled: with PyTorch's bias. Line: without bias. Above each panel mean ± "
        "standard deviation."
    ),
)
def draw_histograms(tables: Tables) -> Drawing:
    """Draw the histograms of the three layers for five inits and two bias modes."""
    frame = _bins(tables)
    drawing, panels = canvas(5, 3, 9.8)
    for row, init in zip(panels, WEIGHTS, strict=True):
        for axes, layer in zip(row, LAYERS, strict=True):
            _draw_histograms(axes, frame[(frame["init"] == init) & (frame.layer == layer)])
        row[0].set_ylabel(label(init))
    for axes, layer in zip(panels[-1], LAYERS, strict=True):
        axes.set_xlabel(f"output of layer {layer}")
    key(drawing, [Patch(fc=INK, alpha=0.35, label=BIASES["default"]), _outline()])
    last = frame[frame.layer == LAYERS[-1]].drop_duplicates(CELL)
    words = listing(
        f"{label(row['init'])}, {BIASES[row.variant]} {_box(row)}" for _, row in last.iterrows()
    )
    return Drawing(drawing, frame, f"Mean ± standard deviation of layer 3 (n = 1): {words}.")


def _bins(tables: Tables) -> pd.DataFrame:
    """Return one row a bin of the first draw: its left side, width, density; mean and std."""
    found = measured(tables, "simple_net", init=list(WEIGHTS), variant=list(BIASES))
    first = found[found.seed == found.seed.min()]
    counts = first.quantity == "hist_count"
    numbers = first[~counts].pivot(index=CELL, columns="quantity", values="value")
    bins = first[counts].join(numbers.reindex(columns=NUMBERS), on=CELL)
    cells = bins.groupby(CELL)["value"]
    step = (bins.hist_high - bins.hist_low) / cells.transform("size")
    density = bins.value / cells.transform("sum") / step
    left = bins.hist_low + bins["index"] * step
    columns = [*CELL, "left", "step", "density", "mean", "std"]
    table: pd.DataFrame = bins.assign(left=left, step=step, density=density)[columns]
    return table


def _outline() -> Line2D:
    return Line2D([], [], color=INK, lw=1.2, label=BIASES["zero"])


def _draw_histograms(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set_yticks([])
    if frame.empty:
        empty(axes)
        return
    titles = []
    for bias, part in frame.groupby("variant"):
        ink = colour(str(part["init"].iloc[0]))
        style = {"fill": True, "fc": ink, "alpha": 0.45} if bias == "default" else {"ec": INK}
        heights = part.density / part.density.max()
        axes.stairs(heights, [*part.left, (part.left + part.step).iloc[-1]], **style)
        titles.append(f"{BIASES[str(bias)]}: {_box(part.iloc[0])}")
    axes.set_title("\n".join(titles), fontsize=9.5)


def _box(row: pd.Series) -> str:
    """Return the mean and standard deviation that document B writes into each panel."""
    return f"{number(row['mean'])} ± {number(row['std'])}".replace("-", "−")
