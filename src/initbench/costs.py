"""What a run cost: Snakemake's benchmark files summed by rule."""

from pathlib import Path
from typing import Any

import pandas as pd


def costs(benchmarks: Path) -> dict[str, Any]:
    """Return jobs, processor seconds and largest memory (MB) by kind of job below a folder.

    A kind is a benchmark file's first folder, for training also the experiment.
    """
    files = sorted(benchmarks.rglob("*.tsv"))
    rows = [_row(file, file.relative_to(benchmarks)) for file in files]
    if not rows:
        return {"rules": [], "total_seconds": 0.0}
    groups = pd.DataFrame(rows).groupby("rule", sort=True)
    table = groups.agg(
        jobs=("seconds", "size"), seconds=("seconds", "sum"), max_rss_mb=("max_rss_mb", "max")
    ).round(1)
    return {
        "rules": table.reset_index().to_dict("records"),
        "total_seconds": round(float(table["seconds"].sum()), 1),
    }


def _row(file: Path, place: Path) -> dict[str, Any]:
    parts = place.parts
    rule = " ".join(parts[:2]) if parts[0] == "train" else place.with_suffix("").parts[0]
    measured = pd.read_csv(file, sep="\t", na_values="-").iloc[-1]
    return {"rule": rule, "seconds": measured["s"], "max_rss_mb": measured["max_rss"]}
