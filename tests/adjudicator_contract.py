"""What holds of every row that an adjudicator measures, given worlds whose verdicts are known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from initbench.claims.adjudicators.kit.registry import adjudicator
from initbench.claims.evidence import measure
from initbench.claims.judge import judge
from initbench.claims.keys import flat
from initbench.claims.ledger import WORDS, Row
from initbench.claims.verdict import ORDER, decide
from project_ledger import the_ledger
from synthetic import SyntheticTables

YES, PARTLY, NO, OPEN = "reproduced", "partly reproduced", "not reproduced", "inconclusive"
Changes = Mapping[str, Any]


def said(row: Row, quantities: Mapping[str, Any]) -> str:
    """Return the verdict on a row alone."""
    return WORDS[decide(row.rule, quantities).key or "inconclusive"]


class Contract:
    """The contract of the adjudicators of `claims`; a subclass names them and their worlds.

    `world` makes a world from changes of the usual one and has `tables`. `worlds` holds claims,
    verdicts and changes; `clear` changes that leave no verdict to Holm's correction.
    With `together` each world of a row is also judged beside the other rows in the usual world.
    """

    claims: Sequence[str]
    worlds: Sequence[tuple[str, str, Changes]]
    clear: Sequence[Changes]
    world: Any
    together = False

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "expected" in metafunc.fixturenames:
            metafunc.parametrize(("claim", "expected", "changes"), self.worlds)
        elif "claim" in metafunc.fixturenames:
            metafunc.parametrize("claim", self.claims)
        elif "changes" in metafunc.fixturenames:
            metafunc.parametrize("changes", self.clear)

    @classmethod
    def rows(cls) -> list[Row]:
        return [the_ledger().row(claim) for claim in cls.claims]

    @classmethod
    def tables(cls, changes: Changes) -> SyntheticTables:
        return cls.world(**changes).tables()

    @classmethod
    @cache
    def usual(cls) -> dict[str, Any]:
        """Return the evidence of the usual world."""
        return measure(cls.rows(), cls.tables({}))

    @classmethod
    def verdicts(cls, evidence: Mapping[str, Any]) -> dict[str, str]:
        """Return what the rows come out as after Holm's correction over them."""
        found = judge(replace(the_ledger(), rows=tuple(cls.rows())), evidence)
        return {verdict.id: verdict.verdict for verdict in found}

    def test_known_world_gives_its_verdict(
        self, claim: str, expected: str, changes: Changes
    ) -> None:
        row = the_ledger().row(claim)
        found = measure([row], self.tables(changes))
        assert said(row, found[claim]) == expected
        if self.together:
            assert self.verdicts({**self.usual(), **found})[claim] == expected

    def test_each_verdict_of_its_rule_is_reached_and_explained(self, claim: str) -> None:
        words = {WORDS[key] for key in ORDER if key in the_ledger().row(claim).rule}
        assert words == {word for name, word, _ in self.worlds if name == claim} - {OPEN}
        assert set(the_ledger().row(claim).rule) == set(the_ledger().row(claim).why)

    def test_it_reads_what_it_names_and_gives_a_number_to_each_quantity(self, claim: str) -> None:
        row, tables, seen = the_ledger().row(claim), self.tables({}), set()
        tables._read = lambda name, read=tables._read: (seen.add(name), read(name))[1]
        found = flat(adjudicator(claim)(tables))
        assert {name.removeprefix("probes/").split("/")[0] for name in seen} == set(row.needs)
        assert set(found) == set(row.quantities)
        assert all(np.isfinite(estimate.value) for estimate in found.values())

    def test_clear_worlds_survive_the_correction_for_many_rows(self, changes: Changes) -> None:
        evidence = measure(self.rows(), self.tables(changes))
        alone = {row.id: said(row, evidence[row.id]) for row in self.rows()}
        assert self.verdicts(evidence) == alone
