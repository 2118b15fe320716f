"""From the long tables to the small ones that figures plot: selection, centres, intervals."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from initbench.figures.kit.style import label
from initbench.statistics import proportion

Triple = tuple[float, float, float]
Summary = Callable[[NDArray[np.float64]], Triple]

BAND = ["n", "value", "low", "high"]
COLUMNS = [
    *("dataset", "architecture", "init", "seed", "step", "epoch", "split", "loss", "accuracy"),
    *("layer", "quantity", "index", "value", "test_loss", "test_accuracy", "run", "moment"),
    *("kind", "x", "y", "score", "label", "s1", "s2", "printed_s1", "printed_s2"),
    *("activation", "width", "variant", "learning_rate", "rate"),
]
ROUNDING = 1e-6  # accuracies may have passed through float32 on their way into a table
TINY = {"dataset": "moons", "architecture": "tanh_chain"}
MNIST = {"dataset": "mnist", "architecture": "mnist_net"}


def load(read: Callable[..., pd.DataFrame], *names: str) -> pd.DataFrame:
    """Return the table that `read(*names)` gives, or an empty one when the grid lacks it."""
    try:
        return read(*names)
    except FileNotFoundError:
        return pd.DataFrame(columns=COLUMNS)


def pick(frame: pd.DataFrame, **wanted: str | int | Sequence[str] | Sequence[int]) -> pd.DataFrame:
    """Return the rows whose columns hold the wanted values, with names as plain text."""
    keep = np.ones(len(frame), dtype=bool)
    for column, value in wanted.items():
        values = [value] if isinstance(value, str | int) else list(value)
        keep &= frame[column].isin(values).to_numpy()
    chosen = frame[keep].copy()
    names = [c for c in chosen.columns if isinstance(chosen[c].dtype, pd.CategoricalDtype)]
    return chosen.astype(dict.fromkeys(names, str))


def present(frame: pd.DataFrame, inits: Sequence[str]) -> list[str]:
    """Return those of `inits` that `frame` holds, in the given order."""
    found = set(frame["init"].unique())
    return [init for init in inits if init in found]


def last_step(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the last recorded step of each dataset, architecture and init."""
    cell = ["dataset", "architecture", "init"]
    return frame[frame.step == frame.groupby(cell, observed=True)["step"].transform("max")]


def final(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the very last step of `frame`."""
    return frame.query("step == step.max()")


def mean_interval(values: NDArray[np.float64], top: float = 1.0, bottom: float = 0.0) -> Triple:
    """Return the mean with its 95 % t interval, cut off at `bottom` and `top`: those of shares."""
    centre = float(values.mean())
    spread = values.std(ddof=1) if len(values) > 1 else 0.0
    reach = float(stats.t.ppf(0.975, max(1, len(values) - 1)) * spread / np.sqrt(len(values)))
    return centre, max(bottom, centre - reach), min(top, centre + reach)


def median_interval(values: NDArray[np.float64]) -> Triple:
    """Return the median with its 95 % order-statistic interval; NaN ranks last, as infinity.

    Fewer than six values cannot bound a median, so that the interval is then their whole range.
    """
    ranked = np.sort(np.nan_to_num(values, nan=np.inf, posinf=np.inf))
    low = max(0, int(stats.binom.ppf(0.025, len(ranked), 0.5)) - 1)
    return float(np.median(ranked)), float(ranked[low]), float(ranked[-1 - low])


def central_range(values: NDArray[np.float64]) -> Triple:
    """Return the median and the range that holds the central 90 % of the values."""
    low, centre, high = np.quantile(values, [0.05, 0.5, 0.95])
    return float(centre), float(low), float(high)


def success_rate(values: NDArray[np.float64]) -> Triple:
    """Return the share of true values with its 95 % exact interval."""
    share = proportion(values.astype(bool))
    return share.value, share.low, share.high


def bands(frame: pd.DataFrame, by: Sequence[str], column: str, summary: Summary) -> pd.DataFrame:
    """Return one row a group of `by`: its n and the value, low and high of `summary`."""
    groups = frame.groupby(list(by), sort=False, observed=True)[column]
    rows = [
        (*group, len(values), *summary(values.to_numpy(dtype=float))) for group, values in groups
    ]
    return pd.DataFrame(rows, columns=[*by, *BAND]).sort_values(list(by), ignore_index=True)


def runs(frame: pd.DataFrame) -> str:
    """Return how many runs each row of `frame` stands for, for instance "n = 200"."""
    low, high = int(frame.n.min()), int(frame.n.max())
    return f"n = {low}" if low == high else f"n = {low} to {high}"


def named(init: str, frame: pd.DataFrame) -> str:
    """Return the printed name of `init` with the number of its runs in `frame`, if it has any."""
    return f"{label(init)} ({runs(frame)})" if len(frame) else label(init)


def thin(frame: pd.DataFrame, column: str, count: int = 120) -> pd.DataFrame:
    """Return the rows at no more than about `count` values of `column`, ends included."""
    values = np.sort(frame[column].unique())
    places = np.unique(np.linspace(0, len(values) - 1, count).round().astype(int))
    return frame[frame[column].isin(values[places])] if len(values) else frame


def layer_number(layers: pd.Series, depth: int = 8) -> pd.Series:
    """Return 0 for the input, 1..depth for the hidden layers, depth + 1 for the head."""
    inner = layers.str.extract(r"layers\.(\d+)", expand=False).astype(float) + 1
    return inner.mask(layers == "input", 0).fillna(depth + 1).astype(int)


def stacked(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all parts below each other.

    A part without rows has no types, and would take them from its neighbours; it is left out.
    """
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
