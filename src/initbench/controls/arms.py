"""The rows of the controls: arms against themselves, and an init that is known to fail."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from initbench.claims.adjudicators.runs import (
    Cell,
    difference,
    final,
    reached,
    select,
    success_rate,
)
from initbench.claims.ledger import Row
from initbench.errors import InitbenchError
from initbench.statistics import GAIN, Estimate
from initbench.tables import Tables

MNIST = {"dataset": "mnist", "architecture": "mnist_net"}
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
class Arm:
    """An init whose runs are compared with each other, and the accuracy that counts as success."""

    cell: Cell
    level: float

    @property
    def name(self) -> str:
        """The cell in words, such as 'default on moons × tanh_chain (tiny_sgd)'."""
        cell = self.cell
        return f"{cell.init} on {cell.dataset} × {cell.architecture} ({cell.experiment})"


@dataclass(frozen=True)
class Control:
    """A row that is judged like a claim, how it is measured, and the verdicts that may come out."""

    cell: Cell
    row: Row
    measure: Measure
    expected: tuple[str, ...]


ARMS = (
    Arm(Cell("tiny_sgd"), 0.99),
    Arm(Cell("tiny_sgd", "xavier"), 0.99),
    Arm(Cell("tiny_sgd", "orthogonal"), 0.99),
    Arm(Cell("mnist_main", "default", **MNIST), 0.90),
)
FAILING = Cell("mnist_main", "zeros", **MNIST)


def controls(tables: Tables, experiments: Collection[str]) -> list[Control]:
    """Return the controls that the runs of `experiments` allow, numbered Z01, Z02, …"""
    found = [
        *(_same(arm, what) for arm in ARMS for what in MARGINS),
        _failure(FAILING),
    ]
    return [
        replace(control, row=replace(control.row, id=f"Z{place:02}"))
        for place, control in enumerate(found, start=1)
        if control.cell.experiment in experiments and has_runs(tables, control.cell)
    ]


def has_runs(tables: Tables, cell: Cell) -> bool:
    """Return whether the tables hold runs of `cell`, which another grid may lack."""
    try:
        select(tables.outcomes(cell.experiment), cell)
    except (FileNotFoundError, InitbenchError):
        return False
    return True


def halves(tables: Tables, arm: Arm, what: str) -> Estimate:
    """Return the mean difference of the first half of an arm's seeds minus the second half.

    The k-th run of one half is paired with the k-th of the other; of an odd number the last run
    has no partner.
    """
    values = final(tables, arm.cell).sort_index()
    if what == "success":
        values = reached(values, arm.level)
    half = len(values) // 2
    first, second = values.iloc[:half], values.iloc[half : 2 * half]
    arms = (half.reset_index(drop=True) for half in (first, second))
    return difference(*arms, bounds=GAIN)


def _same(arm: Arm, what: str) -> Control:
    rule = {key: text.format(margin=MARGINS[what]) for key, text in SAME.items()}
    meaning = {"success": "success rate", "accuracy": "final test accuracy"}[what]
    row = _row(
        f"The {meaning} of {arm.name} differs between one half of its seeds and the other.",
        arm.cell,
        {"difference": f"{meaning}, first half of the seeds minus second half, in pairs"},
        rule,
    )
    expected = ("not reproduced", "inconclusive")
    return Control(
        arm.cell, row, lambda tables: {"difference": halves(tables, arm, what)}, expected
    )


def _failure(cell: Cell) -> Control:
    row = _row(
        f"{cell.init} on {cell.dataset} × {cell.architecture} ({cell.experiment}) learns.",
        cell,
        {"share": "share of runs that end with half of the test images right"},
        FAILURE,
    )
    expected = ("not reproduced",)
    return Control(
        cell, row, lambda tables: {"share": success_rate(tables, cell, LEARNED)}, expected
    )


def _row(statement: str, cell: Cell, means: Mapping[str, str], rule: Mapping[str, str]) -> Row:
    entry = {"statement": statement, "family": "controls", "needs": [cell.experiment]}
    return Row.of({**entry, "quantities": means, "rule": rule})
