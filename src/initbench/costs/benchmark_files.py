"""Snakemake's benchmark files: which kind of job each belongs to, and how long the job took."""

import csv
import math
from collections import defaultdict
from pathlib import Path

FOLDER = "benchmarks"  # below the results


def kind(place: Path) -> str:
    """Return the kind of job of the benchmark file at `place` below the folder of all.

    It is the first part of the path, for training also the experiment.
    """
    parts = place.with_suffix("").parts
    return " ".join(parts[:2]) if parts[0] == "train" else parts[0]


def files(results: Path) -> dict[Path, Path]:
    """Return the benchmark files of `results`, sorted, each with its place below their folder."""
    folder = results / FOLDER
    return {file: file.relative_to(folder) for file in sorted(folder.rglob("*.tsv"))}


def seconds(file: Path) -> float:
    """Return the seconds that a job took; NaN where it ended too soon to be measured."""
    with file.open(encoding="utf-8", newline="") as text:
        measured = [row["s"] for row in csv.DictReader(text, delimiter="\t")]
    return float(measured[-1]) if measured and measured[-1] != "-" else math.nan


def mean_seconds(results: Path) -> dict[str, float]:
    """Return the mean seconds of a job of each kind that has left a benchmark file."""
    times = defaultdict(list)
    for file, place in files(results).items():
        if not math.isnan(took := seconds(file)):
            times[kind(place)].append(took)
    return {name: sum(taken) / len(taken) for name, taken in times.items()}
