"""Tries the kinds of faults one after another within a time, and tells how each case came out."""

import csv
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from faults.ground import Ground
from faults.verdict import OUTCOMES, Case, Verdict

Cases = Callable[[Ground], Iterable[Case]]
COLUMNS = ("kind", "case", "outcome", "seconds", "seen")


@dataclass(frozen=True)
class Kind:
    """A kind of fault: its cases, and its share of a campaign's time.

    Where the cases never end, the time does.
    """

    cases: Cases
    share: float


@dataclass(frozen=True)
class Tried:
    """A case that was tried, how it came out, and how long it took."""

    kind: str
    case: str
    verdict: Verdict
    seconds: float


def run(
    kinds: Mapping[str, Kind], ground: Ground, seconds: float, most: int | None = None
) -> Iterator[Tried]:
    """Yield the cases of `kinds` as they are tried, at most so many of each, if a number is given.

    What a kind leaves of its time the next gets; each kind is tried at least once.
    """
    now, whole = time.monotonic(), sum(kind.share for kind in kinds.values())
    end = now
    for name, kind in kinds.items():
        end += seconds * kind.share / whole
        for case in islice(kind.cases(ground), most):
            yield _tried(name, case)
            if time.monotonic() > end:
                break


def _tried(kind: str, case: Case) -> Tried:
    start = time.monotonic()
    verdict = case.run()
    return Tried(kind, case.name, verdict, time.monotonic() - start)


def table(tried: list[Tried]) -> str:
    """Return one line a kind, with the number of each outcome, and a line that sums up."""
    kinds = list(dict.fromkeys(one.kind for one in tried))
    rows = [("kind", "tried", *OUTCOMES), *(_row(kind, tried) for kind in kinds)]
    lines = ["  ".join(f"{cell:>8}" for cell in row) for row in rows]
    return "\n".join([*lines, summary(tried)])


def _row(kind: str, tried: list[Tried]) -> tuple[str, ...]:
    counts = _counts(one for one in tried if one.kind == kind)
    return (kind, str(counts.total()), *(str(counts[outcome]) for outcome in OUTCOMES))


def _counts(tried: Iterable[Tried]) -> Counter[str]:
    return Counter(one.verdict.outcome for one in tried)


def summary(tried: list[Tried]) -> str:
    """Return the campaign's result as one line."""
    n = _counts(tried)
    return (
        f"tried {len(tried)}: refused rightly {n['refused']}, survived {n['survived']}, "
        f"wrong {n['wrong']}, lost {n['lost']}"
    )


def write(path: Path, tried: list[Tried]) -> None:
    """Write one line a case as CSV, making the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for one in tried:
            seen = " ".join(one.verdict.seen.split())
            lines.writerow([one.kind, one.case, one.verdict.outcome, f"{one.seconds:.2f}", seen])
