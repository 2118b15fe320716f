"""What the names of a training cell mean, worked out once for all its blocks and all who ask."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from initbench.grid import fingerprint
from initbench.grid.config import Config, cell_spec


@dataclass(frozen=True)
class Meaning:
    """A cell's settings, and the hash of them and of the source files of its numbers."""

    spec: dict[str, Any]
    fingerprint: str


class Meanings:
    """The meanings of the cells of one config; a thousand blocks of a cell cost no more than one.

    A `cell` is anything with experiment, dataset, architecture and init: a Cell, or wildcards.
    """

    def __init__(self, config: Config) -> None:
        """Read cells from `config`, which must not change any more."""
        self._config = config
        self._known: dict[tuple[str, str, str, str], Meaning] = {}

    def of(self, cell: Any) -> Meaning:
        """Return the meaning of `cell`; it is shared, so nobody may change it."""
        names = (cell.experiment, cell.dataset, cell.architecture, cell.init)
        if names not in self._known:
            self._known[names] = self._read(cell)
        return self._known[names]

    def _read(self, cell: Any) -> Meaning:
        spec = cell_spec(self._config, cell)
        kinds = (
            spec["init"]["method"], spec["architecture"]["family"], spec["dataset"]["source"]
        )  # fmt: skip
        return Meaning(spec, fingerprint.fingerprint(spec, _sources(*kinds)))


@cache
def _sources(method: str, family: str, source: str) -> list[Path]:
    """Return the source files of such cells."""
    kinds = {
        "init": {"method": method},
        "architecture": {"family": family},
        "dataset": {"source": source},
    }
    return fingerprint.cell_sources(kinds)
