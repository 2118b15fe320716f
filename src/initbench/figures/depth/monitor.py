"""Document B's bed: what states and gradients tell early about a run that will fail."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.depth.nets import (
    DEPTHS,
    FOUR,
    RUN,
    backward_ratio,
    layer_of,
    learned,
    moments,
    nets,
    trained,
)
from initbench.figures.kit.frames import bands, stacked, success_rate
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import INK, canvas, empty, percent
from initbench.figures.kit.words import listing
from initbench.statistics import auc
from initbench.tables.read import Tables

STATES = ["rms", "saturated_share", "dead_share"]
TENFOLD = ([0, 0.1, 0.3, 1, 3, 10, np.inf], ["< 0.1", "to 0.3", "to 1", "to 3", "to 10", "> 10"])
SHARES = (
    [0, 0.001, 0.03, 0.1, 0.3, 0.9, 1.001],
    ["< 0.1 %", "to 3 %", "to 10 %", "to 30 %", "to 90 %", "> 90 %"],
)
WORST = 99.0  # more decades than float32 spans; ranks need finite numbers
NOT_RECORDED = -1
EARLY = 2  # recorded moments that come early: before training and after 50 updates


@dataclass(frozen=True)
class Alarm:
    """A number a run that is larger the more it alarms, and the classes that it is put into."""

    name: str
    text: str
    edges: Sequence[float]
    labels: Sequence[str]
    activations: Sequence[str]


ALARMS = [
    Alarm("size", "last state: decades of its rms from 1", *TENFOLD, list(FOUR)),
    Alarm("change", "states: decades from first to last layer", *TENFOLD, list(FOUR)),
    Alarm("gradient", "bias gradients: decades, first layer to head", *TENFOLD, list(FOUR)),
    Alarm("saturated", "states beyond 0.99 (tanh, sigmoid)", *SHARES, ["tanh", "sigmoid"]),
    Alarm("dead", "units at zero for all images (ReLU)", *SHARES, ["relu"]),
]


@figure(
    name="depth_monitor",
    needs=["mlp_depth"],
    title="What early statistics say about runs that fail",
    caption=(
        "Share of runs that end below 80 % test accuracy, by the value of a statistic, with its "
        "95 % exact interval and the number of runs; all depths, all inits but zeros. AUC: chance "
        "that a failing run has the larger value, with its 95 % Newcombe interval. What is zero "
        "or overflows counts as more than 10 decades."
    ),
)
def draw_monitor(tables: Tables) -> Drawing:
    """Draw the share of failing runs by the value of five statistics at two early moments."""
    table = alarms(tables)
    steps = moments(table)[:EARLY]
    drawing, panels = canvas(len(ALARMS), EARLY, 10.4, sharey=True)
    parts, words = [], []
    for row, alarm in zip(panels, ALARMS, strict=True):
        of_alarm = table[table.activation.isin(alarm.activations)]
        for place, axes in enumerate(row):
            step = steps[place] if place < len(steps) else NOT_RECORDED
            runs = of_alarm[of_alarm.step == step]
            said = _auc(runs, alarm)
            parts.append(_classes(runs, alarm).assign(statistic=alarm.text, step=step))
            words.append(f"{alarm.name}, {_moment(step)}{said}")
            _draw_alarm(axes, parts[-1], alarm, step, said)
        row[0].set_ylabel("runs that fail")
    panels[0, 0].set(ylim=(-0.05, 1.25), yticks=[0, 0.5, 1])
    percent(panels[0, 0].yaxis)
    data = stacked(parts)
    return Drawing(drawing, data, f"How well each statistic tells failures: {listing(words)}.")


def alarms(tables: Tables) -> pd.DataFrame:
    """Return one row a run and early moment: its statistics, and whether it `failed` in the end.

    Sizes are in decades, up or down; the shares are the largest over the hidden layers.
    """
    wanted = {"architecture": nets(list(FOUR), DEPTHS)}
    states = trained(tables.layers, ["mlp_depth"], quantity=STATES, **wanted)
    ratio = backward_ratio(tables, ["mlp_depth"], **wanted).set_index([*RUN, "step"])["value"]
    numbers = pd.DataFrame({**_of_states(states), "gradient": in_decades(ratio)}).reset_index()
    chosen = numbers[numbers.step.isin(moments(numbers)[:EARLY]) & (numbers["init"] != "zeros")]
    ends = learned(trained(tables.outcomes, ["mlp_depth"])).set_index(RUN)["learned"]
    return chosen.assign(failed=~ends.reindex(chosen.set_index(RUN).index).to_numpy(dtype=bool))


def _of_states(states: pd.DataFrame) -> dict[str, pd.Series]:
    hidden = states[states.layer.str.startswith("layers.")]
    shares = hidden.groupby(["quantity", *RUN, "step"])["value"].max()
    most = {name: shares[shares.index.get_level_values(0) == name].droplevel(0) for name in STATES}
    rms = hidden[hidden.quantity == "rms"]
    first, last = (
        rms[layer_of(rms) == layer].set_index([*RUN, "step"])["value"] for layer in (1, rms.depth)
    )
    return {
        "size": in_decades(last),
        "change": in_decades(last / first),
        "saturated": most["saturated_share"],
        "dead": most["dead_share"],
    }


def in_decades(values: pd.Series) -> pd.Series:
    """Return |log10| of each value; `WORST` for zero, infinity and what does not exist."""
    with np.errstate(divide="ignore"):
        logs = np.abs(np.log10(values.to_numpy(dtype=float)))
    kept = np.nan_to_num(logs, nan=WORST, posinf=WORST).clip(max=WORST)
    return pd.Series(kept, values.index)


def _classes(runs: pd.DataFrame, alarm: Alarm) -> pd.DataFrame:
    """Return the share of failed runs with its interval in each class of the statistic."""
    places = range(len(alarm.labels))
    cut = pd.cut(runs[alarm.name], list(alarm.edges), right=False, labels=list(places))
    frame = bands(runs.assign(place=cut.astype(float)), ["place"], "failed", success_rate)
    return frame.assign(label=frame.place.map(dict(zip(places, alarm.labels, strict=True))))


def _auc(runs: pd.DataFrame, alarm: Alarm) -> str:
    """Return how well the statistic separates, in words."""
    found = auc(runs[alarm.name].to_numpy(dtype=float), runs.failed.to_numpy(dtype=bool))
    if not np.isfinite(found.value):
        return "AUC not defined"
    return f"AUC {found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def _draw_alarm(axes: Axes, frame: pd.DataFrame, alarm: Alarm, step: int, said: str) -> None:
    axes.set_title(f"{alarm.text}\n{_moment(step)}{said}", fontsize=10)
    if frame.empty:
        empty(axes)
        return
    reach = np.abs(frame[["low", "high"]].to_numpy().T - frame.value.to_numpy())
    axes.errorbar(frame.place, frame.value, yerr=reach, color=INK, marker="o", ls="none", lw=1.5)
    for _, row in frame.iterrows():
        axes.text(row.place, 1.1, f"n = {row.n}", ha="center", size=8)
    axes.set_xticks(range(len(alarm.labels)), labels=alarm.labels, fontsize=9)
    axes.set_xlim(-0.5, len(alarm.labels) - 0.5)


def _moment(step: int) -> str:
    return "before training: " if step == 0 else f"after {step} updates: "
