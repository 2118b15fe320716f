"""What a run cost: Snakemake's benchmark files and the jobs' logs, summed by rule."""

import re
from pathlib import Path
from typing import Any

import pandas as pd

USED = re.compile(r"used ([\d.]+) s of processor time and at most (\d+) MB")


def costs(results: Path) -> dict[str, Any]:
    """Return jobs, seconds, processor seconds and largest memory (MB) by kind of job.

    A kind is the first folder of a file below `results`/benchmarks, for training also the
    experiment. A job's log says what it used; the benchmark file, how long it took.
    """
    benchmarks = results / "benchmarks"
    files = sorted(benchmarks.rglob("*.tsv"))
    rows = [_row(file, file.relative_to(benchmarks), results / "logs") for file in files]
    if not rows:
        return {"rules": [], "total_seconds": 0.0, "total_processor_seconds": 0.0}
    groups = pd.DataFrame(rows).groupby("rule", sort=True)
    table = groups.agg(
        jobs=("seconds", "size"),
        seconds=("seconds", "sum"),
        processor_seconds=("processor_seconds", "sum"),
        max_rss_mb=("max_rss_mb", "max"),
    ).round(1)
    table = table.astype(object).where(table.notna(), None)  # JSON knows no NaN
    return {
        "rules": table.reset_index().to_dict("records"),
        "total_seconds": round(float(table["seconds"].sum()), 1),
        "total_processor_seconds": round(float(table["processor_seconds"].sum()), 1),
    }


def _row(file: Path, place: Path, logs: Path) -> dict[str, Any]:
    parts = place.parts
    rule = " ".join(parts[:2]) if parts[0] == "train" else place.with_suffix("").parts[0]
    seconds = pd.read_csv(file, sep="\t", na_values="-").iloc[-1]["s"]
    log = logs / place.with_suffix(".log")
    used = USED.search(log.read_text() if log.exists() else "")
    processor, memory = map(float, used.groups()) if used else (float("nan"), float("nan"))
    return {
        "rule": rule, "seconds": seconds, "processor_seconds": processor, "max_rss_mb": memory
    }  # fmt: skip
