"""What the report is made of: plain data, read from files by `load` and never measured here."""

from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True)
class ReportInputs:
    """Everything on the page, as plain data; equal inputs give equal bytes.

    `verdicts` are the records of `results/verdicts.json` in the order of the ledger; `documents`
    hold document (a letter), title and source; `figures` hold name, title, caption, alt, claims,
    svg and csv (both as text); `tables` hold title, caption, columns and groups (name, rows);
    `manifests`, `environment`, `costs` and `amendments` are the files of these names as data;
    `config_summary` is what `grid.summary` returns: seed_base, experiments and measurements;
    `findings`, `guide` and `disagreements` are what `claims.texts.read` returns;
    `provenance` is what `manifest.manifest` returns; `stability` maps claims to the points and the
    state of their verdict over growing numbers of seeds, where that was looked at; `controls` holds
    judged, p_values and rates, `cards` one record an init method, as results/controls.json and
    results/cards.json have them.
    """

    verdicts: list[Record]
    documents: list[Record]
    figures: list[Record]
    tables: list[Record]
    manifests: list[Record]
    environment: Record
    costs: Record | None
    amendments: list[Record]
    purpose: str
    config_summary: Record
    provenance: Record
    disagreements: list[Record] = field(default_factory=list)
    findings: list[Record] = field(default_factory=list)
    stability: Record = field(default_factory=dict)
    controls: Record = field(default_factory=dict)
    cards: list[Record] = field(default_factory=list)
    guide: list[Record] = field(default_factory=list)
