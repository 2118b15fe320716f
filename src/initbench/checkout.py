"""The commit that this very checkout is at, or that it is not known; asking costs no run."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

UNKNOWN = "unknown"
PATIENCE = 5.0  # seconds for one question; git on a slow disk is not worth more
# Only for reading: no lock, no foreign program, and whoever owns the files.
SETTINGS = ("-c", "safe.directory=*", "-c", "core.fsmonitor=false", "--no-pager")
HEAD = re.compile(r"([0-9a-f]{40,64})\n(\d{4}-\d\d-\d\d)")


@dataclass(frozen=True)
class Checkout:
    """Commit, its date ("" if unknown), and whether files differ from it (None if unknown)."""

    commit: str = UNKNOWN
    committed: str = ""
    dirty: bool | None = None


def checkout(root: Path) -> Checkout:
    """Return what git says of the repository whose top is `root`; it never raises."""
    top = _git(root, "rev-parse", "--show-toplevel")
    if not top or os.path.realpath(top) != os.path.realpath(root):  # none, or one around it
        return Checkout()
    head = _git(root, "show", "--no-patch", "--no-show-signature", "--format=%H%n%cs", "HEAD")
    found = HEAD.fullmatch(head or "")
    if found is None:  # no commit yet
        return Checkout()
    changes = _git(root, "status", "--porcelain", "--untracked-files=normal")
    return Checkout(found[1], found[2], None if changes is None else changes != "")


def _git(root: Path, *words: str) -> str | None:
    """Return git's answer about `root`, None if there is none."""
    # Its variables may name another repository.
    environment = {key: text for key, text in os.environ.items() if not key.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", *SETTINGS, *words],
            cwd=root,
            env={**environment, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
