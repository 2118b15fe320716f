"""Document B's bed: two versions of one init, as differences between runs of one seed."""

import functools
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from initbench.figures.depth.nets import FOUR, backward_ratio, net_name, nets, trained
from initbench.figures.kit.frames import bands, mean_interval, stacked
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.rows import draw_rows
from initbench.figures.kit.style import INK, below, canvas, empty, key, reference
from initbench.figures.kit.words import extremes, number
from initbench.tables.read import Tables

NET = ["activation", "depth"]
POINTS, DECADES = "final test accuracy, points", "gradient ratio, decades"
MARGINS = {POINTS: 1.0, DECADES: 0.1}  # differences within these are practically nil
# Each random-bias version with the one whose biases start at zero.
BIASES = {
    "default_zero_bias": "default",
    "he_normal": "he_normal_random_bias",
    "xavier_normal": "xavier_normal_random_bias",
}
FAMILIES = {
    "default_zero_bias": "default weights",
    "he_normal": "He weights",
    "xavier_normal": "Xavier weights",
}
LAWS = {"xavier_normal": "xavier", "he_normal": "he"}
UNIFORM = ["mlp_depth", "mlp_uniform"]  # where the normal and the uniform draws are trained
DRAWN = {"architecture": nets(["relu", "tanh"], [10]), "init": [*LAWS, *LAWS.values()]}
LAW_NAMES = {"xavier_normal": "Xavier", "he_normal": "He"}
difference_interval = functools.partial(mean_interval, top=np.inf, bottom=-np.inf)


@figure(
    name="depth_bias",
    needs=["mlp_depth", "mlp_default"],
    title="Zero biases against PyTorch's random ones",
    caption=(
        "Difference in final test accuracy between runs of one seed, zero minus random biases, "
        "each at its own tuned rate; mean with its 95 % t interval. The strip is one percentage "
        "point to either side."
    ),
)
def draw_bias(tables: Tables) -> Drawing:
    """Draw the paired difference in accuracy between zero and random biases."""
    outcomes = points(trained(tables.outcomes, ["mlp_depth", "mlp_default"]))
    rows = differences(outcomes, "points", BIASES)
    frame = rows.assign(panel=rows["init"].map(FAMILIES), row=_nets(rows), level="")
    sizes = frame.groupby("panel", sort=False)["row"].nunique()
    height, ratios = 2.0 + 0.27 * sizes.sum(), sizes.tolist() or [1]
    drawing, panels = canvas(len(ratios), 1, height, sharex=True, height_ratios=ratios)
    for axes, name in zip(panels[:, 0], sizes.index, strict=False):
        axes.set_title(name)
        _draw_gaps(axes, frame[frame.panel == name], MARGINS[POINTS])
    if frame.empty:
        empty(panels[0, 0])
    below(panels, "test accuracy, zero minus random biases, in points")
    key(drawing, [_strip()])
    return Drawing(drawing, frame, f"Zero minus random biases, in points. {_words(frame)}.")


@figure(
    name="depth_uniform",
    needs=["mlp_depth", "mlp_uniform", "mlp_uniform_start"],
    title="Normal against uniform draws of equal variance",
    caption=(
        "Normal minus uniform between draws of one seed at depth 10: final test accuracy, and over "
        "more draws log10 of the gradient of the first layer's biases over the head's before "
        "training. Mean with its 95 % t interval; the strips are one point and a tenth of a decade "
        "each way."
    ),
)
def draw_uniform(tables: Tables) -> Drawing:
    """Draw the paired differences in accuracy and gradient ratio between normal and uniform."""
    shown = {
        POINTS: (points(trained(tables.outcomes, UNIFORM, **DRAWN)), "points"),
        DECADES: (_first_ratios(tables), "ratio"),
    }
    drawing, panels = canvas(1, 2, 3.2)
    parts = [
        differences(frame, column, LAWS).assign(panel=text, level="")
        for text, (frame, column) in shown.items()
    ]
    for axes, part, text in zip(panels[0], parts, shown, strict=True):
        axes.set_title(text, fontsize=10)
        _draw_gaps(axes, part.assign(row=_laws(part)), MARGINS[text])
    key(drawing, [_strip()])
    data = stacked(parts)
    return Drawing(drawing, data, f"Normal minus uniform. {_words(data.assign(row=_laws(data)))}.")


def _first_ratios(tables: Tables) -> pd.DataFrame:
    ratios = backward_ratio(tables, ["mlp_uniform_start"], **DRAWN)
    start = ratios[ratios.step == 0]
    with np.errstate(divide="ignore"):
        return start.assign(ratio=np.log10(start.value.to_numpy(dtype=float)))


def points(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return `outcomes` with the final test accuracy in percentage points."""
    return outcomes.assign(points=100 * outcomes.test_accuracy)


def differences(frame: pd.DataFrame, column: str, pairs: Mapping[str, str]) -> pd.DataFrame:
    """Return by net the mean over seeds of `column` for an init minus that for its partner."""
    values = frame.pivot(index=[*NET, "seed"], columns="init", values=column)
    values = values.reindex(columns=[*pairs, *pairs.values()])
    gaps = pd.DataFrame({one: values[one] - values[other] for one, other in pairs.items()})
    long = gaps.reset_index().melt([*NET, "seed"], var_name="init", value_name="gap")
    finite = long[np.isfinite(long.gap.astype(float))]
    frame = bands(finite, ["init", *NET], "gap", difference_interval)
    return frame.sort_values("activation", key=_place, kind="stable")


def _place(activations: pd.Series) -> pd.Series:
    return activations.map({name: place for place, name in enumerate(FOUR)})


def _nets(frame: pd.DataFrame) -> list[str]:
    return [net_name(row.activation, row.depth) for _, row in frame.iterrows()]


def _laws(frame: pd.DataFrame) -> list[str]:
    return [f"{FOUR[row.activation]}, {LAW_NAMES[row['init']]}" for _, row in frame.iterrows()]


def _draw_gaps(axes: Axes, frame: pd.DataFrame, margin: float) -> None:
    draw_rows(axes, frame)
    if len(frame):
        axes.axvspan(-margin, margin, color=INK, alpha=0.1, lw=0)
        reference(axes, 0.0, across=False, dash=":")


def _strip() -> Patch:
    return Patch(fc=INK, alpha=0.1, label="practically the same")


def _words(frame: pd.DataFrame) -> str:
    return extremes(frame, number)
