"""What a run cost: Snakemake's benchmark files and the jobs' logs, summed by kind of job."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from initbench.costs import benchmark_files

USED = re.compile(r"used ([\d.]+) s of processor time and at most (\d+) MB")
Record = dict[str, Any]


def costs(results: Path) -> Record:
    """Return jobs, seconds, processor seconds and largest memory (MB) by kind of job.

    A job's log says what it used; the benchmark file, how long it took.
    """
    rows = [
        _row(file, place, results / "logs")
        for file, place in benchmark_files.files(results).items()
    ]
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


def _row(file: Path, place: Path, logs: Path) -> Record:
    log = logs / place.with_suffix(".log")
    used = USED.search(log.read_text(encoding="utf-8", errors="replace") if log.exists() else "")
    processor, memory = map(float, used.groups()) if used else (float("nan"), float("nan"))
    return {
        "rule": benchmark_files.kind(place),
        "seconds": benchmark_files.seconds(file),
        "processor_seconds": processor,
        "max_rss_mb": memory,
    }


def training(rules: Sequence[Record], gflop: Mapping[str, float], peak: float) -> list[Record]:
    """Return the speed of each experiment's training in GFLOP/s, and its share of `peak`.

    `gflop` are the operations that it asks for; an experiment that used no time is left out.
    """
    used = {rule["rule"]: rule["processor_seconds"] for rule in rules}
    return [
        {
            "experiment": name,
            "gflop": round(operations, 1),
            "processor_seconds": seconds,
            "gflops": round(operations / seconds, 2),
            "share_of_peak": round(operations / seconds / peak, 4),
        }
        for name, operations in gflop.items()
        if (seconds := used.get(f"train {name}"))
    ]
