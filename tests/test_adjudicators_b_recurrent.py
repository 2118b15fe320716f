"""Document B's rows on recurrent nets, in worlds with a known answer."""

from collections.abc import Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthetic
from initbench.claims import attainable
from initbench.claims.adjudicators.kit.registry import adjudicator
from initbench.claims.adjudicators.recurrent import memory
from initbench.claims.evidence import measure
from initbench.claims.ledger import WORDS, Row
from initbench.claims.verdict import ORDER, decide
from project_ledger import the_ledger

pytestmark = pytest.mark.usefixtures("without_chance")

CLAIMS = Path(__file__).parents[1] / "workflow" / "claims"
YES, PARTLY, NO, OPEN = "reproduced", "partly reproduced", "not reproduced", "inconclusive"
SEEDS = 10
RECURRENT = [f"recurrent_{name}" for name in memory.HIDDEN]
GATED = ["recurrent_default", "recurrent_orthogonal", "recurrent_orthogonal_gates"]
BIASES = [f"forget_bias_{bias}" for bias in (-1, 0, 1, 2)]
INITS = {"rnn": RECURRENT, "lstm": [*GATED, *BIASES], "gru": GATED}
TASKS = [(task, steps) for task in ("recall", "adding") for steps in (20, 60)]
TORN = np.where(np.arange(SEEDS) % 2, 0.9, 0.1)  # so unlike that ten runs decide nothing
NEVER = 400
Values = float | np.ndarray


class World(synthetic.SyntheticTables):
    """Ten runs a cell: `accuracy` and `learned_at` map patterns "experiment/net/init" to values."""

    def __init__(
        self,
        accuracy: Mapping[str, Values] | None = None,
        learned_at: Mapping[str, int] | None = None,
        seeds: int = SEEDS,
        needs: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__({})
        self.accuracy, self.learned_at = accuracy or {}, learned_at or {}
        self.seeds, self.needs = seeds, needs

    def _load(self, name: str) -> pd.DataFrame:
        experiment, kind = name.split("/")
        assert self.needs is None or experiment in self.needs, name
        if name not in self.frames:
            parts = [self._cell(kind, experiment, *cell) for cell in cells(experiment)]
            self.frames[name] = synthetic.join(parts)
        return self.frames[name]

    def _cell(self, kind: str, experiment: str, data: str, net: str, init: str) -> pd.DataFrame:
        key = f"{experiment}/{net}/{init}"
        end = last(self.accuracy, key, 0.5)
        if isinstance(end, float):
            end = end + 0.001 * np.sin(np.arange(self.seeds) + len(key))
        learned = last(self.learned_at, key, NEVER)
        return cell(kind, init, self.seeds, tuple(end[: self.seeds]), learned, data, net)


@cache
def cell(
    kind: str, init: str, seeds: int, end: tuple[float, ...], learned: int, data: str, net: str
) -> pd.DataFrame:
    """Return the rows of a cell; most of them stand in many worlds and are made only once."""
    where = {"dataset": data, "architecture": net}
    if kind == "outcomes":
        made = synthetic.outcomes(init, end, seeds, 8, **where)
        return made.assign(test_loss=1 - made["test_accuracy"])
    points = {0: (2.1, 0.125), learned: (0.3, 0.9), NEVER: (0.5, end)}
    return synthetic.curve(init, points, seeds, **where)


def cells(experiment: str) -> list[tuple[str, str, str]]:
    """Return the (dataset, architecture, init) of every cell of `experiment`."""
    task, steps = experiment.split("_")
    data = {"recall": f"delayed_recall_{steps}", "rows": "mnist_rows_5k"}.get(task, experiment)
    return [(data, f"{net}_{task}", init) for net, inits in INITS.items() for init in inits]


def last(changes: Mapping[str, object], key: str, default: object) -> object:
    found = [value for pattern, value in changes.items() if fnmatch(key, pattern)]
    return found[-1] if found else default


def measured_rows() -> list[Row]:
    return [the_ledger().row(claim) for claim in ("B40", "B52", "B53", "B58")]


def judged(claim: str, tables: World) -> str:
    row = the_ledger().row(claim)
    decision = decide(row.rule, measure([row], tables)[claim])
    return WORDS[decision.key or "inconclusive"]


def orthogonal(net: str, value: Values, experiments: str = "*") -> dict[str, Values]:
    return {f"{experiments}/{net}_*/recurrent_orthogonal": value}


def bias_1(value: Values, experiment: str = "recall_*") -> dict[str, Values]:
    return {f"{experiment}/lstm_*/forget_bias_1": value}


SLOW, FAST = {"recall_*/*/forget_bias_0": 200}, {"recall_*/*/forget_bias_1": 100}
SAME = {"recall_*/*/forget_bias_[01]": 200}
CHANCE = {"*_60/*": 0.12}  # no init learns the long tasks
GRU, LSTM = ("B53", "gru"), ("B52", "lstm")

WORLDS = [
    ("B40", YES, {"accuracy": orthogonal("rnn", 0.8)}),
    ("B40", PARTLY, {"accuracy": orthogonal("rnn", 0.8, "recall_*")}),
    ("B40", PARTLY, {"accuracy": orthogonal("rnn", 0.8, "adding_60")}),
    ("B40", NO, {}),
    ("B40", NO, {"accuracy": orthogonal("rnn", 0.3)}),
    ("B40", OPEN, {"accuracy": orthogonal("rnn", TORN)}),
    ("B40", OPEN, {"accuracy": CHANCE}),
    *((claim, YES, {"accuracy": orthogonal(net, 0.6)}) for claim, net in (LSTM, GRU)),
    *((claim, YES, {"accuracy": orthogonal(net, 0.6, "recall_60")}) for claim, net in (LSTM, GRU)),
    *((claim, NO, {}) for claim, _ in (LSTM, GRU)),
    *((claim, NO, {"accuracy": orthogonal(net, 0.4)}) for claim, net in (LSTM, GRU)),
    *((claim, OPEN, {"accuracy": orthogonal(net, TORN)}) for claim, net in (LSTM, GRU)),
    *((claim, OPEN, {"accuracy": CHANCE}) for claim, _ in (LSTM, GRU)),
    ("B58", YES, {"accuracy": bias_1(0.7)}),
    ("B58", YES, {"learned_at": SLOW | FAST}),
    ("B58", YES, {"accuracy": bias_1(0.7, "recall_20"), "learned_at": SLOW | FAST}),
    ("B58", PARTLY, {"accuracy": bias_1(0.7, "recall_60")}),
    ("B58", PARTLY, {"learned_at": {"recall_20/*/forget_bias_1": 100}}),
    ("B58", NO, {"learned_at": SAME}),
    ("B58", NO, {"learned_at": SLOW | {"recall_*/*/forget_bias_1": 180}}),
    ("B58", NO, {"learned_at": SAME, "accuracy": {"adding_*/lstm_*/forget_bias_1": 0.9}}),
    ("B58", OPEN, {}),
    ("B58", OPEN, {"learned_at": SAME, "accuracy": {"recall_60/*": 0.12}}),
    ("B58", OPEN, {"accuracy": bias_1(TORN)}),
]


@pytest.mark.parametrize(("claim", "expected", "changes"), WORLDS)
def test_known_world_gives_its_verdict(claim: str, expected: str, changes: dict) -> None:
    assert judged(claim, World(**changes)) == expected


def test_every_verdict_of_a_rule_is_reached_and_explained() -> None:
    for row in measured_rows():
        words = {WORDS[key] for key in ORDER if key in row.rule}
        reached = {expected for claim, expected, _ in WORLDS if claim == row.id}
        assert reached == words | {OPEN}, row.id
        assert set(row.rule) <= set(row.why), row.id


def test_ten_seeds_can_decide_each_row() -> None:
    assert [attainable(row, SEEDS) for row in measured_rows()] == [None] * 4


@pytest.mark.parametrize("claim", ["B40", "B52", "B53", "B58"])
def test_a_row_needs_what_it_names_and_gives_a_number_to_each_quantity(claim: str) -> None:
    row = the_ledger().row(claim)
    found = adjudicator(claim)(World(needs=row.needs, learned_at=SAME))
    assert set(found) == set(row.quantities)
    assert all(np.isfinite(estimate.value) for estimate in found.values())


@pytest.mark.parametrize("claim", ["B40", "B52", "B53", "B58"])
def test_a_preview_of_two_seeds_does_not_fail(claim: str) -> None:
    row = the_ledger().row(claim)
    assert set(measure([row], World(seeds=2))[claim]) == set(row.quantities)


def test_a_task_averages_its_lengths() -> None:
    changes = orthogonal("rnn", np.full(SEEDS, 0.8), "recall_20")
    even = {"recall_*/rnn_*/recurrent_default": np.full(SEEDS, 0.5)}
    same = orthogonal("rnn", np.full(SEEDS, 0.5), "recall_60")
    tables = World(changes | even | same)
    pair = ("recurrent_orthogonal", "recurrent_default")
    assert memory.gain(tables, "rnn", *pair, ["recall"]).value == pytest.approx(0.15)
    assert memory.gain(tables, "rnn", *pair, ["recall"], [20]).value == pytest.approx(0.3)


def adding(loss: Values) -> synthetic.SyntheticTables:
    """Return the longer adding problem with these test losses of ten default runs."""
    where = {"dataset": "adding_60", "architecture": "rnn_adding"}
    frame = synthetic.outcomes("recurrent_default", 0.5, SEEDS, **where).assign(test_loss=loss)
    return synthetic.SyntheticTables({"adding_60/outcomes": synthetic.join([frame])})


def test_a_diverged_run_has_an_infinite_loss_and_is_not_dropped() -> None:
    broken = np.where(np.arange(SEEDS) < 6, np.nan, 0.1)
    loss = memory._relative_loss(adding(broken), "recurrent_default")
    assert (loss.n, loss.value) == (SEEDS, np.inf)


def test_the_loss_is_in_units_of_a_constant_answer() -> None:
    loss = memory._relative_loss(adding(1 / 12), "recurrent_default")
    assert loss.value == pytest.approx(0.5)


def test_derived_rows_follow_their_primary_row() -> None:
    derived = {claim: the_ledger().row(claim).alias_of for claim in ("B51", "B81", "B82")}
    assert derived == {"B51": ("B40",), "B81": ("B40",), "B82": ("B58",)}
