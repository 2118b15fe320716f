"""What a run has to do and how long that may take, said before its first job."""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from initbench.costs import benchmark_files
from initbench.costs.peak import peak_of_another_process
from initbench.discovery import ROOT

REFERENCE = ROOT / "reports" / "reference" / "costs.json"  # what the committed run cost
OTHER = "other"  # jobs without a benchmark file: judging, copying, none of them long


@dataclass(frozen=True)
class Plan:
    """The jobs of a run: their benchmark files, how many of each kind, seconds a job of a kind.

    `started` is in seconds of the epoch; `seconds` lacks a kind of which nothing is known, and
    `source` says where it comes from.
    """

    started: float
    cores: int
    files: Sequence[str]
    jobs: Mapping[str, int]
    seconds: Mapping[str, float]
    source: str

    def left(self, done: Mapping[str, int], seen: Mapping[str, float]) -> float | None:
        """Return the seconds that all but the `done` jobs need on all cores, None if unknown.

        `seen` are seconds a job of a kind that this run has shown.
        """
        known = {OTHER: 0.0, **self.seconds, **seen}
        waiting = {name: count - done.get(name, 0) for name, count in self.jobs.items()}
        if any(count > 0 and name not in known for name, count in waiting.items()):
            return None
        seconds = [count * known[name] for name, count in waiting.items() if count > 0]
        return sum(seconds) / self.cores


def plan(results: Path, targets: Sequence[str | None], cores: int, purpose: str) -> Plan:
    """Return the plan of jobs with the benchmark files `targets`, None for a job without one.

    A job is taken to need the mean of its kind in earlier runs; where there was none, what it
    needed in the reference run, scaled by the speed of this machine.
    """
    # Another workflow, of which this is a module, has benchmark files of its own.
    folder = results / benchmark_files.FOLDER
    files = sorted(file for file in targets if file and Path(file).is_relative_to(folder))
    jobs = Counter(kind(file, results) for file in files)
    seconds, source = benchmark_files.mean_seconds(results), "earlier runs"
    if purpose == "full" and REFERENCE.exists() and not seconds.keys() >= jobs.keys():
        seconds = {**scaled(json.loads(REFERENCE.read_text(encoding="utf-8"))), **seconds}
        source = "the reference run, scaled to this machine"
    jobs[OTHER] = len(targets) - len(files)
    known = {name: seconds[name] for name in jobs if name in seconds}
    return Plan(time.time(), cores, files, dict(jobs), known, source)


def kind(file: str, results: Path) -> str:
    """Return the kind of the job that leaves the benchmark `file`."""
    return benchmark_files.kind(Path(file).relative_to(results / benchmark_files.FOLDER))


def scaled(costs: Mapping[str, Any]) -> dict[str, float]:
    """Return the seconds a job of each kind in another machine's `costs`, as if run on this one.

    Processor seconds, for other work may have kept that machine's jobs waiting.
    """
    here = peak_of_another_process()
    factor = costs["peak_gflops"] / here if here else 1.0
    return {
        rule["rule"]: factor * rule["processor_seconds"] / rule["jobs"] for rule in costs["rules"]
    }


def announcement(plan: Plan) -> str:
    """Return how many jobs of each stage there are, and how long all may take."""
    stages: Counter[str] = Counter()
    for name, count in plan.jobs.items():
        stages[name.split()[0]] += count
    listed = ", ".join(f"{stage} {count}" for stage, count in stages.most_common() if count)
    sentence = f"{stages.total()} jobs to do ({listed})"
    left = plan.left({}, {})
    if left is None:
        return f"{sentence}; there is no earlier run to tell how long they take."
    return f"{sentence}; about {span(left)} on {plan.cores} cores, by {plan.source}."


def span(seconds: float) -> str:
    """Return a time as a person would say it: seconds below two minutes, else minutes."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
