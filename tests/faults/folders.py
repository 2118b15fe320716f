"""Folders of the user's under `results:` and `reports:`: nothing that is theirs may go."""

import hashlib
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from faults.ground import EXPECTED, Ground, snakemake
from faults.texts import remove
from faults.verdict import Case, Verdict, refusal, sentences
from workflow_grid import tiny, write_config

# What a user may have lying in a folder that a config then names.
THEIRS = (
    *("thesis.tex", "report.html", "report.bib", "verdicts.json", "manifest.json", "notes/a.txt"),
    *("figures/photo.svg", "figures/deep/er/b.png", "tables/mine.csv", "tables/tiny/mine.csv"),
    *("runs/marathon.csv", "data/moons.csv", "logs/ship.log", "benchmarks/gpu.tsv", ".hidden"),
    *("plan.json", "environment.json", "costs.json", "cards.json", "board/chess.svg"),
)
HERE = "theirs"
# (results, reports) as config.yaml names them; `theirs` is the user's folder in the project.
FOLDERS: list[tuple[str, str]] = [
    ("results", HERE),
    (HERE, "reports"),
    (HERE, HERE),
    (f"{HERE}/figures", f"{HERE}/tables"),
    ("results", f"{HERE}/figures/.."),
    ("results", f"./{HERE}/"),
    ("results", "{absolute}"),
    ("{absolute}", "reports"),
    ("results", "link"),
    ("link", "reports"),
    (".", "reports"),
    ("results", "."),
    ("results", ".."),
    ("/", "reports"),
    ("results", "src/initbench"),
    ("results", "workflow"),
    ("results", "workflow/claims"),
    ("src", "reports"),
    ("data", "reports"),
    ("results", "data"),
    ("results", "results"),
    ("results", "results/tables"),
    ("reports/x", "reports"),
    ("results/x/..", "results"),
    ("results", ".snakemake"),
    (".git", "reports"),
    ("~", "reports"),
    ("~/res", "~/rep"),
    ("s3://bucket/x", "reports"),
    ("results", "https://host/x"),
    ("res{{x}}", "reports"),
    ("res<x>", "reports"),
    ("res ults", "re ports"),
    ("größe", "reports"),
    ("res'ults", 'rep"orts'),
    ("$HOME", "reports"),
    ("-n", "reports"),
    ("results", "rep*"),
]


def cases(ground: Ground) -> Iterator[Case]:
    """Yield the pairs in a random order, each for the tables and for the report."""
    pairs = [(*pair, what) for pair in FOLDERS for what in ("tables", "report")]
    ground.random("folders").shuffle(pairs)
    for results, reports, what in pairs:
        yield Case(f"results: {results}, reports: {reports}, {what}",
                   partial(_attempt, ground, results, reports, what))  # fmt: skip


def _attempt(ground: Ground, results: str, reports: str, what: str) -> Verdict:
    project = ground.copy("foreign")
    absolute = ground.folder / "outside"
    try:
        return _run(project, absolute, results, reports, what)
    finally:
        remove(project), remove(absolute)


def _run(project: Path, absolute: Path, results: str, reports: str, what: str) -> Verdict:
    for folder in (project / HERE, absolute, project / "data"):
        _fill(folder)
    (project / "link").symlink_to(HERE)
    config = {**tiny(), "results": results.format(absolute=absolute),
              "reports": reports.format(absolute=absolute)}  # fmt: skip
    write_config(project, config)
    before = snapshot(project) | snapshot(absolute)
    status, output = _made(project, config, what)
    gone = sorted(path for path, digest in before.items() if _digest(Path(path)) != digest)
    return _verdict(status, output, gone, project)


def _verdict(status: int, output: str, gone: list[str], project: Path) -> Verdict:
    said = sentences(output)
    if gone:
        names = [name.replace(f"{project}/", "") for name in gone[:4]]
        return Verdict("lost", f"{len(gone)} files of the user's are gone or other: {names}")
    if status == 0:
        return Verdict("survived", "all of the user's files are there")
    if len(said) == 1 and "Traceback" not in output:
        return refusal(said[0], str(project), ["results", "reports"])
    last = (output.strip().splitlines() or [""])[-1]
    return Verdict("wrong", f"status {status}, {len(said)} sentences, last line: {last}")


def _made(project: Path, config: dict[str, Any], what: str) -> tuple[int, str]:
    """Run for the tables; or begin the report over empty inputs, whose job then fails."""
    if what == "tables":
        return snakemake(project, f"{config['results']}/tables/tiny/outcomes.parquet")
    page = f"{config['reports']}/report.html"
    words = (page, "--allowed-rules", "render_report")
    status, output = snakemake(project, *words)
    missing = re.findall(r"^ {4}(\S.*)$", output.partition("affected files:")[2], re.MULTILINE)
    for name in missing:
        path = project / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}", encoding="utf-8")
    if not missing:
        return status, output
    _, output = snakemake(project, *words)
    return (0, "") if "the report" in output else (1, output)


def _fill(folder: Path) -> None:
    for name in THEIRS:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"mine: {name}\n", encoding="utf-8")


def snapshot(folder: Path) -> dict[str, str]:
    """Return the digest of each file below `folder` that a run has no business to change."""
    own = ("/results/", "/.snakemake/", "/__pycache__/", f"/{EXPECTED}")
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {
        str(path): _digest(path) for path in paths if not any(part in f"{path}" for part in own)
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "gone"
