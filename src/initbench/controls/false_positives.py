"""How often the claims' own statistics err where the truth is known: one arm against itself."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from initbench.claims.adjudicators.kit.runs import Arm, final, reached, select
from initbench.controls.null import ARMS, FEWEST, LEVEL
from initbench.controls.rows import MARGINS, has_runs
from initbench.statistics import (
    GAIN,
    Estimate,
    equivalence_p,
    p_value,
    paired_difference,
    proportion,
)
from initbench.tables.read import Tables

SIZES = (10, 20)  # pairs of a comparison
SOLVED = 0.99
SEED = 2_000_000
# A saving of a tenth of the training is the smallest of interest, in shares of its steps.
LEAST = MARGINS | {"steps": 0.10}

Sample = npt.NDArray[Any]


@dataclass(frozen=True)
class Question:
    """What is asked of a pair of arms whose true difference is 0 or the margin, and its level."""

    test: str
    at_margin: bool
    nominal: float
    says_yes: Callable[[Estimate, float], bool]


QUESTIONS = (
    Question("differs", False, LEVEL, lambda found, _: _differs(found)),
    Question("above the margin", True, LEVEL / 2, lambda found, margin: _above(found, margin)),
    Question("equivalent", True, LEVEL, lambda found, margin: _equivalent(found, margin)),
)


def _differs(found: Estimate) -> bool:
    return (found.low > 0 or found.high < 0) and p_value(found, 0.0) <= LEVEL


def _above(found: Estimate, margin: float) -> bool:
    return found.low > margin and p_value(found, margin) <= LEVEL


def _equivalent(found: Estimate, margin: float) -> bool:
    inside = -margin < found.low90 and found.high90 < margin
    return inside and equivalence_p(found, margin) <= LEVEL


def false_positives(tables: Tables, experiments: Collection[str]) -> list[dict[str, Any]]:
    """Return one record an arm, statistic, test and number of pairs: how often the test errs.

    The runs of an arm are cut into groups, whose first half is paired with the second, each run
    used once. The true difference is 0; for a test at a margin the first arm is raised by it. The
    share of wrong answers has its exact interval, to be compared with `nominal`.
    """
    return [
        _record(arm, statistic, values, question, pairs)
        for arm in ARMS
        if arm.experiment in experiments and has_runs(tables, arm)
        for statistic, values in _statistics(tables, arm).items()
        for question in QUESTIONS
        for pairs in SIZES
        if len(values) >= 2 * pairs * FEWEST
    ]


def _statistics(tables: Tables, arm: Arm) -> "dict[str, pd.Series[Any]]":
    accuracy = final(tables, arm).sort_index()
    steps = share_of_steps(tables, arm).reindex(accuracy.index)
    return {"success": reached(accuracy, SOLVED), "accuracy": accuracy, "steps": steps}


def share_of_steps(tables: Tables, arm: Arm) -> "pd.Series[Any]":
    """Return the first evaluated step with 99 % test accuracy over the last step, 1 at most."""
    rows = select(tables.curves(arm.experiment), arm)
    rows = rows[rows["split"] == "test"]
    there = rows["step"].where(reached(rows["accuracy"], SOLVED)).groupby(rows["seed"]).min()
    return there.fillna(rows["step"].max()).astype(float) / float(rows["step"].max())


def _record(
    arm: Arm, statistic: str, values: "pd.Series[Any]", question: Question, pairs: int
) -> dict[str, Any]:
    margin = LEAST[statistic]
    raised = margin if question.at_margin else 0.0
    answers = [question.says_yes(found, margin) for found in _comparisons(values, raised, pairs)]
    return {
        "cell": f"{arm.init} ({arm.experiment})",
        "statistic": statistic,
        "test": question.test,
        "margin": margin,
        "n": pairs,
        "comparisons": len(answers),
        "nominal": question.nominal,
        "observed": proportion(np.array(answers)).to_dict(),
    }


def _comparisons(values: "pd.Series[Any]", raised: float, pairs: int) -> Iterator[Estimate]:
    """Yield the paired differences of groups of runs, whose truth is `raised`."""
    first, second = _raise(values, raised)
    for start in range(0, len(values) - 2 * pairs + 1, 2 * pairs):
        one, other = slice(start, start + pairs), slice(start + pairs, start + 2 * pairs)
        low, high = GAIN
        yield paired_difference(first[one], second[other], bounds=(low, high + raised))


def _raise(values: "pd.Series[Any]", by: float) -> tuple[Sample, Sample]:
    """Return two arms of the same runs, of which the first is `by` better on average.

    A share is raised by letting failed runs succeed, or the other arm's successes fail, at random;
    a number by adding.
    """
    sample = values.to_numpy()
    if sample.dtype != np.bool_:
        return sample + by, sample
    rate, chance = sample.mean(), np.random.default_rng(SEED).random(len(sample))
    if rate > 1 / 2:
        return sample, sample & (chance >= by / rate)
    return sample | (chance < by / (1 - rate)), sample
