"""Document D's ledger, adjudicators and reasons fit together."""

import numpy as np
import pandas as pd
import pytest

from initbench.claims.adjudicators.kit.registry import adjudicator, adjudicators
from initbench.claims.evidence import measure
from initbench.claims.keys import flat
from initbench.claims.ledger import Row
from mnist_world import World, WorldTables
from project_ledger import the_ledger

LEDGER = the_ledger()
ROWS = [row for row in LEDGER.rows if row.document == "D"]
OF_MNIST = [row for row in ROWS if row.rule and row.bed == "mnist"]


@pytest.mark.parametrize("row", OF_MNIST, ids=lambda row: row.id)
def test_a_preview_of_one_epoch_and_two_seeds_does_not_fail(row: Row) -> None:
    tables = World(seeds=2, last_epoch=1).tables()
    assert set(measure([row], tables)[row.id]) == set(row.quantities)


def test_all_rows_of_the_document_are_there() -> None:
    assert [row.id for row in ROWS] == [f"D{number:02}" for number in range(1, 48)]


def test_each_row_is_measured_derived_or_not_testable() -> None:
    known = adjudicators()
    for row in ROWS:
        ways = [bool(row.rule), bool(row.alias_of), bool(row.not_testable)]
        assert sum(ways) == 1, row.id
        assert (row.id in known) == bool(row.rule), row.id


def test_amendments_are_cited_by_the_rows_they_change() -> None:
    for amendment in LEDGER.amendments:
        if amendment.id.startswith("MD"):
            cited = [row.id for row in ROWS if amendment.id in row.amendments]
            assert cited == list(amendment.rows), amendment.id


def test_the_reasons_name_verdicts_that_the_rule_can_give() -> None:
    for row in ROWS:
        assert row.why, row.id
        if row.rule:
            assert set(row.why) <= {*row.rule, "inconclusive"}, row.id


class Only(WorldTables):
    """The tables of the usual world, but only of some experiments."""

    def __init__(self, needs: tuple[str, ...]) -> None:
        super().__init__(World())
        self.needs = needs

    def _load(self, name: str) -> pd.DataFrame:
        assert name.split("/")[0] in self.needs, name
        return super()._load(name)


@pytest.mark.parametrize("row", OF_MNIST, ids=lambda row: row.id)
def test_a_row_needs_what_it_names_and_gives_a_number_to_each_quantity(row: Row) -> None:
    found = flat(adjudicator(row.id)(Only(row.needs)))
    assert set(found) == set(row.quantities)
    assert all(np.isfinite(estimate.value) for estimate in found.values())
