"""Survival curves and restricted means have their known values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from initbench.errors import InitbenchError
from initbench.statistics.survival import kaplan_meier, restricted_mean

END = 395


def test_without_censoring_the_curve_is_the_share_that_is_left() -> None:
    curve = kaplan_meier([10, 20, 20, 40], [True] * 4)
    assert curve["step"].tolist() == [0, 10, 20, 40]
    assert curve["value"].tolist() == pytest.approx([1, 0.75, 0.25, 0])
    assert set(curve["n"]) == {4}


def test_runs_that_never_get_there_stay_to_the_end() -> None:
    curve = kaplan_meier([10, END, 20, END], [True, False, True, False])
    assert curve["step"].tolist() == [0, 10, 20, END]
    assert curve["value"].tolist() == pytest.approx([1, 0.75, 0.5, 0.5])


def test_bounds_are_the_exact_ones_of_a_share() -> None:
    curve = kaplan_meier([10, 20, END, END, END], [True, True, False, False, False])
    low, high = proportion_confint(3, 5, method="beta")
    assert curve.iloc[-1][["low", "high"]].tolist() == pytest.approx([low, high])


def test_events_at_the_end_count_before_those_that_are_censored_there() -> None:
    curve = kaplan_meier([END, END], [True, False])
    assert curve["value"].tolist() == pytest.approx([1, 0.5])


def test_a_run_that_leaves_early_is_refused() -> None:
    with pytest.raises(InitbenchError, match="1 runs without the event end before step 30"):
        kaplan_meier([10, 30], [False, True])


@pytest.mark.parametrize(("times", "reached"), [([], []), ([1.0, 2.0], [True])])
def test_times_and_flags_must_belong_together(times: list[float], reached: list[bool]) -> None:
    with pytest.raises(InitbenchError, match="one time and one flag a run"):
        kaplan_meier(times, reached)


@given(st.lists(st.integers(1, END) | st.just(np.inf), min_size=2, max_size=30))
def test_the_restricted_mean_is_the_area_under_the_curve(times: list[float]) -> None:
    cut = np.minimum(times, END)
    reached = np.isfinite(times)
    # A last run that is censored at the horizon, so that the curve lasts until there.
    curve = kaplan_meier([*cut, END], [*reached, False])
    area = float((curve["value"].to_numpy()[:-1] * np.diff(curve["step"])).sum())
    assert restricted_mean([*times, np.inf], END).value == pytest.approx(area)


def test_the_restricted_mean_has_the_interval_of_a_mean() -> None:
    estimate = restricted_mean([100.0, 200.0, np.inf], 300, unit="steps")
    assert estimate.value == pytest.approx(200)
    assert (estimate.method, estimate.unit, estimate.n) == ("t interval", "steps", 3)
    # t of two degrees of freedom at 97.5 % times the standard error of 100, 200 and 300 is 248.
    assert (estimate.low, estimate.high) == (0, 300)
    wide = restricted_mean([100.0, 200.0, 300.0], 1000)
    assert wide.high == pytest.approx(200 + 4.302653 * 100 / np.sqrt(3))
