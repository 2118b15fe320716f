"""Document B's rows on equal units and small random weights, in worlds with a known answer."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from initbench.claims import attainable
from initbench.claims.adjudicators.kit.registry import adjudicator
from initbench.claims.adjudicators.mnist import equal_units
from initbench.claims.adjudicators.mnist.arms import CONSTANTS, ablation
from initbench.claims.evidence import measure
from initbench.claims.keys import flat
from initbench.claims.ledger import WORDS
from initbench.claims.verdict import ORDER, decide
from mnist_world import TENSORS, World, WorldTables, accuracies
from project_ledger import the_ledger
from synthetic import share

pytestmark = pytest.mark.usefixtures("without_chance")

CLAIMS = Path(__file__).parents[1] / "workflow" / "claims"
YES, PARTLY, NO, OPEN = "reproduced", "partly reproduced", "not reproduced", "inconclusive"
ROWS = ("B06", "B09", "B11", "B15", "B17")
DEFAULT, SMALL = "mnist_main/default", "mnist_ablations/normal_0.01"
STOCHASTIC = [
    f"mnist_ablations/{cell}"
    for cell in ("mnist_net_dropout/constant_0.1", "constant_0.1_random_bias", "zero_weights")
]
Recorded = Mapping[str, Mapping[tuple[str, str], float]]


def units(count: float, *cells: str) -> Recorded:
    """Return a first layer with `count` different units in these cells."""
    return {cell: {("fc1.weight", "distinct_rows"): count} for cell in cells}


def cosine(value: float) -> Recorded:
    return {DEFAULT: {("fc1.weight", "median_abs_cosine"): value}}


def gradients(names: Iterable[str], *inits: str, rest: float = 0.0) -> Recorded:
    """Return gradients of norm 1 in the tensors `names` and of norm `rest` elsewhere."""
    norms = {(name, "gradient_norm"): 1.0 if name in names else rest for name in TENSORS}
    return {f"mnist_ablations/{init}": norms for init in inits}


def equal_throughout() -> Recorded:
    """Return random variants whose units all stay equal."""
    one = {("fc1.weight", "distinct_rows"): 1.0, ("fc2.weight", "distinct_rows"): 1.0}
    one |= {("out.weight", "distinct_columns"): 1.0}
    return dict.fromkeys(STOCHASTIC, one)


def columns() -> Recorded:
    """Return weights from constant starts that differ between pixels."""
    keys = [key for key in accuracies() if key.split("/")[-1] in CONSTANTS.values()]
    return {key: {("fc1.weight", "distinct_columns"): 500.0} for key in keys}


def world(*recorded: Recorded, small: object = 0.95, seeds: int = 20) -> World:
    """Return a world in which random units are unlike each other, changed by `recorded`."""
    found: dict[str, dict[tuple[str, str], float]] = {}
    for change in (columns(), cosine(0.05), *recorded):
        for cell, values in change.items():
            found[cell] = found.get(cell, {}) | dict(values)
    return World(accuracy={SMALL: small}, recorded=found, seeds=seeds)


def judged(claim: str, made: World) -> str:
    row = the_ledger().row(claim)
    decision = decide(row.rule, measure([row], made.tables())[claim])
    return WORDS[decision.key or "inconclusive"]


CONSTANT = [CONSTANTS[name] for name in equal_units.COMPARED]
LAST = ("out.weight", "out.bias")

WORLDS = [
    ("B06", YES, world()),
    ("B06", NO, world(units(127, DEFAULT))),
    ("B06", NO, world(units(2, "mnist_ablations/constant_2"))),
    ("B06", NO, world(cosine(0.7))),
    ("B06", OPEN, world(seeds=3)),
    ("B09", YES, world()),
    ("B09", NO, world(units(2, "mnist_ones_long/ones"))),
    ("B09", NO, world({"mnist_main/zeros": {("out.weight", "distinct_columns"): 3.0}})),
    ("B11", YES, world(equal_throughout())),
    ("B11", PARTLY, world()),
    ("B11", PARTLY, world(equal_throughout(), units(9, STOCHASTIC[0]))),
    ("B11", NO, world(units(2, "mnist_main/minus_ones"))),
    ("B15", YES, world(gradients(["out.bias"], *CONSTANT))),
    ("B15", YES, world(gradients(["out.bias"], *CONSTANT, rest=1e-8))),
    ("B15", NO, world(gradients(LAST, *CONSTANT, rest=1e-8))),
    ("B15", NO, world(gradients(["out.bias"], *CONSTANT), gradients(LAST, "constant_0.05"))),
    ("B15", NO, world(gradients(["out.weight"], *CONSTANT))),
    ("B17", YES, world(seeds=12)),
    ("B17", NO, world(units(100, SMALL))),
    ("B17", NO, world(small=0.5)),
    ("B17", OPEN, world(small=share(0.9, 12, 0.95, 0.2), seeds=12)),
    ("B17", OPEN, world(seeds=5)),
]


@pytest.mark.parametrize(("claim", "expected", "made"), WORLDS)
def test_known_world_gives_its_verdict(claim: str, expected: str, made: World) -> None:
    assert judged(claim, made) == expected


def test_every_verdict_of_a_rule_is_reached_and_explained() -> None:
    for claim in ROWS:
        words = {WORDS[key] for key in ORDER if key in the_ledger().row(claim).rule}
        reached = {expected for name, expected, _ in WORLDS if name == claim}
        assert reached - {OPEN} == words, claim
        assert set(the_ledger().row(claim).rule) <= set(the_ledger().row(claim).why), claim


def test_small_weights_need_more_than_five_seeds() -> None:
    row = the_ledger().row("B17")
    assert "it takes 11 runs" in (attainable(row, 5) or "")
    assert [attainable(the_ledger().row(claim), 12) for claim in ROWS] == [None] * len(ROWS)


class Only(WorldTables):
    """The tables of the usual world, but only of some experiments."""

    def __init__(self, needs: tuple[str, ...]) -> None:
        super().__init__(world())
        self.needs = needs

    def _load(self, name: str) -> pd.DataFrame:
        assert name.split("/")[0] in self.needs, name
        return super()._load(name)


@pytest.mark.parametrize("claim", ROWS)
def test_a_row_needs_what_it_names_and_gives_a_number_to_each_quantity(claim: str) -> None:
    row = the_ledger().row(claim)
    found = flat(adjudicator(claim)(Only(row.needs)))
    assert set(found) == set(row.quantities)
    assert all(np.isfinite(estimate.value) for estimate in found.values())


@pytest.mark.parametrize("claim", ROWS)
def test_a_preview_of_two_seeds_does_not_fail(claim: str) -> None:
    row = the_ledger().row(claim)
    assert set(measure([row], world(seeds=2).tables())[claim]) == set(row.quantities)


def test_a_gradient_is_counted_in_any_run_and_rounding_in_none() -> None:
    cell = ablation("constant_0.5")
    tables = world(gradients(["fc1.bias"], "constant_0.5", rest=1e-7)).tables()
    assert equal_units.with_gradient(tables, cell) == {"fc1.bias"}
    frame = tables.layers("mnist_ablations")
    one_run = (frame["init"] == "constant_0.5") & (frame["layer"] == "out.weight")
    one_run &= (frame["quantity"] == "gradient_norm") & (frame["seed"] == frame["seed"].max())
    frame.loc[one_run, "value"] = 0.1
    assert equal_units.with_gradient(tables, cell) == {"fc1.bias", "out.weight"}


def test_no_gradient_at_all_is_no_support() -> None:
    tables = world(gradients([], "constant_0.5")).tables()
    assert equal_units.with_gradient(tables, ablation("constant_0.5")) == set()
