"""Compare a new run's verdicts with the reference run's: python -m initbench.tools.compare."""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from initbench.errors import InitbenchError

REFERENCE = Path("reports/reference/verdicts.json")
NEW = Path("reports/verdicts.json")
Verdicts = Mapping[str, Mapping[str, Any]]


def changes(reference: Verdicts, new: Verdicts) -> list[str]:
    """Return one sentence a claim whose verdict changed, came or went, in the order of the ids."""
    found = []
    for claim in sorted({*reference, *new}):
        before, after = (run.get(claim, {}).get("verdict", "absent") for run in (reference, new))
        if before != after:
            found.append(f"{claim}: {before} → {after}{_rule(claim, reference, new)}")
    return found


def _rule(claim: str, reference: Verdicts, new: Verdicts) -> str:
    """Return the words for a claim in both runs whose rule changed as well."""
    rules = [run[claim]["rule"] for run in (reference, new) if claim in run]
    return " (its rule changed too)" if len(rules) == 2 and rules[0] != rules[1] else ""


def read(path: Path) -> Verdicts:
    """Return the verdicts in a file by claim; raise InitbenchError where there is none."""
    try:
        return {verdict["id"]: verdict for verdict in json.loads(path.read_text("utf-8"))}
    except FileNotFoundError as error:
        raise InitbenchError(f"There is no {path}; make it with: make report.") from error
    except (json.JSONDecodeError, TypeError, KeyError) as error:
        raise InitbenchError(f"{path} holds no verdicts ({error}).") from error


def main(words: Iterable[str]) -> int:
    """Print each change of a new run against the reference; return 1 if there is any."""
    paths = [Path(word) for word in words]
    new, reference = (paths + [NEW, REFERENCE][len(paths) :])[:2]
    try:
        found = changes(read(reference), read(new))
    except InitbenchError as error:
        print(f"initbench: {error}", file=sys.stderr)
        return 2
    count = f"{len(found)} verdicts differ" if len(found) != 1 else "1 verdict differs"
    print(*found, f"{count} from the reference." if found else "All verdicts agree.", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
