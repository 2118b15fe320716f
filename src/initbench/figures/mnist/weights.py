"""Document D: what zeros and constants do to gradients, to rows and to spectra on MNIST."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import (
    MNIST,
    bands,
    central_range,
    final,
    last_step,
    load,
    median_interval,
    named,
    pick,
    runs,
)
from initbench.figures.kit.heat import heat_map
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    band,
    below,
    canvas,
    empty,
    key,
    label,
    logarithmic,
    proxy,
    reference,
)
from initbench.figures.kit.words import each, listing, number
from initbench.tables.read import Tables

TENSORS = [f"{layer}.{kind}" for layer in ("fc1", "fc2", "out") for kind in ("weight", "bias")]
ZEROED = ["default", "zero_head", "zero_fc2", "zero_fc1_weight", "zero_fc1", "zeros"]
NETS = {
    "mnist_net": "",
    "mnist_net_tanh": ", tanh",
    "mnist_net_leaky": ", leaky ReLU",
    "mnist_net_sigmoid": ", sigmoid",
}
ROWS_OF = ["default", "xavier", "he_normal", "zero_fc1", "zeros", "ones", "minus_ones"]
SPECTRA_OF = ["default", "xavier", "he_normal", "normal_0.01"]
HIDDEN = ["fc1.weight", "fc2.weight"]
UNITS = 128


def _gradients(tables: Tables) -> pd.DataFrame:
    """Return the median first gradient norm of every tensor, one row a net and tensor."""
    parts = [
        pick(load(tables.layers, name), quantity="gradient_norm", step=0, init=ZEROED)
        for name in ("mnist_ablations", "mnist_main")
    ]
    # The two experiments start from the same nets, so that a shared seed counts once.
    norms = pd.concat(parts).drop_duplicates(["architecture", "init", "seed", "layer"])
    shown = norms.architecture.isin(list(NETS)) & norms["init"].isin(ZEROED[-2:])
    norms = norms[shown | (norms.architecture == "mnist_net")]
    frame = bands(norms, ["init", "architecture", "layer"], "value", median_interval)
    row = frame["init"].map(label) + frame.architecture.map(NETS)
    places = frame["init"].map(ZEROED.index)
    return frame.assign(row=row, place=places).sort_values(["place", "architecture"], kind="stable")


def _cell(value: float) -> str:
    return "0" if value == 0 else number(value)


@figure(
    name="mnist_gradient_norms",
    needs=["mnist_ablations", "mnist_main"],
    title="Which tensors get a gradient at the first step",
    caption=(
        "L2 norm of the gradient of each tensor on the first batch, median over seeds. A bare "
        "cell with 0 is a gradient of exactly zero: that tensor does not move. Nets are ReLU "
        "unless named."
    ),
)
def draw_gradients(tables: Tables) -> Drawing:
    """Draw the first gradient norm of the six tensors of nets with zeroed parts."""
    frame = _gradients(tables)
    drawing, ((axes,),) = canvas(height=1.4 + 0.33 * max(4, frame.row.nunique()))
    if frame.empty:
        empty(axes)
    else:
        _draw_gradients(axes, frame)
    zero = frame[frame.value == 0].groupby("row", sort=False).layer.agg(", ".join)
    words = listing(f"{row}: {tensors}" for row, tensors in zero.items())
    data = frame.drop(columns="place")
    return Drawing(drawing, data, f"Gradients of exactly zero: {words}.")


def _draw_gradients(axes: Axes, frame: pd.DataFrame) -> None:
    rows, counts = list(frame.row.unique()), frame.groupby("row").n.max()
    norms = frame.pivot(index="row", columns="layer", values="value").loc[rows, TENSORS]
    norms.index = [f"{row} (n = {counts[row]})" for row in rows]
    heat_map(axes, norms.where(norms > 0).map(np.log10), norms.map(_cell))
    axes.set(xlabel="tensor", ylabel="")


@figure(
    name="mnist_zero_tensors",
    needs=["mnist_main"],
    title="Do the parameters of an all-zero net stay at zero?",
    caption=(
        "Largest absolute value in each tensor of a net that starts at zero, median over seeds, "
        "at each epoch. A bare cell with 0 holds exact zeros only."
    ),
)
def draw_zero_tensors(tables: Tables) -> Drawing:
    """Draw the largest absolute parameter of each tensor of the all-zero net over training."""
    values = pick(load(tables.layers, "mnist_main"), **MNIST, init="zeros", quantity="max_abs")
    frame = bands(values, ["layer", "step"], "value", median_interval)
    drawing, ((axes,),) = canvas(height=3.4)
    if frame.empty:
        empty(axes)
    else:
        sizes = frame.pivot(index="layer", columns="step", values="value").loc[TENSORS]
        heat_map(axes, sizes.where(sizes > 0), sizes.map(_cell))
        axes.set(xlabel=f"step ({runs(frame)})", ylabel="")
    words = each(final(frame), lambda row: row.layer, number)
    return Drawing(drawing, frame, f"Largest absolute parameter at the end: {words}.")


@figure(
    name="mnist_symmetry",
    needs=["mnist_main"],
    title="How many of the 128 units of layer 1 differ from one another",
    caption=(
        "Rows that are equal bit by bit count once. Median over seeds; the bands hold the central "
        "90 %. The dashed line is the number of units, 128."
    ),
)
def draw_symmetry(tables: Tables) -> Drawing:
    """Draw the number of distinct rows of fc1 over training, one panel an init."""
    wanted = {"quantity": "distinct_rows", "layer": "fc1.weight"}
    rows = pick(load(tables.layers, "mnist_main"), **MNIST, **wanted, init=ROWS_OF)
    frame = bands(rows, ["init", "step"], "value", central_range)
    drawing, grid = canvas(2, 4, 4.0, sharex=True, sharey=True)
    for axes, init in zip(grid.flat, ROWS_OF, strict=False):
        _draw_rows(axes, frame[frame["init"] == init], init)
    grid[1, 3].set_visible(False)
    drawing.supxlabel("step", fontsize=11.5)
    drawing.supylabel("distinct rows of fc1.weight", fontsize=11.5)
    words = each(final(frame), lambda row: label(row["init"]), number)
    alt = f"Distinct rows of fc1.weight at the end, median and central 90 %: {words}."
    return Drawing(drawing, frame, alt)


def _draw_rows(axes: Axes, frame: pd.DataFrame, init: str) -> None:
    logarithmic(axes)
    axes.set_yticks([1, 4, 16, 64], labels=["1", "4", "16", "64"])
    axes.set_ylim(0.75, 220)
    reference(axes, UNITS)
    axes.set_title(named(init, frame), fontsize=10)
    if frame.empty:
        empty(axes)
    else:
        band(axes, frame, "step", init, "")


@figure(
    name="mnist_spectra",
    needs=["mnist_ablations"],
    title="Singular values of the hidden layers, before and after training",
    caption=(
        "Singular values from the largest to the smallest, at init (open, dotted) and at the "
        "end of the short runs (filled). Median over seeds; the bands hold the central 90 %."
    ),
)
def draw_spectra(tables: Tables) -> Drawing:
    """Draw the sorted singular values of fc1 and fc2 at init and at the end, by init."""
    frame = _spectra(tables)
    drawing, panels = canvas(2, 4, 4.9, sharex="row", sharey=True)
    for row, layer in zip(panels, HIDDEN, strict=True):
        for axes, init in zip(row, SPECTRA_OF, strict=True):
            part = frame[(frame.layer == layer) & (frame["init"] == init)]
            _draw_spectrum(axes, part, init)
            axes.set_title(named(init, part) if layer == HIDDEN[0] else "", fontsize=10)
        row[0].set_ylabel(f"singular value of {layer.removesuffix('.weight')}")
    below(panels, "rank")
    key(drawing, [proxy("at init", "none"), proxy("after training")])
    largest = frame[(frame["index"] == 0) & (frame.layer == HIDDEN[0])]
    words = each(largest, lambda row: f"{label(row['init'])} {row.moment}", number)
    alt = f"Largest singular value of fc1, median and central 90 %: {words}."
    return Drawing(drawing, frame, alt)


def _spectra(tables: Tables) -> pd.DataFrame:
    wanted = {"quantity": "singular_value", "layer": HIDDEN, "init": SPECTRA_OF}
    values = pick(load(tables.layers, "mnist_ablations"), **MNIST, **wanted)
    start, end = values[values.step == 0], last_step(values[values.step > 0])
    both = pd.concat([start.assign(moment="at init"), end.assign(moment="after training")])
    return bands(both, ["init", "layer", "moment", "index"], "value", central_range)


def _draw_spectrum(axes: Axes, frame: pd.DataFrame, init: str) -> None:
    logarithmic(axes)
    styles = {"at init": {"fillstyle": "none", "ls": ":"}, "after training": {"ls": "-"}}
    for moment, style in styles.items():
        part = frame[frame.moment == moment]
        if len(part):
            band(axes, part, "index", init, "", **style)
    if frame.empty:
        empty(axes)
