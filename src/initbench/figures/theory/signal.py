"""The mean field of wide nets over measured signals: sizes, gradients and correlations."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import bands, central_range, named, present, runs
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import band, below, canvas, empty, key, label, logarithmic
from initbench.figures.kit.words import ACTIVATIONS, Say, listing, number
from initbench.figures.theory.parts import (
    absolute,
    head,
    key_of,
    largest,
    percentage,
    relative,
    theory_line,
    widest,
    width_of,
    worst,
)
from initbench.tables.read import Tables
from initbench.theory import mean_field
from initbench.theory.activations import Array

Law = Callable[[str, float, float, int], Array]

# σ_w² of square layers without bias (He et al. 2015; Glorot and Bengio 2010, Eqs. 12 and 1).
WEIGHT_VARIANCE = {"he_normal": 2.0, "xavier_normal": 1.0, "default_zero_bias": 1 / 3}
CRITICAL_Q = 1.0  # q* of the init `critical`
INITS = [*WEIGHT_VARIANCE, "critical"]
SHOWN = ["tanh", "relu", "sigmoid", "silu"]


def variances_of(activation: str, init: str) -> tuple[float, float]:
    """Return (σ_w², σ_b²) of a square layer under `init`."""
    if init in WEIGHT_VARIANCE:
        return WEIGHT_VARIANCE[init], 0.0
    return mean_field.critical(activation, CRITICAL_Q)


def state_moments(activation: str, sigma_w2: float, sigma_b2: float, depth: int) -> Array:
    """Return the second moment (depth,) of the states h for inputs N(0, 1)."""
    layers = mean_field.variances(activation, sigma_w2, sigma_b2, depth)
    return np.array([mean_field.second_moment(activation, q) for q in layers])


def _measured(tables: Tables, quantity: str) -> pd.DataFrame:
    """Return the rows of `quantity` of the widest nets, but for the sigmoid's critical init."""
    frame = widest(tables, "signal", quantity=quantity, activation=SHOWN, init=INITS)
    # The sigmoid has no critical point at CRITICAL_Q.
    return frame[(frame.activation != "sigmoid") | (frame["init"] != "critical")]


def _with_theory(frame: pd.DataFrame, law: Law) -> pd.DataFrame:
    """Return median and central 90 % over draws at each layer, and what `law` gives there."""
    table = bands(frame, ["activation", "init", "layer"], "value", central_range)
    table["theory"] = 0.0
    for activation, init in product(SHOWN, INITS):
        here = (table.activation == activation) & (table["init"] == init)
        layers = table.layer[here].to_numpy(dtype=int)
        if len(layers):
            values = law(activation, *variances_of(activation, init), int(layers.max()))
            table.loc[here, "theory"] = values[layers - 1]
    return table


def _place(row: pd.Series) -> str:
    return f"{label(row['init'])}, layer {row.layer}"


def _draw(frame: pd.DataFrame, name: str, floor: float | None, say: Say, words: str) -> Drawing:
    """Draw one panel an activation; `words` begins the text that lists the deviations."""
    drawing, panels = canvas(2, 2, 6.5, sharex=True, sharey=True)
    notes = []
    for axes, activation in zip(panels.flat, SHOWN, strict=True):
        part = frame[frame.activation == activation]
        notes.append(f"{ACTIVATIONS[activation]}, {largest(part, _place, say)}")
        _draw_panel(axes, part, floor)
        head(axes, ACTIVATIONS[activation], *([worst(part, _place, say)] if len(part) else []))
    for row in panels:
        row[0].set_ylabel(name)
    below(panels, "layer l")
    key(drawing, key_of(panels), columns=2)
    draws = runs(frame) if len(frame) else "n = 0"
    return Drawing(drawing, frame, f"{words} ({draws} draws): {listing(notes)}.")


def _draw_panel(axes: Axes, frame: pd.DataFrame, floor: float | None) -> None:
    if floor is not None:
        logarithmic(axes)
        axes.set_ylim(floor, 100)
    for init in present(frame, INITS):
        part = frame[frame["init"] == init].copy()
        if floor is not None:
            columns = ["value", "low", "high", "theory"]
            part[columns] = part[columns].clip(lower=floor / 100)
        band(axes, part, "layer", init, named(init, part))
        theory_line(axes, part.layer, part.theory, "mean field")
    if frame.empty:
        empty(axes)


@figure(
    name="theory_variance_map",
    needs=["signal"],
    title="Size of the states over depth against the variance map",
    caption=(
        "Mean square of the states of the widest nets at init: median over draws, the bands hold "
        "the central 90 %. Dotted: the variance map of infinitely wide nets, a mean of draws; with "
        "depth the median falls below it, since the chance factors of the layers multiply. A curve "
        "that leaves a panel keeps its course. SiLU's critical point repels: nets drift from it."
    ),
)
def draw_variance_map(tables: Tables) -> Drawing:
    """Draw the second moment of the states over depth with the variance map's."""
    measured = _measured(tables, "second_moment")
    frame = relative(_with_theory(measured, state_moments))
    words = f"Median second moment of the states against the variance map, {width_of(measured)}"
    return _draw(frame, "mean square of the states", 1e-6, percentage, words)


@figure(
    name="theory_gradients",
    needs=["signal"],
    title="Gradients over depth against the slopes of the variance map",
    caption=(
        "Rms of the gradient in the states of the widest nets at init, relative to the last layer: "
        "median over draws, the bands hold the central 90 %. Dotted: the root of the product of "
        "σ_w² E φ'² over the later layers, which is χ₁ to the power (L − l)/2 where the variance "
        "has settled. A curve that leaves a panel keeps its course toward the input."
    ),
)
def draw_gradients(tables: Tables) -> Drawing:
    """Draw the rms of the gradient in the states, relative to the last layer, with theory."""
    measured = _measured(tables, "state_gradient_rms").sort_values("layer", kind="stable")
    last = measured.groupby(["activation", "init", "seed"])["value"].transform("last")
    scaled = measured.assign(value=measured.value / last)
    frame = relative(_with_theory(scaled, mean_field.gradient_rms))
    words = f"Median gradient in the states against mean field, {width_of(measured)}"
    return _draw(frame, "relative rms of gradient", 1e-6, percentage, words)


@figure(
    name="theory_correlation",
    needs=["signal"],
    title="How alike two inputs become over depth, against the correlation map",
    caption=(
        "Cosine between the preactivations of two inputs whose own correlation is 0.5, mean over "
        "pairs, in the widest nets at init: median over draws, the bands hold the central 90 %. "
        "Dotted: the correlation map of infinitely wide nets. At 1 the net has forgotten which "
        "input it saw. Deviation: absolute, of the median."
    ),
)
def draw_correlation(tables: Tables) -> Drawing:
    """Draw the correlation of two inputs' preactivations over depth with the correlation map's."""
    measured = _measured(tables, "correlation")
    frame = absolute(_with_theory(measured, mean_field.correlations))
    words = f"Median correlation against the correlation map, {width_of(measured)}"
    return _draw(frame, "correlation of two inputs", None, number, words)
