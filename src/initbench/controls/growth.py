"""Verdicts over growing numbers of seeds: which ones stay, come late or flip."""

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from initbench import sealed
from initbench.claims import (
    Evidence,
    Ledger,
    Row,
    evidence_from_json,
    evidence_to_json,
    judge,
    measure,
    to_json,
)
from initbench.statistics import Estimate
from initbench.tables.read import Tables

LADDER = (5, 10, 20, 50, 100, 200, 500)
FEW = 20  # up to so many seeds three quarters of them are looked at, too
OPEN = ("inconclusive", "not testable")

Grown = Mapping[int, Evidence]
Point = Mapping[str, Any]


class FirstSeeds(Tables):
    """The tables as they were with the first seeds only; those without training stay whole."""

    def __init__(self, tables: Tables, experiments: Collection[str], end: int) -> None:
        """Cut the tables of `experiments` before the seed `end`."""
        super().__init__(tables.folder)
        self.tables, self.experiments, self.end = tables, experiments, end

    def _load(self, name: str) -> pd.DataFrame:
        frame = self.tables._read(name)
        if name.partition("/")[0] not in self.experiments:
            return frame
        return frame[frame["seed"] < self.end]


def sizes(counts: Iterable[int]) -> list[int]:
    """Return the numbers of seeds to judge at, for cells with `counts` seeds, ascending.

    A ladder from 5 on, half and all of each count, and three quarters of a small one.
    """
    known = set(counts)
    marks = {math.ceil(count * part) for count in known for part in _parts(count)}
    return sorted(n for n in {*LADDER, *marks} if LADDER[0] <= n <= max(known, default=0))


def _parts(count: int) -> tuple[float, ...]:
    return (1 / 2, 3 / 4, 1) if count <= FEW else (1 / 2, 1)


def grow(
    rows: Sequence[Row], tables: Tables, full: Evidence, counts: Mapping[str, int], first: int
) -> dict[int, dict[str, dict[str, Estimate]]]:
    """Return {n: evidence} of `rows` measured on the first n seeds, `first`, `first` + 1, …

    `counts` gives the seeds of each cell by its name, which begins with its experiment. A row is
    followed until its evidence equals the `full` one, that is until it has all its own seeds.
    """
    most = _most(counts)
    grown: dict[int, dict[str, dict[str, Estimate]]] = {}
    own = {row.id: max((most.get(need, 0) for need in row.needs), default=0) for row in rows}
    left = [row for row in rows if row.id in full and own[row.id]]
    for n in sizes(counts.values()):
        done = {row.id: dict(full[row.id]) for row in left if own[row.id] <= n}
        fewer = [row for row in left if row.id not in done]
        grown[n] = done | measure(fewer, FirstSeeds(tables, most, first + n))
        left = [row for row in fewer if not _equal(grown[n][row.id], full[row.id])]
    return {n: found for n, found in grown.items() if found}


def _most(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the seeds of the largest cell of each experiment."""
    most: dict[str, int] = {}
    for name, count in counts.items():
        experiment = name.partition("/")[0]
        most[experiment] = max(count, most.get(experiment, 0))
    return most


def _equal(one: Mapping[str, Estimate], other: Mapping[str, Estimate]) -> bool:
    """Return whether two measurements are the same, undefined numbers being equal."""
    return {k: v.to_dict() for k, v in one.items()} == {k: v.to_dict() for k, v in other.items()}


def write(grown: Grown) -> str:
    """Return the measurements of `grow` as JSON text."""
    return to_json({n: json.loads(evidence_to_json(found)) for n, found in grown.items()})


def read(paths: Iterable[Path]) -> dict[int, dict[str, dict[str, Estimate]]]:
    """Return the measurements that `write` put into several files, by the number of seeds."""
    grown: dict[int, dict[str, dict[str, Estimate]]] = {}
    for path in paths:
        for n, found in json.loads(sealed.read_text(path)).items():
            grown.setdefault(int(n), {}).update(evidence_from_json(json.dumps(found)))
    return grown


def judge_growth(ledger: Ledger, full: Evidence, grown: Grown) -> dict[str, dict[str, Any]]:
    """Return {claim: points and state}; a point is n and the verdict on the first n seeds.

    Claims that are not measured at n enter Holm's correction with all their seeds.
    """
    points: dict[str, list[dict[str, Any]]] = {}
    for n in sorted(grown):
        for verdict in judge(ledger, {**full, **grown[n]}):
            if verdict.id in grown[n]:
                points.setdefault(verdict.id, []).append({"n": n, "verdict": verdict.verdict})
    return {claim: {"points": found, "state": state(found)} for claim, found in points.items()}


def state(points: Sequence[Point]) -> str:
    """Return "steady", "late", "fragile" or "short" from the verdicts, ascending in n.

    Only the second half of the seeds counts: fragile is a verdict that replaced another decision
    there, late one that stood open there before, short one with no other verdict to compare.
    """
    last = points[-1]
    late = [point["verdict"] for point in points if 2 * point["n"] >= last["n"]]
    if len(late) == 1:
        return "short"
    others = {verdict for verdict in late if verdict != last["verdict"]}
    if others.difference(OPEN):
        return "fragile"
    return "late" if others else "steady"
