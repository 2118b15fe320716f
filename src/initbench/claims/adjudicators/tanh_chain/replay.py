"""Rows about printed numbers: the literal replay of document A's own seed 42.

Where a newer library draws other random numbers from that seed, the replay is not available:
its numbers are then undefined and decide nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, final, measured, success_rate
from initbench.claims.adjudicators.tanh_chain.arms import POINT, chain
from initbench.claims.adjudicators.tanh_chain.spectra import WEIGHTS
from initbench.statistics import Estimate, exact, median, undefined
from initbench.tables.read import Tables

Values = npt.NDArray[np.float64]
DEFAULT = chain("default")
SHARED = chain("orthogonal_shared")
FIRST = 1  # the notebook looks only after each update, so its curves begin after the first
PERFECT = 1 - 5e-5
HALF_DIGIT = 5e-5  # four decimals are printed
# Test loss before training, the fingerprint of the random streams; no printed number is in it.
FINGERPRINTS = {"default": 0.787785, "orthogonal": 0.807777, "xavier_seed_2": 0.693145}


@adjudicates("A06")
def printed_default_accuracy(tables: Tables) -> dict[str, Estimate]:
    """Return the final accuracy of the default net at seed 42, and the median over seeds."""
    return {
        "accuracy": final_accuracy(tables, "default"),
        "accuracy_over_seeds": median(final(tables, DEFAULT).to_numpy(float), step=POINT),
    }


@adjudicates("A07")
def figure_of_default_curves(tables: Tables) -> dict[str, Estimate]:
    """Return the marks of the default net's curves: loss at three steps, range of accuracy."""
    curve = replay_curve(tables, "default")
    return {
        "loss_start": number(curve, lambda rows: rows["test_loss"].loc[FIRST]),
        "loss_200": number(curve, lambda rows: rows["test_loss"].loc[200]),
        "loss_end": number(curve, lambda rows: rows["test_loss"].iloc[-1]),
        "lowest_accuracy": number(curve, lambda rows: rows["test_accuracy"].loc[FIRST:].min()),
        "highest_accuracy": number(curve, lambda rows: rows["test_accuracy"].loc[FIRST:].max()),
    }


@adjudicates("A21")
def printed_orthogonal_accuracy(tables: Tables) -> dict[str, Estimate]:
    """Return the final accuracy of the orthogonal net at seed 42, and success over seeds."""
    return {
        "accuracy": final_accuracy(tables, "orthogonal"),
        "sr100_over_seeds": success_rate(tables, SHARED, 1.0),
    }


@adjudicates("A22")
def figure_of_orthogonal_curves(tables: Tables) -> dict[str, Estimate]:
    """Return the marks of the orthogonal net's curves: accuracy, first perfect step, loss."""
    curve = replay_curve(tables, "orthogonal")
    return {
        "accuracy_start": number(curve, lambda rows: rows["test_accuracy"].loc[FIRST]),
        "accuracy_200": number(curve, lambda rows: rows["test_accuracy"].loc[200]),
        "first_perfect": number(curve, _first_perfect),
        "loss_end": number(curve, lambda rows: rows["test_loss"].iloc[-1]),
    }


def _first_perfect(curve: pd.DataFrame) -> int:
    """Return the first step without a test error, or one step after the end if there is none."""
    perfect = curve.index[curve["test_accuracy"] >= PERFECT]
    return int(perfect.min() if len(perfect) else curve.index.max() + 1)


def final_accuracy(tables: Tables, run: str) -> Estimate:
    """Return the test accuracy at the end of the replay of `run`."""
    return number(replay_curve(tables, run), lambda rows: rows["test_accuracy"].iloc[-1])


@adjudicates("A29")
def printed_default_spectra(tables: Tables) -> dict[str, Estimate]:
    """Return how far the default net's 16 trained singular values are from the printed ones."""
    return _against_print(tables, "default") | {"ratio_over_seeds": _trained_ratio(tables, DEFAULT)}


@adjudicates("A30")
def printed_orthogonal_spectra(tables: Tables) -> dict[str, Estimate]:
    """Return how far the orthogonal net's 16 trained values are from the printed ones."""
    ratio = _trained_ratio(tables, SHARED)
    return _against_print(tables, "orthogonal") | {"ratio_over_seeds": ratio}


@adjudicates("A31")
def values_of_initializations(tables: Tables) -> dict[str, Estimate]:
    """Return how far singular values move in training, and the orthogonal ones are from 1."""
    default, orthogonal = (_spectra(tables, run) for run in ("default", "orthogonal"))
    return {
        "change_default": number(default, _change),
        "change_orthogonal": number(orthogonal, _change),
        "start_from_1": number(orthogonal, lambda rows: abs(_values(rows, "init") - 1).max()),
        "printed_from_1": number(orthogonal, lambda rows: abs(_printed(rows) - 1).max()),
    }


def _against_print(tables: Tables, run: str) -> dict[str, Estimate]:
    """Return the largest distance of 16 trained values from the printed ones, and the matches."""
    spectra = _spectra(tables, run)
    return {
        "largest_difference": number(spectra, lambda rows: _misprints(rows).max()),
        "matching_values": number(spectra, lambda rows: (_misprints(rows) <= HALF_DIGIT).sum()),
    }


def _misprints(spectra: pd.DataFrame) -> Values:
    return np.abs(_values(spectra, "end") - _printed(spectra))


def _change(spectra: pd.DataFrame) -> float:
    return float(np.abs(_values(spectra, "end") - _values(spectra, "init")).max())


def _values(spectra: pd.DataFrame, moment: str) -> Values:
    """Return the singular values (8, 2) of the replay at "init" or "end"."""
    return np.asarray(spectra[["s1", "s2"]].loc[moment], dtype=np.float64)


def _printed(spectra: pd.DataFrame) -> Values:
    """Return the singular values (8, 2) that the document prints."""
    return np.asarray(spectra[["printed_s1", "printed_s2"]].loc["end"], dtype=np.float64)


def _trained_ratio(tables: Tables, arm: Arm) -> Estimate:
    """Return the median over seeds of the smallest s2/s1 of the trained hidden layers."""
    s1, s2 = (measured(tables, arm, "singular_value", index=index)[WEIGHTS] for index in (0, 1))
    return median((s2 / s1).min(axis=1).to_numpy())


def replay_curve(tables: Tables, run: str) -> pd.DataFrame:
    """Return the replayed curve of `run` by step; empty where the streams are not its own."""
    curves = tables.replay_curves()
    rows = curves[curves["run"] == run].set_index("step").sort_index()
    own = np.isclose(rows["test_loss"].loc[:0], FINGERPRINTS[run], rtol=0, atol=1e-5)
    return rows if own.any() else rows.iloc[:0]


def _spectra(tables: Tables, run: str) -> pd.DataFrame:
    """Return the replayed spectra of `run` by moment and layer; empty as `replay_curve` is."""
    spectra = tables.replay_spectra()
    rows = spectra[spectra["run"] == run].set_index(["moment", "layer"]).sort_index()
    return rows.iloc[:0] if replay_curve(tables, run).empty else rows


def number(rows: pd.DataFrame, value: Callable[[pd.DataFrame], Any]) -> Estimate:
    """Return `value(rows)` as an exact number, or an undefined one where there are no rows."""
    if rows.empty:
        return replace(undefined(0), method="replay unavailable with this version")
    return exact(float(value(rows)))
