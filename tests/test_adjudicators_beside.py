"""Quantities that stand beside a rule: they decide nothing, and a grid may leave them out."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import yaml

import synthetic
from adjudicator_contract import said
from initbench.claims import judge
from initbench.claims.adjudicators.kit import registry
from initbench.claims.adjudicators.propagation.trained import TRAINED_VARIANTS
from initbench.claims.conditions import evaluate
from initbench.claims.evidence import LEFT_OUT, measure
from initbench.claims.keys import flat, keyed
from initbench.claims.ledger import Row
from initbench.errors import InitbenchError
from project_ledger import the_ledger
from signal_world import World

CONFIG = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text(encoding="utf-8"))
ROWS = [row for row in the_ledger().rows if row.beside]
INITS = {"he_normal": 0.90, "xavier_normal": 0.85, "he_gained": 0.92}
WOBBLE = 0.001 * np.sin(np.arange(10))
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)


def tables(heads: Mapping[str, synthetic.Values]) -> synthetic.SyntheticTables:
    """Return signals as the document tells them, and final accuracies of the nets beside them."""
    nets = [
        synthetic.outcomes(init, end + WOBBLE, 10, 10, "mnist_5k", f"mlp_{activation}_d30")
        for activation in TRAINED_VARIANTS
        for init, end in INITS.items()
    ]
    output = [
        synthetic.outcomes(init, end, 10, 10, "mnist", "mnist_net") for init, end in heads.items()
    ]
    frames = {
        "mlp_variants/outcomes": synthetic.join(nets),
        "mnist_head/outcomes": synthetic.join(output),
        "probes/signal": World().tables().probe("signal"),
    }
    return synthetic.SyntheticTables(frames)


def usual() -> synthetic.SyntheticTables:
    return tables({"head_he": 0.96 + WOBBLE, "head_xavier": 0.959 + WOBBLE[::-1]})


def test_some_rows_have_quantities_beside_their_rule() -> None:
    assert {"B74", "B78"} <= {row.id for row in ROWS}


@every_row
def test_what_stands_beside_a_rule_is_an_experiment_of_the_grid(row: Row) -> None:
    assert set(row.beside) == set(registry.beside(row.id)) <= set(CONFIG["experiments"])
    assert not set(row.beside) & set(row.needs)


@every_row
def test_each_quantity_is_a_number_and_none_beside_the_rule_is_in_it(row: Row) -> None:
    found = measure([row], usual(), there=row.beside)[row.id]
    assert set(found) == set(row.quantities)
    assert all(np.isfinite(estimate.value) for estimate in found.values())
    asked = {c.quantity for rule in row.rule.values() for c in evaluate(rule, found).comparisons}
    for name in set(found) - set(flat(registry.adjudicator(row.id)(usual()))):
        assert name not in asked
        assert not found[name].p


@every_row
def test_a_row_is_judged_without_what_stands_beside_its_rule(row: Row) -> None:
    there = measure([row], usual(), there=row.beside)[row.id]
    alone = measure([row], usual())[row.id]
    assert said(row, alone) == said(row, there)
    missing = {name for name in alone if alone[name].method == LEFT_OUT.method}
    assert missing == set(row.quantities) - set(flat(registry.adjudicator(row.id)(usual())))
    assert all(math.isnan(alone[name].value) and alone[name].n == 0 for name in missing)


@every_row
def test_the_record_of_a_verdict_names_all_that_its_numbers_come_from(row: Row) -> None:
    verdicts = judge(the_ledger(), measure([row], usual(), there=row.beside))
    found = next(verdict for verdict in verdicts if verdict.id == row.id)
    assert found.needs == (*row.needs, *row.beside)


def test_trained_variants_of_relu_are_compared_by_seed() -> None:
    found = measure([the_ledger().row("B74")], usual(), there=["mlp_variants"])["B74"]
    for name in TRAINED_VARIANTS:
        assert found[keyed("accuracy", name)].value == pytest.approx(0.90, abs=1e-3)
        assert found[keyed("over_xavier", name)].value == pytest.approx(0.05)
        assert found[keyed("own_gain", name)].value == pytest.approx(0.02)


@pytest.mark.parametrize(("gap", "equivalent"), [(0.0, True), (0.005, True), (0.02, False)])
def test_heads_are_equivalent_within_one_point(gap: float, equivalent: bool) -> None:
    made = tables({"head_he": 0.96 + gap + WOBBLE, "head_xavier": 0.96 - WOBBLE})
    found = measure([the_ledger().row("B78")], made, there=["mnist_head"])["B78"]
    assert found["head"].value == pytest.approx(gap, abs=2e-3)
    assert (found["head_equivalence"].value <= 0.05) == equivalent


def test_an_experiment_has_one_function_beside_a_claim() -> None:
    with pytest.raises(InitbenchError, match="mlp_variants beside B74 has two adjudicators"):
        registry.reports("B74", "mlp_variants")(lambda tables: {})
