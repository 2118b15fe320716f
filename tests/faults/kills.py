"""Kills at random moments: whatever is killed, the next run ends as the undisturbed one does."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

import psutil

from faults.ground import PATIENCE, Ground, snakemake
from faults.verdict import Case, Verdict
from workflow_grid import TARGET, command, files, lay

MOMENTS = (0.2, 12.0)  # seconds after the start, on an idle or on a busy machine
ORPHANS = 15.0  # seconds after which nothing of a killed run may live
SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT")
Processes = Callable[[psutil.Process], list[psutil.Process]]


def _main(run: psutil.Process) -> list[psutil.Process]:
    return [run]


def _tree(run: psutil.Process) -> list[psutil.Process]:
    return [run, *run.children(recursive=True)]


def _worker(run: psutil.Process) -> list[psutil.Process]:
    return [child for child in run.children() if "warm" in " ".join(child.cmdline())]


def _job(run: psutil.Process) -> list[psutil.Process]:
    """Return the processes in which a job may be: all but the main one and the warm worker."""
    spared = {child.pid for child in _worker(run)}
    return [child for child in run.children(recursive=True) if child.pid not in spared]


def _one(run: psutil.Process) -> list[psutil.Process]:
    return random.choices(_tree(run))


WHOM: dict[str, Processes] = {
    "main": _main, "group": _tree, "worker": _worker, "jobs": _job, "one at random": _one,
}  # fmt: skip


def cases(ground: Ground) -> Iterator[Case]:
    """Yield kills for ever, each of somebody by some signal at some moment."""
    stream = ground.random("kills")
    for number in count():
        whom, name = stream.choice(list(WHOM)), stream.choice(SIGNALS)
        moment, cores = stream.uniform(*MOMENTS), stream.choice((1, 2))
        title = f"{number}: {name} to {whom} after {moment:.2f} s on {cores} cores"
        yield Case(title, partial(_attempt, ground, WHOM[whom], name, moment, cores))


def _attempt(ground: Ground, whom: Processes, name: str, moment: float, cores: int) -> Verdict:
    project = lay(ground.folder / "killed")
    scratch = ground.folder / "tmp"
    scratch.mkdir()
    try:
        orphans = _killed(project, scratch, whom, getattr(signal, name), moment, cores)
        return _resumed(ground, project, scratch, orphans)
    finally:
        for folder in (project, scratch):
            subprocess.run(["rm", "-rf", str(folder)], check=True)


def _killed(project: Path, scratch: Path, whom: Processes, number: int, moment: float, cores: int) \
        -> list[str]:  # fmt: skip
    """Begin a run, kill, wait for its end; return the command lines that outlived it."""
    with (project / "output.txt").open("wb") as output:
        run = subprocess.Popen(
            command(cores, TARGET), cwd=project, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True, env={**os.environ, "TMPDIR": str(scratch)},
        )  # fmt: skip
    time.sleep(moment)
    _send(run.pid, whom, number)
    try:
        run.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
        return ["the run itself, which did not end"]
    return _living(project)


def _send(pid: int, whom: Processes, number: int) -> None:
    """Send the signal to those processes of a run that are still there."""
    try:
        targets = whom(psutil.Process(pid))
    except psutil.Error:
        return
    for process in targets:
        try:
            process.send_signal(number)
        except psutil.Error:
            continue


def _living(project: Path) -> list[str]:
    """Return what still runs in `project` some time after its run has ended; end it."""
    end = time.monotonic() + ORPHANS
    while (left := list(_of(project))) and time.monotonic() < end:
        time.sleep(0.1)
    for process in left:
        process.kill()
    return [" ".join(process.cmdline())[-80:] for process in left]


def _of(project: Path) -> Iterator[psutil.Process]:
    """Yield the living processes whose folder is `project`, which only its own run has."""
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(project) and process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except (psutil.Error, OSError):
            continue


def _resumed(ground: Ground, project: Path, scratch: Path, orphans: list[str]) -> Verdict:
    """Run again, with no manual step but the README's, and compare with the undisturbed."""
    status, output = snakemake(project, TARGET)
    unlocked = status != 0 and "--unlock" in output
    if unlocked:
        snakemake(project, "--unlock")
        status, output = snakemake(project, TARGET)
    if status != 0:
        return Verdict("wrong", f"the next run failed: {output.strip()[-300:]}")
    if files(project, "results") != files(ground.built, "results"):
        return Verdict("lost", "other tables than those of the undisturbed run")
    if orphans:
        return Verdict("wrong", f"still alive {ORPHANS:g} s after the end: {orphans}")
    left = [str(path.relative_to(project)) for path in (project / "results").rglob(".*")]
    left += [f"$TMPDIR/{path.name}" for path in scratch.iterdir() if "initbench" in path.name]
    if left:
        return Verdict("wrong", f"left behind: {left[:5]}")
    return Verdict("survived", f"equal tables{', after --unlock' if unlocked else ''}")
