"""The manifest: which tables a run rests on, with rows, seeds and checksums, and who uses them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from initbench import __version__
from initbench.grid.fingerprint import digest
from initbench.report.inputs import Record

COPIED = ("commit", "dirty", "ledger_sha256", "python", "packages")
FIGURE_FILES = ("svg", "csv", "pdf")
# What else the page shows: files of results/ with the rules that write them.
DOCUMENTS = {"controls": "run_controls", "stability": "judge_growth", "cards": "make_cards"}
# Which rule writes a table, by how its name begins; all others are collected runs.
_RULES = {
    "probes/": "collect_probe",
    "matrices/": "collect_matrices",
    "checks": "check_formulas",
    "replay_": "replay_notebook",
}


def manifest(
    results: Path,
    needs: Mapping[str, Sequence[str]],
    figures: Mapping[str, Sequence[str]],
    verdicts: Sequence[Record],
    environment: Record,
) -> Record:
    """Return the manifest of a run as plain data, without the time at which it was made.

    `needs` maps what a claim or figure may need to the names of its tables, `figures` each drawn
    figure to its needs.
    """
    names = sorted({name for tables in needs.values() for name in tables})
    return {
        "version": __version__,
        "results": results.as_posix(),
        **{key: environment[key] for key in COPIED},
        "tables": [_table(results, name) for name in names],
        "figures": [_figure(results, name, _used(needs, figures[name])) for name in figures],
        "documents": [
            {"name": name, "rule": rule, "sha256": digest(results / f"{name}.json")}
            for name, rule in DOCUMENTS.items()
        ],
        "claims": [
            {"id": v["id"], "verdict": v["verdict"], "tables": _used(needs, v["needs"])}
            for v in verdicts
        ],
    }


def _used(needs: Mapping[str, Sequence[str]], wanted: Sequence[str]) -> list[str]:
    return [name for need in wanted for name in needs.get(need, ())]


def _table(results: Path, name: str) -> Record:
    path = results / "tables" / f"{name}.parquet"
    return {
        "name": name,
        "rule": rule_of(name),
        "rows": pq.read_metadata(path).num_rows,
        "seeds": seeds_of(path),
        "bytes": path.stat().st_size,
        "sha256": digest(path),
    }


def _figure(results: Path, name: str, tables: list[str]) -> Record:
    files = {ending: results / "figures" / f"{name}.{ending}" for ending in FIGURE_FILES}
    sums = {ending: digest(path) for ending, path in files.items()}
    return {"name": name, "rule": "draw_figure", "tables": tables, "sha256": sums}


def rule_of(table: str) -> str:
    """Return the rule of the workflow that writes the table."""
    return next((rule for start, rule in _RULES.items() if table.startswith(start)), "collect_runs")


def seeds_of(path: Path) -> list[int] | None:
    """Return the lowest and highest seed in a Parquet file; None where it has no seeds."""
    found = pq.read_metadata(path)
    columns = [found.schema.column(i).name for i in range(found.num_columns)]
    if "seed" not in columns or not found.num_rows:
        return None
    place = columns.index("seed")
    groups = [found.row_group(i).column(place).statistics for i in range(found.num_row_groups)]
    return [min(group.min for group in groups), max(group.max for group in groups)]
