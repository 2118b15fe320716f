"""A tiny project in a folder of its own, and the real snakemake command to drive it."""

import copy
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import yaml

ROOT = Path(__file__).resolve().parents[1]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
PROFILE = "workflow/profiles/default"
TABLES = ("curves", "layers", "outcomes")
TARGET = "results/tables/tiny/outcomes.parquet"
MNIST = {"source": "torchvision", "name": "MNIST", "mean": 0.1307, "std": 0.3081}
PATIENCE = 120.0  # seconds that one command may take on a busy machine

TINY: dict[str, Any] = {
    "purpose": "full",
    "results": "results",
    "reports": "reports",
    "data_folder": "data",
    "documents": ["A", "D"],
    "seed_base": 2_000_000,
    "beds": {
        "tanh_chain": {"title": "tiny tanh chain", "success": 0.99},
        "mnist": {"title": "constants on MNIST", "success": 0.9},
        "checks": {"title": "checks without training"},
        "propagation": {"title": "signal propagation at init"},
        "matrices": {"title": "random matrices"},
    },
    "datasets": {"moons": {"source": "moons", "samples": 100, "noise": 0.1, "standardize": "all"}},
    "architectures": {"tanh_chain": {"family": "deep_tanh_mlp", "depth": 8}},
    "inits": {"default": {"method": "default"}, "orthogonal": {"method": "orthogonal"}},
    "protocols": {
        "sgd": {
            "optimizer": "sgd",
            "learning_rate": 0.03,
            "batch": "full",
            "epochs": 20,
            "evaluate": {"train": "every 10", "test": "every 10"},
            "record": {"gradients": "ends", "spectra": "ends", "states": "ends"},
        }
    },
    "experiments": {
        "tiny": {
            "bed": "tanh_chain",
            "protocol": "sgd",
            "grid": [
                {
                    "datasets": ["moons"],
                    "architectures": ["tanh_chain"],
                    "inits": ["default"],
                    "seeds": 2,
                    "block": 1,
                },
                {
                    "datasets": ["moons"],
                    "architectures": ["tanh_chain"],
                    "inits": ["orthogonal"],
                    "seeds": 2,
                    "block": 2,
                },
            ],
        }
    },
}


def tiny() -> dict[str, Any]:
    """Return a small sound config: three training jobs on moons, a copy to change at will."""
    return copy.deepcopy(TINY)


def lay(folder: Path, config: dict[str, Any] | None = None) -> Path:
    """Copy the workflow and the package into `folder`, with a config; return `folder`."""
    for name in ("workflow", "src/initbench"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("Snakefile", "requirements.lock"):
        shutil.copy2(ROOT / name, folder / name)
    write_config(folder, config or tiny())
    return folder


def write_config(project: Path, config: dict[str, Any]) -> None:
    (project / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")


def command(cores: int, *words: str) -> list[str]:
    return [str(SNAKEMAKE), f"-c{cores}", "--workflow-profile", PROFILE, *words]


def snakemake(project: Path, *words: str, cores: int = 2) -> tuple[int, str]:
    """Run snakemake in `project`, by default for the tiny tables; return status and output."""
    done = subprocess.run(
        command(cores, *(words or (TARGET,))),
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout


def jobs(output: str) -> dict[str, int]:
    """Return the number of jobs by rule from the table that snakemake prints."""
    rows = re.findall(r"^(\w+) +(\d+)$", output, re.MULTILINE)
    return {rule: int(count) for rule, count in rows if rule != "total"}


def planned(project: Path, *words: str) -> dict[str, int]:
    """Return what a dry run would do, as the number of jobs by rule."""
    status, output = snakemake(project, "-n", *(words or (TARGET,)))
    assert status == 0, output
    return jobs(output)


def files(project: Path, *folders: str) -> dict[str, bytes]:
    """Return the bytes of every Parquet file below some folders of `project`."""
    found = [path for folder in folders for path in (project / folder).rglob("*.parquet")]
    return {str(path.relative_to(project)): path.read_bytes() for path in sorted(found)}


@contextmanager
def started(project: Path, cores: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run snakemake for the tiny tables beside the body, at whose end it is killed if need be."""
    with (project / "output.txt").open("wb") as output:
        run = subprocess.Popen(
            command(cores, TARGET), cwd=project, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield run
    finally:
        run.kill()
        run.wait()


def training_job(run: subprocess.Popen[bytes], after: int = 0) -> psutil.Process:
    """Wait for a training process of `run`, other than `after`."""
    found: list[psutil.Process] = []

    def at_work() -> bool:
        assert run.poll() is None, "snakemake ended before a training job was seen"
        children = psutil.Process(run.pid).children(recursive=True)
        found[:] = [child for child in children if child.pid != after and _trains(child)]
        return bool(found)

    wait_until(at_work)
    return found[0]


def _trains(process: psutil.Process) -> bool:
    """Tell whether a child of the warm worker has the log of a training job open."""
    try:
        forked = "initbench.jobs.warm_worker" in process.cmdline()
        return forked and any("/logs/train/" in file.path for file in process.open_files())
    except (psutil.Error, OSError):  # it ended while we looked
        return False


def is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE:.0f} s in vain"
        time.sleep(0.05)
