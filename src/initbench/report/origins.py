"""Where a number or a figure comes from: its tables, seeds and the command that rebuilds it."""

from collections.abc import Mapping
from dataclasses import dataclass

from initbench.report.inputs import Record, ReportInputs


@dataclass(frozen=True)
class Origins:
    """What the manifest says of each claim, figure and table of the page."""

    command: str
    tables: Mapping[str, Record]
    claims: Mapping[str, Record]
    figures: Mapping[str, Record]

    @classmethod
    def of(cls, inputs: ReportInputs) -> "Origins":
        """Return the origins that the manifest of the inputs tells."""
        found = inputs.provenance
        target = "preview" if inputs.purpose == "preview" else "report"
        return cls(
            f"make {target} ARGS={found['results']}/",
            {table["name"]: table for table in found["tables"]},
            {claim["id"]: claim for claim in found["claims"]},
            {figure["name"]: figure for figure in found["figures"]},
        )

    def rebuild(self, target: str) -> str:
        """Return the one command that makes the file `target` below the results folder."""
        return self.command + target

    def of_claim(self, claim: str) -> list[Record]:
        """Return the tables that a claim was measured on; none for one without a measurement."""
        return self._tables(self.claims.get(claim))

    def of_figure(self, name: str) -> list[Record]:
        """Return the tables that a figure plots."""
        return self._tables(self.figures.get(name))

    def _tables(self, entry: Record | None) -> list[Record]:
        return [self.tables[name] for name in (entry or {}).get("tables", ())]


def seeds(table: Record) -> str:
    """Return the seeds of a table in words, such as 'seeds 2000000 to 2000199'."""
    if table["seeds"] is None:
        return "no seeds"
    low, high = table["seeds"]
    return f"seed {low}" if low == high else f"seeds {low} to {high}"
