"""Document B on LayerNorm: learning curves with and without it, and small Transformers."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.depth.nets import DEPTHS, learned, trained
from initbench.figures.kit.frames import Summary, bands, mean_interval, stacked, success_rate
from initbench.figures.kit.over_depth import heading
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
    look,
    percent,
    plain,
    ramp,
    reference,
)
from initbench.figures.kit.words import each, extremes
from initbench.figures.layer_norm.nets import NETS, TEXTS, net_lines, normed
from initbench.tables.read import Tables

SCALES = ["sigma_1e-4", "sigma_1e-3", "sigma_1e-2", "sigma_1e-1", "sigma_1", "sigma_3"]
MARKERS = ["o", "s", "D", "^", "v", "X"]
NAMED = ["he_normal"]
CHANCE = 0.10  # one class in ten
TRANSFORMER = r"transformer_(?P<net>pre|post|none)_l(?P<layers>\d+)$"
ROWS = "mnist_rows_5k"
PLACES = ["pre", "post", "none"]
LAYERS = [2, 8]
FACTOR = r"transformer_x([\d.]+)$"
SHOWN: dict[str, tuple[str, Summary]] = {
    "test accuracy": ("test_accuracy", mean_interval),
    "runs that learn": ("learned", success_rate),
}


@figure(
    name="layer_norm_curves",
    needs=["ln_depth"],
    title="Test accuracy over training with and without LayerNorm",
    caption=(
        "Mean over runs with its 95 % t interval over the updates, each cell at its own tuned "
        "learning rate. All weights are normal with one standard deviation σ, or He. The dotted "
        "line is one class in ten."
    ),
)
def draw_curves(tables: Tables) -> Drawing:
    """Draw the mean test accuracy over the steps by depth and init, with and without LayerNorm."""
    curves = normed(tables.curves, split="test", init=[*SCALES, *NAMED])
    frame = bands(curves, ["net", "depth", "init", "step"], "accuracy", mean_interval)
    drawing, panels = canvas(3, 2, 7.4, sharex=True, sharey=True)
    for row, depth in zip(panels, DEPTHS, strict=True):
        for axes, net in zip(row, NETS, strict=True):
            part = frame[(frame.net == net) & (frame.depth == depth)]
            heading(axes, f"depth {depth}, {TEXTS[net]}", part)
            _draw_curves(axes, part)
        row[0].set(ylabel="test accuracy", ylim=(-0.03, 1.03))
    percent(panels[0, 0].yaxis)
    below(panels, "updates")
    key(drawing, lines(panels), columns=4)
    ends = frame.drop_duplicates(["net", "depth", "init"], keep="last")
    names = [f"{TEXTS[row.net]}, depth {row.depth}" for _, row in ends.iterrows()]
    words = extremes(ends.assign(panel=names, row=ends["init"].map(_name)))
    return Drawing(drawing, frame, f"Mean test accuracy at the end. {words}.")


def _draw_curves(axes: Axes, frame: pd.DataFrame) -> None:
    reference(axes, CHANCE, dash=":")
    for place, (init, style) in enumerate(_styles().items()):
        part = frame[frame["init"] == init]
        if len(part):
            band(axes, part, "step", init, _name(init), markevery=(place % 5, 5), **style)
    if frame.empty:
        empty(axes)


def _styles() -> dict[str, dict[str, Any]]:
    """Return how each init is drawn: scales in order of their size, the others in their look."""
    ordered = zip(SCALES, ramp(len(SCALES)), MARKERS, strict=True)
    scales = {init: {"color": ink, "marker": marker, "ls": "-"} for init, ink, marker in ordered}
    named = {init: {"color": look(init).colour, "marker": look(init).marker} for init in NAMED}
    return {init: style | {"lw": 1.4, "ms": 4} for init, style in {**scales, **named}.items()}


def _name(init: str) -> str:
    return f"σ = {plain(float(init.removeprefix('sigma_')))}" if init in SCALES else label(init)


@figure(
    name="transformer_success",
    needs=["transformer"],
    title="Small Transformers with LayerNorm before, after or nowhere",
    caption=(
        "Images read four rows at a time; Xavier's uniform weights times the factor below. Above, "
        "mean final test accuracy with its 95 % t interval; below, share of runs that end at 80 % "
        "or more, with its 95 % exact interval. Adam at a rate tuned for each cell."
    ),
)
def draw_transformer(tables: Tables) -> Drawing:
    """Draw accuracy and success over the scale of the weights, by depth and place of LayerNorm."""
    outcomes = trained(tables.outcomes, ["transformer"], TRANSFORMER, dataset=ROWS)
    factors = outcomes["init"].str.extract(FACTOR, expand=False).astype(float)
    outcomes = learned(outcomes.assign(factor=factors))
    parts = [
        bands(outcomes, ["net", "layers", "factor"], *spec).assign(shown=text)
        for text, spec in SHOWN.items()
    ]
    drawing, panels = canvas(2, 2, 5.4, sharex=True, sharey=True)
    for row, part, text in zip(panels, parts, SHOWN, strict=True):
        for axes, layers in zip(row, LAYERS, strict=True):
            inside = part[part.layers == layers]
            heading(axes, f"{layers} layers", inside)
            logarithmic(axes, "x")
            net_lines(axes, inside, "factor", PLACES)
        row[0].set_ylabel(text)
    for axes in panels[0]:
        reference(axes, CHANCE, dash=":")
    panels[0, 0].set_ylim(-0.03, 1.03)
    percent(panels[0, 0].yaxis)
    below(panels, "factor on Xavier's weights")
    key(drawing, lines(panels))
    words = each(parts[0], _cell)
    return Drawing(drawing, stacked(parts), f"Mean final test accuracy: {words}.")


def _cell(row: pd.Series) -> str:
    return f"{row.layers} layers, {TEXTS[row.net]}, {row.factor:g}"
