"""Document C's ledger, adjudicators, checks and reasons fit together."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from initbench.claims.adjudicators.kit.registry import adjudicator, adjudicators
from initbench.claims.evidence import measure
from initbench.claims.judge import judge
from initbench.claims.keys import flat
from initbench.claims.ledger import Row
from initbench.matrices.measurement import measure as multiply
from matrix_world import SIZES, World
from project_ledger import the_ledger
from synthetic import SyntheticTables

LEDGER = the_ledger()
ROWS = [row for row in LEDGER.rows if row.document == "C"]
MEASURED = [row for row in ROWS if row.rule and row.bed in ("matrices", "depth")]
MATRICES = [row for row in MEASURED if row.bed == "matrices"]


def test_all_rows_of_the_document_are_there() -> None:
    assert [row.id for row in ROWS] == [f"C{number:02}" for number in range(1, 27)]
    assert {row.id for row in ROWS if row.not_testable} == {"C01", "C09", "C21"}
    assert {row.id: row.alias_of for row in ROWS if row.alias_of} == {"C02": ("D38",)}


def test_each_measured_row_has_an_adjudicator_and_no_other_has() -> None:
    known = {claim for claim in adjudicators() if claim.startswith("C")}
    assert known - {"C03", "C10", "C26"} == {row.id for row in MEASURED}


def test_amendments_are_cited_by_the_rows_they_change() -> None:
    for amendment in LEDGER.amendments:
        if amendment.id.startswith("MC"):
            cited = [row.id for row in ROWS if amendment.id in row.amendments]
            assert cited == list(amendment.rows), amendment.id


def test_every_verdict_of_a_rule_is_explained() -> None:
    for row in ROWS:
        if row.rule:
            assert set(row.why) - {"inconclusive"} == set(row.rule), row.id
        assert row.why


class Only(SyntheticTables):
    """The tables of the usual world, but only of some experiments."""

    def __init__(self, needs: tuple[str, ...]) -> None:
        super().__init__(World(draws=60).tables().frames)
        self.needs = needs

    def _load(self, name: str) -> pd.DataFrame:
        assert name.split("/")[0] in self.needs, name
        return super()._load(name)


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: row.id)
def test_a_row_needs_what_it_names_and_gives_its_quantities(row: Row) -> None:
    found = flat(adjudicator(row.id)(Only(row.needs)))
    assert set(found) == set(row.quantities)
    # The usual world has no complex pairs.
    known = {name: e for name, e in found.items() if not name.endswith("_complex")}
    assert all(np.isfinite(estimate.value) for estimate in known.values())


def test_rows_are_measured_on_what_the_ensembles_really_give() -> None:
    specs = {f"gaussian_{k}": {"kind": "gaussian", "size": k, "draws": 3} for k in SIZES}
    specs["document_c"] = {"kind": "document_c", "starts": 3}
    made = {name: multiply({**spec, "steps": 300}, name, 1) for name, spec in specs.items()}
    frames = {
        # Collecting the jobs' files adds the name of the ensemble.
        f"matrices/{table}": pd.concat(
            [found[table].assign(ensemble=name) for name, found in made.items()]
        )
        for table in ("draws", "eigenvalues")
    }
    evidence = measure(MATRICES, SyntheticTables(frames))
    assert {row.id: set(evidence[row.id]) for row in MATRICES} == {
        row.id: set(row.quantities) for row in MATRICES
    }


def test_a_grid_without_the_experiment_leaves_rows_open() -> None:
    alone = replace(LEDGER, rows=(LEDGER.row("C20"), LEDGER.row("C09")))
    without, opinion = judge(alone, {})
    assert without.verdict == "inconclusive"
    assert "mlp_spectral" in without.reason
    assert opinion.verdict == "not testable"


def test_a_missing_ensemble_is_named() -> None:
    tables = World(draws=3).tables()
    draws = tables.frames["matrices/draws"]
    tables.frames["matrices/draws"] = draws[draws["ensemble"] != "gaussian_20"]
    with pytest.raises(ValueError, match="'gaussian_20'"):
        adjudicator("C07")(tables)
    tables.frames["matrices/eigenvalues"] = tables.frames["matrices/eigenvalues"].iloc[:4]
    with pytest.raises(ValueError, match="4 eigenvalues"):
        adjudicator("C11")(tables)
