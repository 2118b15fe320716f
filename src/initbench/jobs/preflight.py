"""Try the cells of a run before its first job, in a process of their own; imports no torch."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from initbench.errors import InitbenchError
from initbench.grid.cells import Meaning
from initbench.io import write_text

FILE = "preflight.json"  # below results: the fingerprints of the cells that passed


def try_cells(cells: Mapping[str, Meaning], results: Path) -> None:
    """Raise InitbenchError, one sentence, if one of `cells` (by name) cannot be trained.

    A cell that passed once is not tried again before its settings or sources change.
    """
    passed = _passed(results)
    new = {name: cell.spec for name, cell in cells.items() if cell.fingerprint not in passed}
    if not new:
        return
    done = subprocess.run(
        [sys.executable, "-P", "-m", "initbench.training.trial"],
        input=json.dumps(new), capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise InitbenchError(
            done.stdout.strip()
            or f"The trial of the cells ended with status {done.returncode} ({last}); run "
            "`python -m initbench.training.trial` to see why."
        )
    passed |= {cell.fingerprint for cell in cells.values()}
    write_text(results / FILE, json.dumps(sorted(passed), indent=0) + "\n")


def _passed(results: Path) -> set[str]:
    try:
        return set(json.loads((results / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError):  # none yet, or broken: then all are tried
        return set()
