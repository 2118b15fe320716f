"""How does planning grow with the grid? Dry runs of made-up grids, from 100 training cells on.

    python -m initbench.tools.planning_scale [--most 20000] [--page docs/scale.md]

The page gets a table, and a figure beside it. Nothing is trained. A cell is one dataset,
architecture and init with one block of seeds; all are in ten experiments, whose tables are asked
for, so that a grid has ten jobs more than cells and one for its data.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import yaml

from initbench import io
from initbench.discovery import ROOT
from initbench.environment import environment

SIZES = (100, 300, 1_000, 3_000, 10_000, 20_000, 100_000)
EXPERIMENTS, DEPTHS = 10, 10
METHODS = {"normal": "std", "orthogonal": "gain", "constant": "value", "svd": "scale"}
LABELS = {"processor_seconds": "processor seconds", "max_rss_mb": "largest memory, MB"}
ALT = "Processor seconds and memory of dry runs against the number of training cells."
PROFILE = ROOT / "workflow" / "profiles" / "default"


@dataclass(frozen=True)
class Point:
    """What a dry run of so many training cells took."""

    cells: int
    seconds: float
    processor_seconds: float
    max_rss_mb: float


def made_up(cells: int) -> dict[str, Any]:
    """Return a config of so many training cells, a multiple of a hundred."""
    settings = {"optimizer": "sgd", "learning_rate": 0.1, "epochs": 10}
    crossing: dict[str, Any] = {
        "datasets": ["moons"],
        "architectures": [f"chain_{depth}" for depth in range(1, DEPTHS + 1)],
        "inits": [f"init_{k}" for k in range(cells // (EXPERIMENTS * DEPTHS))],
        "seeds": 10,
        "block": 10,
    }
    part = {"bed": "tanh_chain", "protocol": "sgd", "grid": [crossing]}
    return {
        "purpose": "full",
        "results": "results",
        "reports": "reports",
        "data_folder": "data",
        "documents": ["A"],
        "seed_base": 2_000_000,
        "beds": yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["beds"],
        "datasets": {
            "moons": {"source": "moons", "samples": 100, "noise": 0.1, "standardize": "all"}
        },
        "architectures": {
            name: {"family": "deep_tanh_mlp", "depth": depth}
            for depth, name in enumerate(crossing["architectures"], start=1)
        },
        "inits": {name: _init(k) for k, name in enumerate(crossing["inits"])},
        "protocols": {"sgd": {**settings, "batch": "full", "evaluate": {"test": "ends"}}},
        "experiments": {f"part_{k}": part for k in range(EXPERIMENTS)},
    }


def _init(place: int) -> dict[str, Any]:
    """Return an init: the methods in turn, each with another number."""
    method, parameter = list(METHODS.items())[place % len(METHODS)]
    needed = {"condition_number": 1} if method == "svd" else {}
    return {"method": method, parameter: 1 + place / 1000, **needed}


def dry_run(cells: int) -> Point:
    """Plan a made-up grid in a folder of its own; raise CalledProcessError if that fails."""
    with TemporaryDirectory() as folder:
        config = yaml.safe_dump(made_up(cells))
        io.write_text(Path(folder) / "config.yaml", config)
        targets = [f"results/tables/part_{k}/outcomes.parquet" for k in range(EXPERIMENTS)]
        command = [
            *(sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "rules", "progress"),
            *("--snakefile", str(ROOT / "Snakefile"), "--workflow-profile", str(PROFILE)),
            *("--directory", folder, "--cores", "1", "--", *targets),
        ]
        return _measured(cells, command, Path(folder) / "output.txt")


def _measured(cells: int, command: Sequence[str], output: Path) -> Point:
    start = time.monotonic()
    with output.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code:
        raise subprocess.CalledProcessError(
            code, list(command), output.read_text(encoding="utf-8", errors="replace")
        )
    seconds, processor = time.monotonic() - start, used.ru_utime + used.ru_stime
    return Point(cells, seconds, processor, used.ru_maxrss / 1024)


def page(points: Sequence[Point]) -> str:
    """Return the table of `points` as a page of the documentation."""
    machine = environment()
    rows = "\n".join(
        f"| {p.cells:,} | {p.seconds:.1f} | {p.processor_seconds:.1f} | {p.max_rss_mb:.0f} |"
        for p in points
    )
    return f"""# How planning grows with the grid

Dry runs of made-up grids: a cell is a dataset, an architecture and an init with
one block of seeds, and becomes one training job. Made by `make scale`
with `--most {points[-1].cells}` on {machine["processor"]},
Python {machine["python"]}, Snakemake {machine["packages"]["snakemake"]}; nothing is trained.
Other work on the machine makes the first column of seconds longer than the second.

| training cells | seconds | processor seconds | largest memory, MB |
| ---: | ---: | ---: | ---: |
{rows}

![Processor seconds and memory against training cells, both axes logarithmic](scale.svg)
"""


def draw(points: Sequence[Point], path: Path) -> None:
    """Draw processor seconds and memory against cells and write the figure as SVG to `path`."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from initbench.figures.kit.registry import Drawing
    from initbench.figures.kit.save import svg
    from initbench.figures.kit.style import THEME

    frame = pd.DataFrame(points)
    with mpl.rc_context(THEME):
        figure = Figure(figsize=(7.5, 3), layout="constrained")
        panels = figure.subplots(1, 2)
        for axes, column in zip(panels, ("processor_seconds", "max_rss_mb"), strict=True):
            axes.loglog(frame["cells"], frame[column], "o-")
            axes.set(xlabel="training cells", ylabel=LABELS[column])
    io.write_text(path, svg(Drawing(figure, frame, ALT, name="scale")))


def main(arguments: list[str] | None = None) -> None:
    """Measure dry runs of growing grids, print each, and write the page."""
    parser = argparse.ArgumentParser(
        prog="python -m initbench.tools.planning_scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--most", type=int, default=20_000, help="cells of the largest grid")
    parser.add_argument("--page", type=Path, default=Path("docs/scale.md"), help="where it goes")
    given = parser.parse_args(arguments)
    points = []
    for cells in (size for size in SIZES if size <= given.most):
        points.append(dry_run(cells))
        print(points[-1], flush=True)
    io.write_text(given.page, page(points))
    draw(points, given.page.with_suffix(".svg"))


if __name__ == "__main__":
    main()
