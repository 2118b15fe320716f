"""Document A: do singular values predict failure, and is a flattened cloud lost?"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import (
    ROUNDING,
    TINY,
    bands,
    central_range,
    last_step,
    load,
    pick,
    runs,
    success_rate,
)
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.rows import dot_panel
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
)
from initbench.figures.kit.words import each, number
from initbench.tables.read import Tables

PREDICTORS = {
    "min_ratio": "smallest s₂/s₁ of a layer",
    "mean_ratio": "mean s₂/s₁ of the layers",
    "product_ratio": "product of s₂/s₁",
    "product_largest": "product of s₁",
}
GROUPS = 5
INITS = ["default", "xavier", "orthogonal"]
ERRORS = {"inversion_error_float32": "float32", "inversion_error_float64": "float64"}
ERROR_RANGE = (1e-17, 10.0)
PLACES = {"input": "raw points", "layers.7": "after layer 8"}


def _predictors(tables: Tables) -> pd.DataFrame:
    """Return one row a Xavier run: four statistics of its starting weights, and its success."""
    wanted = {"init": "xavier", "quantity": "singular_value"}
    values = pick(load(tables.layers, "tiny_sgd"), **TINY, **wanted, step=0)
    hidden = values[values.layer.str.startswith("layers.", na=False)]
    first, second = (
        hidden[hidden["index"] == place].set_index(["seed", "layer"])["value"] for place in (0, 1)
    )
    ratio, largest = (second / first).groupby("seed"), first.groupby("seed")
    found = [ratio.min(), ratio.mean(), ratio.prod(), largest.prod()]
    outcomes = pick(load(tables.outcomes, "tiny_sgd"), **TINY, init="xavier").set_index("seed")
    solved = outcomes.test_accuracy >= 0.99 - ROUNDING
    return pd.concat([*found, solved], axis=1, keys=[*PREDICTORS, "solved"]).dropna()


def _fifths(runs_of: pd.DataFrame) -> pd.DataFrame:
    """Return the share of solved runs in each fifth of the runs, ordered by each predictor."""
    parts = []
    for name in PREDICTORS:
        fifth = np.ceil(runs_of[name].rank(method="first", pct=True) * GROUPS).astype(int)
        rates = bands(runs_of.assign(fifth=fifth), ["fifth"], "solved", success_rate)
        parts.append(rates.assign(predictor=name))
    return pd.concat(parts, ignore_index=True)


@figure(
    name="tanh_chain_svd_predictors",
    needs=["tiny_sgd"],
    title="Success by what the SVD of the starting weights shows",
    caption=(
        "Runs with Xavier's init in five groups by a statistic of their eight hidden weight "
        "matrices before training: share of each group that ends at 99 % test accuracy or more, "
        "with its 95 % exact interval. A flat line is a statistic that predicts nothing."
    ),
)
def draw_predictors(tables: Tables) -> Drawing:
    """Draw the share of solved Xavier runs over fifths of four SVD statistics."""
    frame = _fifths(_predictors(tables))
    drawing, panels = canvas(2, 2, 5.0, sharex=True, sharey=True)
    for axes, name in zip(panels.flat, PREDICTORS, strict=True):
        _draw_fifths(axes, frame[frame.predictor == name])
        axes.set_title(PREDICTORS[name])
    for row in panels:
        row[0].set_ylabel("share of runs at 99 %")
    below(panels, "fifth of the runs, lowest to highest")
    key(drawing, lines(panels))
    ends = frame[frame.fifth.isin([1, GROUPS])]
    words = each(ends, lambda row: f"{PREDICTORS[row.predictor]}, fifth {row.fifth}")
    return Drawing(drawing, frame, f"Share of solved runs: {words}.")


def _draw_fifths(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set(ylim=(-0.03, 1.03), xticks=range(1, GROUPS + 1))
    percent(axes.yaxis)
    if frame.empty:
        empty(axes)
    else:
        band(axes, frame, "fifth", "xavier", f"xavier ({runs(frame)} in a fifth)", markevery=1)


def _rows(
    tables: Tables, quantities: list[str], column: str, names: dict[str, str]
) -> pd.DataFrame:
    """Return one row an init and level: median and central 90 % of a quantity at the end."""
    layers = pick(load(tables.layers, "tiny_sgd"), **TINY, init=INITS, quantity=quantities)
    values = layers.value.fillna(np.inf).clip(*ERROR_RANGE)
    last = last_step(layers.assign(value=values, level=layers[column].map(names)))
    frame = bands(last, ["level", "init"], "value", central_range)
    return frame.assign(row=frame["init"].map(label))


@figure(
    name="tanh_chain_information",
    needs=["tiny_sgd"],
    title="Is the plane lost after eight layers?",
    caption=(
        "Trained nets: median over seeds, bars hold the central 90 %. Above: the input computed "
        "back from the states after layer 8 (errors above 10 are drawn at 10). Below: a "
        "classifier on raw points and on whitened states after layer 8."
    ),
)
def draw_information(tables: Tables) -> Drawing:
    """Draw inversion errors and 15-nearest-neighbour accuracies after the last layer."""
    errors = _rows(tables, list(ERRORS), "quantity", ERRORS)
    codes = _rows(tables, ["knn_accuracy"], "layer", PLACES)
    drawing, panels = canvas(2, 1, 4.2)
    above, under = panels.flat
    logarithmic(above, "x")
    percent(under.xaxis)
    _draw_levels(above, errors, ERRORS, "input recovered in float32 (filled), float64 (open)")
    _draw_levels(under, codes, PLACES, "classified from raw points (filled), from codes (open)")
    above.set_xlabel("largest error of the recovered input")
    under.set_xlabel("test accuracy of 15 nearest neighbours")
    data = pd.concat([errors, codes], ignore_index=True)
    words = each(data, lambda row: f"{row.row}, {row.level}", number)
    return Drawing(drawing, data, f"Median and central 90 %: {words}.")


def _draw_levels(axes: Axes, frame: pd.DataFrame, levels: dict[str, str], title: str) -> None:
    axes.set_title(title)
    if frame.empty:
        empty(axes)
    else:
        dot_panel(axes, frame, list(levels.values()))
