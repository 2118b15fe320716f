"""The rows of the controls: arms against themselves, and an init that is known to fail."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from initbench.claims.adjudicators.kit.runs import (
    Arm,
    difference,
    final,
    reached,
    select,
    success_rate,
)
from initbench.claims.adjudicators.mnist.arms import main
from initbench.claims.adjudicators.tanh_chain.arms import chain
from initbench.claims.ledger import Row
from initbench.errors import InitbenchError
from initbench.statistics import GAIN, Estimate
from initbench.tables.read import Tables

# The smallest differences of interest, as the report names them under its methods.
MARGINS = {"success": 0.10, "accuracy": 0.01}
SAME = {
    "reproduced": "difference.low > 0 or difference.high < 0",
    "not_reproduced": "within(difference, {margin})",
}
LEARNED = 0.5
FAILURE = {"reproduced": f"share.low > {LEARNED}", "not_reproduced": f"share.high < {LEARNED}"}

Measure = Callable[[Tables], dict[str, Estimate]]


@dataclass(frozen=True)
class Compared:
    """An init whose runs are compared with each other, and the accuracy that counts as success."""

    arm: Arm
    level: float

    @property
    def name(self) -> str:
        """The arm in words, such as 'default on moons × tanh_chain (tiny_sgd)'."""
        arm = self.arm
        return f"{arm.init} on {arm.dataset} × {arm.architecture} ({arm.experiment})"


@dataclass(frozen=True)
class Control:
    """A row that is judged like a claim, how it is measured, and the verdicts that may come out."""

    arm: Arm
    row: Row
    measure: Measure
    expected: tuple[str, ...]


COMPARED = (
    Compared(chain("default"), 0.99),
    Compared(chain("xavier"), 0.99),
    Compared(chain("orthogonal"), 0.99),
    Compared(main("default"), 0.90),
)
FAILING = main("zeros")


def controls(tables: Tables, experiments: Collection[str]) -> list[Control]:
    """Return the controls that the runs of `experiments` allow, numbered Z01, Z02, …"""
    found = [
        *(_same(compared, what) for compared in COMPARED for what in MARGINS),
        _failure(FAILING),
    ]
    return [
        replace(control, row=replace(control.row, id=f"Z{place:02}"))
        for place, control in enumerate(found, start=1)
        if control.arm.experiment in experiments and has_runs(tables, control.arm)
    ]


def has_runs(tables: Tables, arm: Arm) -> bool:
    """Return whether the tables hold runs of `arm`, which another grid may lack."""
    try:
        select(tables.outcomes(arm.experiment), arm)
    except (FileNotFoundError, InitbenchError):
        return False
    return True


def halves(tables: Tables, compared: Compared, what: str) -> Estimate:
    """Return the mean difference of the first half of an arm's seeds minus the second half.

    The k-th run of one half is paired with the k-th of the other; of an odd number the last run
    has no partner.
    """
    values = final(tables, compared.arm).sort_index()
    if what == "success":
        values = reached(values, compared.level)
    half = len(values) // 2
    first, second = values.iloc[:half], values.iloc[half : 2 * half]
    arms = (half.reset_index(drop=True) for half in (first, second))
    return difference(*arms, bounds=GAIN)


def _same(compared: Compared, what: str) -> Control:
    rule = {key: text.format(margin=MARGINS[what]) for key, text in SAME.items()}
    meaning = {"success": "success rate", "accuracy": "final test accuracy"}[what]
    row = _row(
        f"The {meaning} of {compared.name} differs between one half of its seeds and the other.",
        compared.arm,
        {"difference": f"{meaning}, first half of the seeds minus second half, in pairs"},
        rule,
    )
    expected = ("not reproduced", "inconclusive")
    return Control(
        compared.arm, row, lambda tables: {"difference": halves(tables, compared, what)}, expected
    )


def _failure(arm: Arm) -> Control:
    row = _row(
        f"{arm.init} on {arm.dataset} × {arm.architecture} ({arm.experiment}) learns.",
        arm,
        {"share": "share of runs that end with half of the test images right"},
        FAILURE,
    )
    expected = ("not reproduced",)
    return Control(arm, row, lambda tables: {"share": success_rate(tables, arm, LEARNED)}, expected)


def _row(statement: str, arm: Arm, means: Mapping[str, str], rule: Mapping[str, str]) -> Row:
    entry = {"statement": statement, "bed": "controls", "needs": [arm.experiment]}
    return Row.of({**entry, "quantities": means, "rule": rule}, "")
