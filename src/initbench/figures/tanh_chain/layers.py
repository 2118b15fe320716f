"""Document A: what happens inside the tanh chain, layer by layer."""

from itertools import cycle
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import (
    ROUNDING,
    TINY,
    bands,
    central_range,
    last_step,
    layer_number,
    load,
    mean_interval,
    median_interval,
    named,
    pick,
    present,
    runs,
)
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    band,
    below,
    canvas,
    empty,
    key,
    label,
    lines,
    logarithmic,
    nines,
    percent,
    proxy,
    ramp,
    reference,
)
from initbench.figures.kit.words import each, number
from initbench.tables.read import Tables

MAIN = ["default", "xavier", "orthogonal"]
LAYERS = ["input", *"12345678", "head"]
HEAD = len(LAYERS) - 1
MOMENTS = ["at init", "after training"]
SIZES = (("larger", "full"), ("smaller", "none"))
ALL, SOLVED = "all runs", "runs that end at 99 % or more"
CLOUDS_OF = ["default", "xavier", "he", "orthogonal"]
CLOUDS = {"pc1_share": "test points", "pc1_share_grid": "grid of 12 × 12"}


def _layers(tables: Tables, **wanted: Any) -> pd.DataFrame:
    """Return the chosen rows of the main experiment with `place`, 0 = input to 9 = head."""
    layers = pick(load(tables.layers, "tiny_sgd"), **TINY, **wanted)
    return layers.assign(place=layer_number(layers.layer))


def _moments(layers: pd.DataFrame) -> pd.DataFrame:
    """Return the first and the last recorded step, named in a column `moment`."""
    start, end = layers[layers.step == 0], last_step(layers[layers.step > 0])
    return pd.concat([start.assign(moment=MOMENTS[0]), end.assign(moment=MOMENTS[1])])


def _name_layers(axes: Axes, first: int, last: int) -> None:
    names = LAYERS[first : last + 1]
    if last == HEAD:
        names[-2] = ""  # the head's name needs the room
    axes.set_xticks(range(first, last + 1), labels=names)


@figure(
    name="tanh_chain_spectra",
    needs=["tiny_sgd"],
    title="Singular values of the weights, layer by layer",
    caption=(
        "Median over seeds of the larger (filled) and the smaller (open) singular value of each "
        "2 × 2 weight matrix; the bands hold the central 90 % of the runs."
    ),
)
def draw_spectra(tables: Tables) -> Drawing:
    """Draw both singular values of every layer at init and after training, by init."""
    values = _moments(_layers(tables, quantity="singular_value", init=MAIN))
    frame = bands(values, ["init", "moment", "index", "place"], "value", central_range)
    drawing, panels = canvas(2, 3, 5.4, sharex=True, sharey=True)
    for row, moment in zip(panels, MOMENTS, strict=True):
        for axes, init in zip(row, MAIN, strict=True):
            part = frame[(frame["init"] == init) & (frame.moment == moment)]
            _draw_spectrum(axes, part, init)
            axes.set_title(named(init, part) if moment == MOMENTS[0] else "")
        row[0].set_ylabel(f"singular value,\n{moment}")
    below(panels, "layer")
    key(drawing, [proxy(f"{size} value", fill) for size, fill in SIZES])
    first = frame[(frame.place == 1) & (frame.moment == MOMENTS[1])]
    words = each(first, lambda row: f"{label(row['init'])} {SIZES[row['index']][0]}", number)
    alt = f"Singular values of layer 1 after training, median and central 90 %: {words}."
    return Drawing(drawing, frame, alt)


def _draw_spectrum(axes: Axes, frame: pd.DataFrame, init: str) -> None:
    logarithmic(axes, steps=(1, 3))
    for place, (_, fill) in enumerate(SIZES):
        part = frame[frame["index"] == place]
        if len(part):
            band(axes, part, "place", init, "", fillstyle=fill, markevery=1)
    _name_layers(axes, 1, 9)
    if frame.empty:
        empty(axes)


@figure(
    name="tanh_chain_gradient_flow",
    needs=["tiny_sgd"],
    title="Gradient norm of every layer's weights during training",
    caption=(
        "L2 norm of the gradient of each weight matrix on the training set, median over seeds "
        "with its 95 % interval, from the first step of the recipe to the last."
    ),
)
def draw_gradients(tables: Tables) -> Drawing:
    """Draw the median gradient norm of the nine weight matrices at six moments, by init."""
    norms = _layers(tables, quantity="gradient_norm", init=MAIN)
    norms = norms[norms.layer.str.endswith("weight")]
    frame = bands(norms, ["init", "step", "place"], "value", median_interval)
    drawing, panels = canvas(1, 3, 3.9, sharey=True)
    for axes, init in zip(panels.flat, MAIN, strict=True):
        part = frame[frame["init"] == init]
        _draw_steps(axes, part, init, sorted(frame.step.unique()))
        axes.set_title(named(init, part))
    panels[0, 0].set_ylabel("norm of the gradient")
    below(panels, "layer")
    key(drawing, lines(panels))
    ends = frame[(frame.step == 0) & frame.place.isin([1, 8])]
    words = each(ends, lambda row: f"{label(row['init'])} layer {row.place}", number)
    return Drawing(drawing, frame, f"Median gradient norm before the first step: {words}.")


def _draw_steps(axes: Axes, frame: pd.DataFrame, init: str, steps: list[int]) -> None:
    logarithmic(axes)
    _name_layers(axes, 1, 9)
    for step, shade, marker in zip(steps, ramp(len(steps)), cycle("os^Dv<"), strict=False):
        part = frame[frame.step == step]
        style = {"color": shade, "marker": marker, "ls": "-", "markevery": 1}
        if len(part):
            band(axes, part, "place", init, f"step {step}", **style)
    if frame.empty:
        empty(axes)


@figure(
    name="tanh_chain_pc1_share",
    needs=["tiny_sgd"],
    title="How much of the point cloud lies on one line",
    caption=(
        "Median over seeds with its 95 % interval, of the test points and of a grid from −3 to "
        "2.5. A cloud counts as one line from 99 % on; the axis is stretched towards 100 %."
    ),
)
def draw_pc1(tables: Tables) -> Drawing:
    """Draw the variance share of the first principal component over layers, by init."""
    values = _moments(_layers(tables, quantity=list(CLOUDS), init=CLOUDS_OF))
    values = values[values.place < HEAD]
    frame = bands(values, ["init", "quantity", "moment", "place"], "value", median_interval)
    drawing, panels = canvas(2, 2, 5.6, sharex=True, sharey=True)
    for row, (quantity, cloud) in zip(panels, CLOUDS.items(), strict=True):
        for axes, moment in zip(row, MOMENTS, strict=True):
            _draw_pc1(axes, frame[(frame.quantity == quantity) & (frame.moment == moment)])
            axes.set_title(f"{cloud}, {moment}")
        row[0].set_ylabel("share of variance on PC1")
    below(panels, "layer")
    key(drawing, lines(panels), columns=2)
    fourth = frame[(frame.place == 4) & (frame.quantity == "pc1_share")]
    words = each(fourth, lambda row: f"{label(row['init'])} {row.moment}")
    alt = f"Median variance share of the first component after layer 4: {words}."
    return Drawing(drawing, frame, alt)


def _draw_pc1(axes: Axes, frame: pd.DataFrame) -> None:
    for init in present(frame, CLOUDS_OF):
        part = frame[frame["init"] == init]
        # The axis shows what is left beside the line; float32 cannot see less than 1e-7.
        rest = 1 - part[["value", "low", "high"]].clip(upper=1 - 1e-7)
        band(axes, part.assign(**rest), "place", init, named(init, part), markevery=1)
    nines(axes)
    reference(axes, 0.01, "99 %: counts as one line")
    _name_layers(axes, 0, 8)
    if frame.empty:
        empty(axes)


@figure(
    name="tanh_chain_linear_probe",
    needs=["tiny_sgd"],
    title="How well a straight line separates the classes after each layer",
    caption=(
        "Test accuracy of a logistic regression on the states after each layer of nets with "
        "orthogonal init: mean over seeds with its 95 % t interval. Looking at solved runs only "
        "is a selection, so all runs are shown beside them."
    ),
)
def draw_probe(tables: Tables) -> Drawing:
    """Draw the accuracy of a linear probe over layers for orthogonal runs, all and solved."""
    frame = _probes(tables)
    drawing, panels = canvas(1, 2, 3.7, sharey=True)
    for axes, moment in zip(panels.flat, MOMENTS, strict=True):
        _draw_probe(axes, frame[frame.moment == moment])
        axes.set_title(moment)
    panels[0, 0].set_ylabel("test accuracy of the probe")
    below(panels, "layer")
    key(drawing, lines(panels))
    ends = frame[frame.place.isin([0, 8]) & (frame.moment == MOMENTS[1])]
    words = each(ends, lambda row: f"{row.runs}, {'layer 8' if row.place else 'input'}")
    return Drawing(drawing, frame, f"Mean probe accuracy after training: {words}.")


def _probes(tables: Tables) -> pd.DataFrame:
    probes = _moments(_layers(tables, quantity="linear_probe", init="orthogonal"))
    outcomes = pick(load(tables.outcomes, "tiny_sgd"), **TINY, init="orthogonal")
    solved = outcomes[outcomes.test_accuracy >= 0.99 - ROUNDING].seed
    parts = [probes.assign(runs=ALL), probes[probes.seed.isin(solved)].assign(runs=SOLVED)]
    return bands(pd.concat(parts), ["runs", "moment", "place"], "value", mean_interval)


def _draw_probe(axes: Axes, frame: pd.DataFrame) -> None:
    styles: dict[str, Any] = {ALL: {}, SOLVED: {"fillstyle": "none", "ls": ":"}}
    for text, style in styles.items():
        part = frame[frame.runs == text]
        if len(part):
            band(axes, part, "place", "orthogonal", f"{text} ({runs(part)})", markevery=1, **style)
    percent(axes.yaxis)
    _name_layers(axes, 0, 8)
    if frame.empty:
        empty(axes)
