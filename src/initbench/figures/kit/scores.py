"""What the figures of recurrent, residual, custom and output inits share: scores and panels."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from initbench.figures.kit.frames import (
    ROUNDING,
    Summary,
    bands,
    load,
    mean_interval,
    median_interval,
    pick,
    success_rate,
)
from initbench.figures.kit.rows import FILL, dot_panel
from initbench.figures.kit.style import (
    MISSING,
    canvas,
    empty,
    label,
    logarithmic,
    percent,
    proxy,
    reference,
)
from initbench.figures.kit.words import Say, number, share
from initbench.tables.read import Tables

NAMES = {
    "recurrent_default": "default",
    "recurrent_normal": "N(0, 0.01²)",
    "recurrent_xavier": "Xavier",
    "recurrent_orthogonal": "orthogonal",
    "recurrent_orthogonal_gates": "orthogonal per gate",
    "recurrent_identity": "identity",
    **{f"forget_bias_{bias}": f"forget bias {bias}".replace("-", "−") for bias in (-1, 0, 1, 2)},
    "residual_he": "He",
    "residual_scaled": "He / √L",
    "residual_small": "N(0, 0.01²) in the branches",
    "residual_zero_last": "zero last layer",
    "residual_fixup": "Fixup",
    "residual_rezero": "ReZero",
    "siren_own": "SIREN's own rule",
    "normal_0.01": "N(0, 0.01²)",
    "he_normal": "He",
    "xavier_normal": "Xavier",
    "xavier": "Xavier",
    "he": "He",
    **{f"svd_k1_s{scale}": f"singular values all {scale}" for scale in (0.6, 0.8, 1.0, 1.25)},
    "output_zero": "zero bias",
    "output_default": "default bias",
    "output_prior": "log class shares",
}
WORST_ERROR = 10.0  # larger errors, and those of diverged runs, count as this
LEARNED = 0.8
CROWDED = 200.0  # a logarithmic axis that reaches further is labelled at powers of ten only
PEAK_TO_PEAK = 2.0  # of a signal within [-1, 1]


@dataclass(frozen=True)
class Score:
    """A final number of every run: its name, how it is read, summarised and said, and its axis."""

    text: str
    of: Callable[[pd.DataFrame], pd.Series]
    summary: Summary
    say: Say
    scale: str = "share"  # share, log or linear


def _accuracy(runs: pd.DataFrame) -> pd.Series:
    return runs.test_accuracy.astype(float)


def _error(runs: pd.DataFrame) -> pd.Series:
    return capped(runs.test_loss)


def capped(errors: pd.Series) -> pd.Series:
    """Return mean squared errors held below the worst that counts, NaN as the worst."""
    return errors.astype(float).fillna(np.inf).clip(upper=WORST_ERROR)


def _learned(runs: pd.DataFrame) -> pd.Series:
    return runs.test_accuracy >= LEARNED - ROUNDING


def signal_to_noise(runs: pd.DataFrame) -> pd.Series:
    """Return the peak signal-to-noise ratio 10 log10(4/mse) of each run in dB, at least 0."""
    ratio = PEAK_TO_PEAK**2 / runs.test_loss.astype(float).fillna(np.inf)
    return 10 * ratio.clip(lower=1.0).map(math.log10)


def unbounded(values: Any) -> tuple[float, float, float]:
    """Return the mean with its 95 % t interval, cut off at 0 only."""
    return mean_interval(values, top=np.inf)


def decibels(value: float) -> str:
    """Return a ratio in decibels with one decimal."""
    return f"{value:.1f} dB"


ACCURACY = Score("test accuracy", _accuracy, mean_interval, share)
WITHIN = Score("sums within 0.1 of the target", _accuracy, mean_interval, share)
ERROR = Score("mean squared error", _error, median_interval, number, "log")
SUCCESS = Score("share of runs at 80 % or more", _learned, success_rate, share)
PSNR = Score("peak signal-to-noise ratio, dB", signal_to_noise, unbounded, decibels, "linear")


def printed(init: str) -> str:
    """Return the name of `init` for readers who see its family in the heading."""
    return NAMES.get(init, label(init))


def scores(
    tables: Tables, experiment: str, net: str, inits: Sequence[str], score: Score, **wanted: str
) -> pd.DataFrame:
    """Return one row an init, in the given order, with its n, value, low and high.

    Only runs of nets whose whole name matches the pattern `net` count.
    """
    runs = of_net(pick(load(tables.outcomes, experiment), init=list(inits), **wanted), net)
    frame = bands(runs.assign(score=score.of(runs)), ["init"], "score", score.summary)
    return in_order(frame.assign(row=frame["init"].map(printed), level=""), inits)


def learning(
    tables: Tables, experiment: str, net: str, inits: Sequence[str], column: str, summary: Summary
) -> pd.DataFrame:
    """Return one row an init and step: centre and interval of `column` on the test set."""
    curves = pick(load(tables.curves, experiment), init=list(inits), split="test")
    held = curves.assign(loss=capped(curves.loss))
    return bands(of_net(held, net), ["init", "step"], column, summary)


def of_net(frame: pd.DataFrame, net: str) -> pd.DataFrame:
    """Return the rows of nets whose whole name matches the pattern `net`."""
    return frame[frame.architecture.astype(str).str.fullmatch(net)]


def in_order(frame: pd.DataFrame, inits: Sequence[str]) -> pd.DataFrame:
    """Return `frame` with its inits in the given order."""
    place = {init: k for k, init in enumerate(inits)}
    rank = frame["init"].map(place)
    return frame.assign(rank=rank).sort_values("rank", kind="stable").drop(columns="rank")


def dot_stack(
    frame: pd.DataFrame, panels: Mapping[str, Score], levels: Sequence[str] = ("",)
) -> tuple[Figure, dict[str, Axes]]:
    """Draw one panel of dots a heading, each with the axis of its score, and return them by it.

    Panels of one score share their axis. Unlike in `dot_rows`, a panel without rows stays and says
    that the grid lacks it.
    """
    parts = {name: frame[frame.panel == name] for name in panels}
    sizes = [max(1.5, part["row"].nunique()) for part in parts.values()]
    height = 1.0 + 0.75 * len(sizes) + 0.25 * sum(sizes)
    ratios = [size + 0.2 for size in sizes]
    drawing, grid = canvas(len(sizes), 1, height, height_ratios=ratios)
    first: dict[str, Axes] = {}
    for axes, (name, part) in zip(grid[:, 0], parts.items(), strict=True):
        axes.set_title(name)
        if panels[name].text in first:
            axes.sharex(first[panels[name].text])
        first.setdefault(panels[name].text, axes)
        if part.empty:
            empty(axes)
        else:
            dot_panel(axes, part, levels)
            _score_axis(axes, panels[name])
    return drawing, dict(zip(panels, grid[:, 0], strict=True))


def _score_axis(axes: Axes, score: Score) -> None:
    axes.set_xlabel(score.text)
    if score.scale == "share":
        percent(axes.xaxis)
    elif score.scale == "log":
        axes.set_xscale("log")
        low, high = axes.get_xlim()
        logarithmic(axes, "x", (1, 2, 5) if high / low < CROWDED else (1,))


def blind(axes: Axes, at: float, across: bool) -> None:
    """Draw the level that a net reaches which does not look at its input."""
    reference(axes, at, "a net that ignores its input", ":", across)


def fills(frame: pd.DataFrame, levels: Iterable[str]) -> list[Line2D]:
    """Return key entries for the filled and the open dots of `frame`, or that it has none."""
    found = set(frame.level)
    texts = (text if text in found else f"{text} ({MISSING})" for text in levels)
    return [proxy(text, fill) for text, fill in zip(texts, FILL, strict=True)]
