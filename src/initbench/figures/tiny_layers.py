"""Document A: what happens inside the tanh chain, layer by layer."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.frames import (
    TINY,
    bands,
    central_range,
    last_step,
    layer_number,
    load,
    mean_interval,
    median_interval,
    pick,
    present,
    runs,
)
from initbench.figures.registry import Drawing, figure
from initbench.figures.style import (
    band,
    canvas,
    empty,
    key,
    label,
    logarithmic,
    nines,
    percent,
    proxy,
    ramp,
    reference,
)
from initbench.figures.tiny_success import ROUNDING
from initbench.figures.words import interval, listing, number
from initbench.tables import Tables

MAIN = ["default", "xavier", "orthogonal"]
LAYERS = ["input", *"12345678", "head"]
STEPS = [0, 1, 5, 10, 100, 1000]
MOMENTS = ["at init", "after training"]
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
    if last == len(LAYERS) - 1:
        names[-2] = ""  # the head's name needs the room
    axes.set_xticks(range(first, last + 1), labels=names)


@figure(
    name="tiny_spectra",
    needs=["tiny_sgd"],
    claims=["A28", "A31", "A33"],
    title="Singular values of the weights, layer by layer",
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
        row[0].set_ylabel(f"singular value,\n{moment}")
    for axes, init in zip(panels[0], MAIN, strict=True):
        axes.set_title(_title(frame, init))
        _name_layers(axes, 1, 9)
    for axes in panels[1]:
        axes.set_xlabel("layer")
    key(drawing, [proxy("larger value", "full"), proxy("smaller value", "none")])
    first = frame[(frame.place == 1) & (frame.moment == MOMENTS[1])]
    words = (
        f"{label(row['init'])} {('larger', 'smaller')[row['index']]} {interval(row, number)}"
        for _, row in first.iterrows()
    )
    alt = f"Singular values of layer 1 after training, median and central 90 %: {listing(words)}."
    caption = (
        "Median over seeds of the larger (filled) and the smaller (open) singular value of each "
        "2 × 2 weight matrix; the bands hold the central 90 % of the runs."
    )
    return Drawing(drawing, frame, alt, caption)


def _title(frame: pd.DataFrame, init: str) -> str:
    part = frame[frame["init"] == init]
    return f"{label(init)} ({runs(part)})" if len(part) else label(init)


def _draw_spectrum(axes: Axes, frame: pd.DataFrame, init: str) -> None:
    logarithmic(axes, steps=(1, 2, 5))
    for place, fill in enumerate(("full", "none")):
        part = frame[frame["index"] == place]
        if len(part):
            band(axes, part, "place", init, "", fillstyle=fill, markevery=1)
    if frame.empty:
        empty(axes)


@figure(
    name="tiny_gradient_flow",
    needs=["tiny_sgd"],
    claims=["A08"],
    title="Gradient norm of every layer's weights during training",
)
def draw_gradients(tables: Tables) -> Drawing:
    """Draw the median gradient norm of the nine weight matrices at six moments, by init."""
    norms = _layers(tables, quantity="gradient_norm", init=MAIN, step=STEPS)
    norms = norms[norms.layer.str.endswith("weight")]
    frame = bands(norms, ["init", "step", "place"], "value", median_interval)
    drawing, (row,) = canvas(1, 3, 3.9, sharey=True)
    lines = [
        line
        for axes, init in zip(row, MAIN, strict=True)
        for line in _draw_steps(axes, frame[frame["init"] == init])
    ]
    for axes, init in zip(row, MAIN, strict=True):
        axes.set(title=_title(frame, init), xlabel="layer")
    row[0].set_ylabel("norm of the gradient")
    key(drawing, lines)
    ends = frame[(frame.step == 0) & frame.place.isin([1, 8])]
    words = (
        f"{label(row['init'])} layer {row.place} {interval(row, number)}"
        for _, row in ends.iterrows()
    )
    alt = f"Median gradient norm before the first step: {listing(words)}."
    caption = (
        "L2 norm of the gradient of each weight matrix on the training set, median over seeds "
        "with its 95 % interval, after 0 to 1000 steps of the recipe."
    )
    return Drawing(drawing, frame, alt, caption)


def _draw_steps(axes: Axes, frame: pd.DataFrame) -> list[Any]:
    logarithmic(axes)
    _name_layers(axes, 1, 9)
    styles = zip(STEPS, ramp(len(STEPS)), "os^Dv<", strict=True)
    if frame.empty:
        empty(axes)
    return [
        band(
            axes,
            part,
            "place",
            part["init"].iloc[0],
            f"step {step}",
            color=shade,
            marker=marker,
            ls="-",
            markevery=1,
        )
        for step, shade, marker in styles
        if len(part := frame[frame.step == step])
    ]


@figure(
    name="tiny_pc1_share",
    needs=["tiny_sgd"],
    claims=["A15", "A16", "A38"],
    title="How much of the point cloud lies on one line",
)
def draw_pc1(tables: Tables) -> Drawing:
    """Draw the variance share of the first principal component over layers, by init."""
    inits = ["default", "xavier", "he", "orthogonal"]
    values = _moments(_layers(tables, quantity=list(CLOUDS), init=inits))
    frame = bands(values, ["init", "quantity", "moment", "place"], "value", median_interval)
    drawing, panels = canvas(2, 2, 5.6, sharex=True, sharey=True)
    for row, (quantity, cloud) in zip(panels, CLOUDS.items(), strict=True):
        for axes, moment in zip(row, MOMENTS, strict=True):
            part = frame[(frame.quantity == quantity) & (frame.moment == moment)]
            _draw_pc1(axes, part, inits)
            axes.set_title(f"{cloud}, {moment}")
        row[0].set_ylabel("share of variance on PC1")
    for axes in panels[1]:
        axes.set_xlabel("layer")
    key(
        drawing,
        [
            line
            for axes in panels.flat
            for line in axes.get_lines()
            if not str(line.get_label()).startswith("_")
        ],
        columns=2,
    )
    fourth = frame[(frame.place == 4) & (frame.quantity == "pc1_share")]
    words = (f"{label(row['init'])} {row.moment} {interval(row)}" for _, row in fourth.iterrows())
    alt = f"Median variance share of the first component after layer 4: {listing(words)}."
    caption = (
        "Median over seeds with its 95 % interval, of the test points and of a grid from −3 to "
        "2.5. A cloud counts as one line from 99 % on; the axis is stretched towards 100 %."
    )
    return Drawing(drawing, frame, alt, caption)


def _draw_pc1(axes: Axes, frame: pd.DataFrame, inits: list[str]) -> None:
    for init in present(frame, inits):
        part = frame[frame["init"] == init].copy()
        part[["value", "low", "high"]] = 1 - part[["value", "low", "high"]].clip(upper=1 - 1e-7)
        band(axes, part, "place", init, f"{label(init)} ({runs(part)})", markevery=1)
    nines(axes)
    reference(axes, 0.01, "99 %: counts as one line")
    _name_layers(axes, 0, 8)
    if frame.empty:
        empty(axes)


@figure(
    name="tiny_linear_probe",
    needs=["tiny_sgd"],
    claims=["A23"],
    title="How well a straight line separates the classes after each layer",
)
def draw_probe(tables: Tables) -> Drawing:
    """Draw the accuracy of a linear probe over layers for orthogonal runs, all and solved."""
    probes = _layers(tables, quantity="linear_probe", init="orthogonal")
    outcomes = pick(load(tables.outcomes, "tiny_sgd"), **TINY, init="orthogonal")
    solved = outcomes[outcomes.test_accuracy >= 0.99 - ROUNDING].seed
    groups = {"all runs": probes, "runs that end at 99 % or more": probes[probes.seed.isin(solved)]}
    parts = [_moments(part).assign(runs=text) for text, part in groups.items()]
    frame = bands(pd.concat(parts), ["runs", "moment", "place"], "value", mean_interval)
    drawing, (row,) = canvas(1, 2, 3.7, sharey=True)
    for axes, moment in zip(row, MOMENTS, strict=True):
        _draw_probe(axes, frame[frame.moment == moment])
        axes.set(title=moment, xlabel="layer")
    row[0].set_ylabel("test accuracy of the probe")
    key(drawing, row[0].get_lines() + row[1].get_lines())
    ends = frame[frame.place.isin([0, 8]) & (frame.moment == MOMENTS[1])]
    words = (
        f"{row.runs}, {LAYERS[row.place] if row.place == 0 else 'layer 8'} {interval(row)}"
        for _, row in ends.iterrows()
    )
    alt = f"Mean probe accuracy after training: {listing(words)}."
    caption = (
        "Test accuracy of a logistic regression on the states after each layer of nets with "
        "orthogonal init: mean over seeds with its 95 % t interval. Looking at solved runs only "
        "is a selection, so all runs are shown beside them."
    )
    return Drawing(drawing, frame, alt, caption)


def _draw_probe(axes: Axes, frame: pd.DataFrame) -> None:
    for text, style in {
        "all runs": {},
        "runs that end at 99 % or more": {"fillstyle": "none", "ls": ":"},
    }.items():
        part = frame[frame.runs == text]
        if len(part):
            band(axes, part, "place", "orthogonal", f"{text} ({runs(part)})", markevery=1, **style)
    percent(axes.yaxis)
    _name_layers(axes, 0, 8)
    if frame.empty:
        empty(axes)
