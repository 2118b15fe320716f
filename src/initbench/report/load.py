"""Read what the report shows from the files below a results folder."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from initbench import sealed
from initbench.claims import ledger, texts
from initbench.datasets import read_manifest
from initbench.errors import InitbenchError
from initbench.grid.config import Config, cells, experiments
from initbench.report import grid
from initbench.report.accuracy import accuracy_table
from initbench.report.inputs import Record, ReportInputs
from initbench.tables.read import Tables


def load(results: Path, claims: Path, config: Config, figures: Sequence[str]) -> ReportInputs:
    """Return the report's inputs from `results`, the ledger folder `claims` and the config.

    `figures` names the drawings to show, so that a stale file in the folder never slips in and a
    claim whose figure this grid cannot draw does without. Only experiments that a judged claim
    needs are listed. Raises InitbenchError for a missing file.
    """
    known, judged = ledger.load(claims), _json(results / "verdicts.json")
    verdicts = [
        {**verdict, "figures": [name for name in verdict["figures"] if name in figures]}
        for verdict in judged
        if verdict["document"] in config["documents"]
    ]
    shown = _experiments(config, verdicts)
    return ReportInputs(
        verdicts=verdicts,
        documents=[{"document": key, **asdict(known.document(key))} for key in config["documents"]],
        figures=[_figure(results / "figures", name) for name in figures],
        tables=_accuracy(results / "tables", config, shown),
        manifests=[read_manifest(results / "data" / n) for n in _datasets(config, shown)],
        environment=_json(results / "environment.json"),
        costs=_if_there(results / "costs.json", None),
        amendments=[asdict(amendment) for amendment in known.amendments],
        purpose=config["purpose"],
        config_summary=grid.summary(config, shown),
        provenance=_json(results / "manifest.json"),
        stability=_if_there(results / "stability.json", {}),
        controls=_if_there(results / "controls.json", {}),
        cards=_if_there(results / "cards.json", []),
        **{name: texts.read(claims, name) for name in texts.NAMES},
    )


def _experiments(config: Config, verdicts: Iterable[Record]) -> list[str]:
    needed = {need for verdict in verdicts for need in verdict["needs"]}
    return [name for name in experiments(config) if name in needed]


def _datasets(config: Config, experiments: Sequence[str]) -> list[str]:
    used = {cell.dataset for cell in cells(config) if cell.experiment in experiments}
    return [name for name in config["datasets"] if name in used]


def _figure(folder: Path, name: str) -> Record:
    sidecar = _json(folder / f"{name}.json")
    return {
        "name": name,
        **{key: sidecar[key] for key in ("title", "caption", "alt")},
        "svg": _text(folder / f"{name}.svg"),
        "csv": _text(folder / f"{name}.csv"),
    }


def _accuracy(folder: Path, config: Config, experiments: Sequence[str]) -> list[Record]:
    tables = Tables(folder)
    outcomes = {name: tables.outcomes(name) for name in experiments}
    return [
        accuracy_table(
            name,
            grid.recipe_of(config, name),
            runs,
            _success(config, name),
            tables.tuning(name) if grid.is_tuned(config, name) else pd.DataFrame(),
        )
        for name, runs in outcomes.items()
        if (runs["steps"] > 0).any()
    ]


def _success(config: Config, experiment: str) -> float:
    """Return the test accuracy from which a run of an experiment counts as successful."""
    level: float = config["beds"][config["experiments"][experiment]["bed"]]["success"]
    return level


def _if_there(path: Path, otherwise: Any) -> Any:
    return _json(path) if path.exists() else otherwise


def _json(path: Path) -> Any:
    try:
        return json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise InitbenchError(f"{path} is not JSON ({error}); delete it and run again.") from error


def _text(path: Path) -> str:
    try:
        return sealed.read_text(path)
    except FileNotFoundError as error:
        raise InitbenchError(
            f"The report needs {path}, which is missing; run the pipeline again to make it."
        ) from error
