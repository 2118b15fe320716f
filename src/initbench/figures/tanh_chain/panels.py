"""Document A: what the layers of one trained net do to the plane, panel by panel."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch

from initbench.figures.kit.frames import load
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    CLASS_COLOURS,
    INK,
    MISSING,
    canvas,
    empty,
    key,
    proxy,
    stamps,
)
from initbench.figures.kit.words import listing, number, share
from initbench.tables.read import Tables

GREY = "#8a8a8a"
SHAPES = {
    0: np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]) * 0.8,
    1: np.array([[-1.2, -0.8], [1.2, -0.8], [0.0, 1.3]]),
}
RUNS = ("default", "orthogonal")
CLASSES = {0: "class 0", 1: "class 1"}
PANELS_CAPTION = (
    "Test points and a grid of crosses before and after each layer of one trained net (the "
    "literal replay). Every panel has axes of equal scale that fit its own cloud: the side in "
    "the heading shows how far the cloud has shrunk."
)
LEVELS = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0]
CERTAINTY = [(0, 0.6), (0, 0.38), (0, 0.18), (1, 0.18), (1, 0.38), (1, 0.6)]


def _draw_points(axes: Axes, points: pd.DataFrame, size: float, rim: float = 0.0) -> None:
    for name, shape in SHAPES.items():
        centres = points.loc[points.label == name, ["x", "y"]].to_numpy(dtype=float)
        path = stamps(centres, shape, size)
        axes.add_patch(PathPatch(path, fc=CLASS_COLOURS[name], ec=INK, lw=rim, alpha=0.85))


def _draw_crosses(axes: Axes, grid: pd.DataFrame, size: float) -> None:
    centres = grid[["x", "y"]].to_numpy(dtype=float)
    for bar in ([[-1.3, 0.0], [1.3, 0.0]], [[0.0, -1.3], [0.0, 1.3]]):
        path = stamps(centres, np.array(bar), size)
        axes.add_patch(PathPatch(path, fc="none", ec=GREY, lw=0.8))


def _square(axes: Axes, frame: pd.DataFrame) -> float:
    """Fit a square panel around all points of `frame` and return the length of its side."""
    places = frame[["x", "y"]].to_numpy(dtype=float)
    low, high = places.min(axis=0), places.max(axis=0)
    side = float((high - low).max() * 1.1) or 1.0
    middle = (low + high) / 2
    axes.set(xlim=middle[0] + np.array([-0.5, 0.5]) * side, aspect="equal")
    axes.set_ylim(*(middle[1] + np.array([-0.5, 0.5]) * side))
    return side


def _bare(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    axes.spines[["top", "right"]].set_visible(True)
    for spine in axes.spines.values():
        spine.set_alpha(0.35)


def _layer_name(layer: int) -> str:
    return "input" if layer == 0 else f"after layer {layer}"


def _draw_layer(axes: Axes, frame: pd.DataFrame, layer: int) -> str:
    """Draw one panel and return its heading."""
    if frame.empty:
        empty(axes)
        return _layer_name(layer)
    side = _square(axes, frame)
    _draw_crosses(axes, frame[frame.kind == "grid"], side / 110)
    _draw_points(axes, frame[frame.kind == "point"], side / 110)
    return f"{_layer_name(layer)}, side {number(side)}"


def _layer_panels(tables: Tables, run: str) -> Drawing:
    panels = load(tables.panels)
    frame = panels[(panels.run == run) & (panels.kind != "map")]
    drawing, grid = canvas(3, 3, 8.0)
    for layer, axes in enumerate(grid.flat):
        _bare(axes)
        heading = _draw_layer(axes, frame[frame.layer == layer], layer)
        axes.set_title(heading, fontsize=10)
    crosses = proxy("grid from −3 to 2.5 in steps of 0.5", marker="+")
    key(drawing, [*_class_key(), crosses])
    words = listing(axes.get_title(loc="left") for axes in grid.flat) if len(frame) else MISSING
    data = frame.drop(columns="score")
    return Drawing(drawing, data, f"Nine panels of the plane: {words}.")


def _class_key() -> list[Line2D]:
    return [
        proxy(text, marker="s^"[name], ink=CLASS_COLOURS[name]) for name, text in CLASSES.items()
    ]


@figure(
    name="tanh_chain_layer_panels_default",
    needs=["replay"],
    title="Layer by layer through the trained net with default init",
    caption=PANELS_CAPTION,
)
def draw_default_panels(tables: Tables) -> Drawing:
    """Draw the 3 × 3 layer panels of the replayed default run."""
    return _layer_panels(tables, "default")


@figure(
    name="tanh_chain_layer_panels_orthogonal",
    needs=["replay"],
    title="Layer by layer through the trained net with orthogonal init",
    caption=PANELS_CAPTION,
)
def draw_orthogonal_panels(tables: Tables) -> Drawing:
    """Draw the 3 × 3 layer panels of the replayed orthogonal run."""
    return _layer_panels(tables, "orthogonal")


@figure(
    name="tanh_chain_decision_maps",
    needs=["replay"],
    title="What the two replayed nets decide over the plane",
    caption=(
        "Probability of class 1 after training, in bands with edges at 10, 30, 50, 70 and 90 %; "
        "the line, where there is one, is the decision boundary. Points: the test set."
    ),
)
def draw_decisions(tables: Tables) -> Drawing:
    """Draw the class-1 probability of the default and the orthogonal run over the plane."""
    panels = load(tables.panels)
    shown = (panels.kind == "map") | ((panels.kind == "point") & (panels.layer == 0))
    shown &= panels.run.isin(RUNS)
    data = panels.loc[shown, ["run", "kind", "x", "y", "label", "score"]]
    drawing, (row,) = canvas(1, 2, 4.3)
    for axes, run in zip(row, RUNS, strict=True):
        _draw_decision(axes, data[data.run == run])
        axes.set_title(f"{run} (n = 1)")
    key(drawing, _class_key())
    above = (
        data.dropna(subset="score").groupby("run").score.apply(lambda field: (field > 0.5).mean())
    )
    words = listing(f"{run} {share(part)}" for run, part in above.items())
    return Drawing(drawing, data.round(3), f"Share of the drawn plane given to class 1: {words}.")


def _draw_decision(axes: Axes, frame: pd.DataFrame) -> None:
    if frame.empty:
        empty(axes)
    else:
        _draw_field(axes, frame[frame.kind == "map"])
        _draw_points(axes, frame[frame.kind == "point"], 0.055, 0.4)


def _draw_field(axes: Axes, field: pd.DataFrame) -> None:
    scores = field.pivot(index="y", columns="x", values="score")
    colours = [to_rgba(CLASS_COLOURS[name], alpha) for name, alpha in CERTAINTY]
    where = (scores.columns.to_numpy(), scores.index.to_numpy(), scores.to_numpy())
    axes.contourf(*where, levels=LEVELS, colors=colours)
    if field.score.min() < 0.5 < field.score.max():
        axes.contour(*where, levels=[0.5], colors=INK, linewidths=1.2)
    axes.set(aspect="equal", xlabel="x₁, standardised", ylabel="x₂, standardised")
    axes.grid(visible=False)
