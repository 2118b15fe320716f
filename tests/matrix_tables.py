"""Small tables of random matrices for the figures: really measured, of few draws."""

import functools
from pathlib import Path

import pandas as pd

from initbench.matrices.measurement import measure

SEED_BASE = 2_000_000
NAMES = ("draws", "paths", "eigenvalues")
DRAWS = {"gaussian_2": 40, "gaussian_5": 60, "gaussian_20": 12, "gaussian_100": 5}


@functools.cache
def ensemble(name: str, draws: int) -> dict[str, pd.DataFrame]:
    """Return the tables of "document_c" or of "gaussian_" and a size, with that many draws."""
    kind, _, size = name.rpartition("_")
    spec = {"kind": "gaussian", "size": int(size), "draws": draws} if kind == "gaussian" else None
    spec = spec or {"kind": "document_c", "starts": draws}
    return measure({**spec, "steps": 300}, name, SEED_BASE)


def write_matrices(folder: Path, draws: dict[str, int] | None = None) -> Path:
    """Write the three tables of some ensembles, as they are collected, into `folder`/matrices."""
    wanted = {"document_c": 20, **DRAWS} if draws is None else draws
    (folder / "matrices").mkdir(parents=True)
    for table in NAMES:
        parts = [
            ensemble(name, count)[table].assign(ensemble=name) for name, count in wanted.items()
        ]
        joined = pd.concat(parts, ignore_index=True).astype({"ensemble": "category"})
        joined.to_parquet(folder / "matrices" / f"{table}.parquet")
    return folder
