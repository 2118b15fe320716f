"""Sentences made from numbers, for alternative texts and captions."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from initbench.figures.kit.style import MISSING, label

Say = Callable[[float], str]

ACTIVATIONS = {
    "identity": "identity",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "relu": "ReLU",
    "leaky_relu_0.01": "leaky ReLU 0.01",
    "leaky_relu_0.2": "leaky ReLU 0.2",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
}


def share(value: float) -> str:
    """Return a share as a percentage with one decimal."""
    return f"{100 * value:.1f} %"


def number(value: float) -> str:
    """Return a number with three significant digits, as people write it."""
    if not np.isfinite(value):
        return "not finite"
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e+")


def interval(row: pd.Series, say: Say = share) -> str:
    """Return the value of one row with its interval and n."""
    between = f"{say(row.low)} to {say(row.high)}"
    return f"{say(row.value)} ({between}, n = {row.n:.0f})"


def listing(parts: Iterable[str]) -> str:
    """Join phrases with semicolons; say so when there are none."""
    return "; ".join(parts) or MISSING


def each(frame: pd.DataFrame, name: Callable[[Any], str], say: Say = share) -> str:
    """Return one phrase a row: its name by `name(row)` and its value with interval and n."""
    return listing(f"{name(row)} {interval(row, say)}" for _, row in frame.iterrows())


def by_init(frame: pd.DataFrame, say: Say = share) -> str:
    """Return one phrase a row: the init and its value with interval and n."""
    return each(frame, lambda row: label(row["init"]), say)


def extremes(frame: pd.DataFrame, say: Say = share) -> str:
    """Return one phrase a panel: its lowest and its highest row with interval and n."""
    panels = frame.groupby("panel", sort=False)
    return listing(f"{panel}: {_extremes(part, say)}" for panel, part in panels)


def _extremes(frame: pd.DataFrame, say: Say) -> str:
    ranked = frame.sort_values("value", kind="stable").iloc[[0, -1]]
    low, high = (f"{row.row} {interval(row, say)}" for _, row in ranked.iterrows())
    if ranked.value.nunique() == 1:
        return f"every row {interval(ranked.iloc[0], say)}"
    return f"from {low} to {high}"
