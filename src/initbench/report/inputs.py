"""What the report is made of: plain data, read from files by `load` and never measured here."""

from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True)
class ReportInputs:
    """Everything on the page, as plain data; equal inputs give equal bytes.

    `verdicts` are the records of `results/verdicts.json` in the order of the ledger; `documents`
    hold document (a letter), title and source; `figures` hold name, title, caption, alt, claims,
    svg and csv (both as text); `tables` hold title, caption, columns and groups of rows (name, rows); `manifests`,
    `environment`, `costs` and `amendments` are the JSON or YAML files of these names;
    `config_summary` holds seed_base and, per experiment, cells, seeds, runs and recipe.
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
