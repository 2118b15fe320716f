"""Document B's bed: the gradient of each layer's weights by depth and init, and tiny weights."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.depth.nets import (
    DEPTHS,
    backward_ratio,
    gradients,
    learned,
    moments,
    net_name,
    nets,
    trained,
)
from initbench.figures.kit.frames import (
    Summary,
    bands,
    median_interval,
    present,
    stacked,
    success_rate,
)
from initbench.figures.kit.over_depth import EDGE, depth_panel, heading, held
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
    percent,
    reference,
)
from initbench.figures.kit.words import each, extremes, number
from initbench.tables.read import Tables

LIMITS = (1e-10, 1e10)
SHOWN = [
    *("normal_0.001", "normal_0.01", "normal_1", "default_zero_bias", "xavier_normal"),
    *("he_normal", "orthogonal_gained", "lsuv"),
]
BENT = ["relu", "tanh"]
BY = ["activation", "depth", "init"]
CAPTION = (
    "Norm of the loss's gradient with respect to each weight matrix, the head being the last "
    "layer, at each cell's tuned learning rate. Median over runs with its 95 % interval; a run "
    f"that diverged counts as infinite. {EDGE}"
)
TINY = ["normal_0.001", "normal_0.01", "he_normal"]
TINY_LIMITS = (1e-12, 1e2)
VANISHED, HALF = 1e-3, 0.5  # where the ledger draws its lines
ARMS = {
    "ReLU, tuned SGD": ("relu", ["mlp_depth", "mlp_small"]),
    "tanh, tuned SGD": ("tanh", ["mlp_depth", "mlp_small"]),
    "ReLU, Adam": ("relu", ["mlp_adam"]),
}


@figure(
    name="depth_gradients",
    needs=["mlp_depth", "mlp_small"],
    title="Gradients of the weights of ReLU nets, layer by layer",
    caption=CAPTION,
)
def draw_relu(tables: Tables) -> Drawing:
    """Draw the norm of each layer's weight gradient at three moments in ReLU nets."""
    return _draw_gradients(tables, "relu")


@figure(
    name="depth_gradients_tanh",
    needs=["mlp_depth", "mlp_small"],
    title="Gradients of the weights of tanh nets, layer by layer",
    caption=CAPTION,
)
def draw_tanh(tables: Tables) -> Drawing:
    """Draw the norm of each layer's weight gradient at three moments in tanh nets."""
    return _draw_gradients(tables, "tanh")


def _draw_gradients(tables: Tables, activation: str) -> Drawing:
    wanted = {"architecture": nets([activation], DEPTHS), "init": SHOWN}
    norms = gradients(tables, ["mlp_depth", "mlp_small"], "weight", **wanted)
    frame = bands(norms, [*BY, "step", "layer"], "value", median_interval)
    drawing, panels = canvas(3, 3, 7.2, sharex="row", sharey=True)
    for row, depth in zip(panels, DEPTHS, strict=True):
        part = frame[frame.depth == depth]
        _draw_moments(row, part)
        row[0].set_ylabel(f"norm, depth {depth}")
    below(panels, "layer")
    key(drawing, lines(panels))
    before = frame[frame.step == 0]
    return Drawing(drawing, frame, f"Layer 1 before training. {_first_layer(before)}.")


def _first_layer(frame: pd.DataFrame) -> str:
    first = frame[frame.layer == 1]
    names = [net_name(row.activation, row.depth) for _, row in first.iterrows()]
    return extremes(first.assign(panel=names, row=first["init"].map(label)), number)


def _draw_moments(row: Sequence[Axes], frame: pd.DataFrame) -> None:
    steps = moments(frame)
    for place, axes in enumerate(row):
        step = steps[place] if place < len(steps) else -1
        part = frame[frame.step == step]
        depth_panel(axes, part, SHOWN, LIMITS)
        heading(axes, _moment(step, steps), part)


def _moment(step: int, steps: Sequence[int]) -> str:
    if step <= 0:
        return "before training" if step == 0 else ""
    return "at the end" if step == steps[-1] else f"after {step} updates"


@figure(
    name="depth_backward",
    needs=["mlp_depth", "mlp_small"],
    title="How the gradient changes from layer to layer before training",
    caption=(
        "Norm of the loss's gradient with respect to each layer's biases, which is that of the "
        "layer's sums: it vanishes or explodes towards the first layer, where the gradients of "
        f"weights can be equal. Median over runs with its 95 % interval. {EDGE}"
    ),
)
def draw_backward(tables: Tables) -> Drawing:
    """Draw the norm of each layer's bias gradient before training in ReLU and tanh nets."""
    wanted = {"architecture": nets(BENT, DEPTHS), "init": SHOWN}
    norms = gradients(tables, ["mlp_depth", "mlp_small"], "bias", **wanted)
    frame = bands(norms[norms.step == 0], [*BY, "layer"], "value", median_interval)
    drawing, panels = canvas(2, 3, 5.6, sharex="col", sharey=True)
    for row, activation in zip(panels, BENT, strict=True):
        for axes, depth in zip(row, DEPTHS, strict=True):
            part = frame[(frame.activation == activation) & (frame.depth == depth)]
            depth_panel(axes, part, SHOWN, LIMITS)
            heading(axes, net_name(activation, depth), part)
        row[0].set_ylabel("norm of the gradient")
    below(panels, "layer")
    key(drawing, lines(panels))
    return Drawing(drawing, frame, f"Layer 1 before training. {_first_layer(frame)}.")


@figure(
    name="depth_tiny_weights",
    needs=["mlp_depth", "mlp_small", "mlp_adam"],
    title="Tiny weights: how far gradients vanish, and how often nets learn",
    caption=(
        "Above, the gradient of the first layer's biases over that of the head's before training, "
        "median with its 95 % interval; below, the share of runs that end at 80 % test accuracy "
        "or more, with its 95 % exact interval. Adam divides each gradient by its own size, "
        f"which hides a tiny one. {EDGE}"
    ),
)
def draw_tiny(tables: Tables) -> Drawing:
    """Draw gradient ratio and success over depth for tiny weights under SGD and under Adam."""
    parts = {arm: _tiny(tables, *spec) for arm, spec in ARMS.items()}
    drawing, panels = canvas(2, 3, 5.0, sharex=True, sharey="row")
    for (above, under), (arm, (norms, rates)) in zip(panels.T, parts.items(), strict=True):
        logarithmic(above)
        above.set_ylim(TINY_LIMITS[0] / 10, TINY_LIMITS[1] * 10)
        reference(above, VANISHED, dash=":")
        reference(under, HALF, dash=":")
        _over_depth(above, held(norms, TINY_LIMITS))
        _over_depth(under, rates)
        heading(above, arm, rates)
    panels[0, 0].set_ylabel("gradient ratio")
    panels[1, 0].set(ylabel="runs that learn", ylim=(-0.03, 1.03))
    percent(panels[1, 0].yaxis)
    below(panels, "hidden layers")
    key(drawing, lines(panels))
    tables_of = [
        frame.assign(arm=arm, shown=shown)
        for arm, both in parts.items()
        for shown, frame in zip(("gradient ratio", "success"), both, strict=True)
    ]
    data = stacked(tables_of)
    return Drawing(drawing, data, f"Share of runs that learn at the largest depth: {_words(data)}.")


def _tiny(
    tables: Tables, activation: str, experiments: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the gradient ratio before training, and the success, by depth and init."""
    wanted = {"architecture": nets([activation], DEPTHS), "init": TINY}
    ratios = backward_ratio(tables, experiments, **wanted)
    first = ratios[ratios.step == 0]
    ends = trained(tables.outcomes, experiments, **wanted)
    pairs: list[tuple[pd.DataFrame, str, Summary]] = [
        (first, "value", median_interval),
        (learned(ends), "learned", success_rate),
    ]
    gradient, success = (bands(frame, BY, column, summary) for frame, column, summary in pairs)
    return gradient, success


def _over_depth(axes: Axes, frame: pd.DataFrame) -> None:
    for init in present(frame, TINY):
        part = frame[frame["init"] == init]
        places = part.depth.map(DEPTHS.index)
        band(axes, part.assign(place=places), "place", init, label(init), markevery=1)
    axes.set_xticks(range(len(DEPTHS)), labels=[str(depth) for depth in DEPTHS])
    if frame.empty:
        empty(axes)


def _words(data: pd.DataFrame) -> str:
    deep = data[(data.shown == "success") & (data.depth == data.depth.max())]
    return each(deep, lambda row: f"{row.arm}, {label(row['init'])}")
