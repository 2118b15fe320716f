"""Settings of all tests: what a training job has too, and what their child processes need."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest

from initbench.statistics import intervals

# One thread, as in every job: two threads may share a sum out differently.
os.environ["OMP_NUM_THREADS"] = "1"
# The package is not installed, and some tests start a Python of their own.
os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1] / "src")

# They take long though their tests are few: begun first, they leave no worker idle at the end.
SLOW = (
    *("test_figures", "test_workflow", "test_figures_reduced", "test_report", "test_commands"),
    "test_report_browser",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slow files first, in the order of SLOW; the others keep theirs."""
    items.sort(key=lambda item: SLOW.index(item.path.stem) if item.path.stem in SLOW else len(SLOW))


def pytest_collection_finish() -> None:
    """Leave what is imported by now out of garbage collection, whose full rounds take long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture
def without_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs that are all equal stand for a law without spread, as in the made-up worlds.

    There a number stands for all runs of a cell, and what is tried is the rule, not the interval.
    """
    monkeypatch.setattr(
        intervals, "mostly_tied", lambda samples, bounds: np.zeros(samples.shape[:-1], dtype=bool)
    )
