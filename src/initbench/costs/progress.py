"""How far a run is, how long it will take yet, and at its end what it took.

python -m initbench.costs.progress [results]
"""

import json
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread

from initbench import io
from initbench.costs import benchmark_files
from initbench.costs.estimate import OTHER, Plan, kind, span

PLAN = "plan.json"  # below the results
PAUSE = 60.0  # seconds between two lines


@dataclass(frozen=True)
class Progress:
    """The jobs of a run that have left their benchmark file: how many of each kind, what each took.

    Jobs without such a file are not seen.
    """

    done: dict[str, int]
    seconds: dict[str, float]

    @classmethod
    def of(cls, plan: Plan, results: Path) -> "Progress":
        """Read how far the run of `plan` is."""
        taken: dict[str, list[float]] = defaultdict(list)
        for file in map(Path, plan.files):
            if file.exists() and file.stat().st_mtime >= plan.started:
                taken[kind(str(file), results)].append(benchmark_files.seconds(file))
        total = {name: sum(t for t in times if t > 0) for name, times in taken.items()}  # no NaN
        return cls({name: len(times) for name, times in taken.items()}, total)

    def means(self) -> dict[str, float]:
        """Return the mean seconds a job of each kind."""
        return {name: self.seconds[name] / count for name, count in self.done.items()}


def line(plan: Plan, results: Path) -> str:
    """Return how far the run of `plan` is, and the time left if it can be told."""
    so_far = Progress.of(plan, results)
    done, total = sum(so_far.done.values()), len(plan.files)
    if done == total:
        return f"all {total} measured jobs are done."
    left = plan.left(so_far.done, so_far.means())
    yet = "" if left is None else f"; about {span(left)} left"
    return f"{done} of {total} measured jobs after {span(time.time() - plan.started)}{yet}."


def stages(plan: Plan, results: Path) -> list[str]:
    """Return one line a kind of job: how many are done."""
    so_far = Progress.of(plan, results)
    kinds = Counter({name: count for name, count in plan.jobs.items() if name != OTHER})
    return [f"{so_far.done.get(name, 0):5} of {count:5}  {name}" for name, count in kinds.items()]


def watch(plan: Plan, results: Path) -> Event:
    """Print a line now and then beside the run, until the event that is returned is set."""
    ended = Event()

    def report() -> None:
        while not ended.wait(PAUSE):
            print(f"initbench: {line(plan, results)}", flush=True)

    Thread(target=report, daemon=True).start()
    return ended


def ending(plan: Plan, results: Path, own: float) -> str:
    """Return what the run took; `own` are the processor seconds of Snakemake itself."""
    so_far = Progress.of(plan, results)
    return (
        f"{sum(so_far.done.values())} of {len(plan.files)} measured jobs took "
        f"{span(time.time() - plan.started)}; one after another they would have taken "
        f"{span(sum(so_far.seconds.values()))}, and Snakemake itself used {span(own)}."
    )


def keep(plan: Plan, results: Path) -> None:
    """Write the plan where `main` finds it."""
    io.write_text(results / PLAN, json.dumps(asdict(plan), indent=1) + "\n")


def main(arguments: list[str] | None = None) -> None:
    """Print how far the last run in a folder of results is."""
    given = sys.argv[1:] if arguments is None else arguments
    results = Path(given[0] if given else "results")
    if not (results / PLAN).exists():
        sys.exit(f"initbench: no run has begun in '{results}'; start one with make report.")
    plan = Plan(**json.loads((results / PLAN).read_text(encoding="utf-8")))
    print("\n".join([*stages(plan, results), line(plan, results)]))


if __name__ == "__main__":
    main()
