"""Every command of the documentation is run: here as it stands or as a dry run, or by .ci/run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from initbench.figures.kit import catalogue
from initbench.grid import folders
from project_ledger import the_ledger
from workflow_grid import MNIST, PATIENCE, ROOT, lay, tiny

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "reports/README.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))
START = r"(?:make [a-z]|snakemake -|pip install|conda (?:env|activate)|\.ci/run|\.venv/bin/python"
START += r"|squeue -|scancel -|scontrol show|PYTHONPATH=)"
COMMAND = re.compile(rf"^    ({START}.*)$|`({START}[^`]*)`", re.MULTILINE)

AS_IT_STANDS = {
    "make help": "list these targets",
    "make init NAME=my_method": "my_method.py",
    "make format": "",
    "make compare": "",
    "make report ARGS=--dry-run": "This was a dry-run",
    'make report ARGS="-n --quiet rules"': "train_default",
    "make report ARGS=--unlock": "Unlocked",
}
# What has nothing to tell before a run; afterwards: tests/test_workflow.py.
TOO_EARLY = {
    "make status": "no run has begun in 'results'",
    "make status ARGS=results/preview": "no run has begun in 'results/preview'",
}
# What would take long is planned only.
DRY = {
    "make report ARGS=results/figures/tanh_chain_loss_curves.svg": "draw_figure",
    "make report ARGS=results/verdicts/D17.json": "judge_one_claim",
    "snakemake -c2 --workflow-profile workflow/profiles/default": "train_default",
}
ON_A_CLUSTER = "snakemake --workflow-profile workflow/profiles/slurm --jobs 100"
# What needs a cluster: tests/test_slurm.py.
ON_SLURM = {
    ON_A_CLUSTER,
    f"{ON_A_CLUSTER} --unlock",
    "PYTHONPATH=src python -m initbench.costs.progress",
    'squeue --me --format="%i %T %M %k"',
    "scancel --name=RUN_ID",
    "scontrol show config",
}
# What make runs for these, and who runs that.
PRINTED = {
    "make report": "--workflow-profile workflow/profiles/default",  # tests/test_workflow.py
    "make report CORES=4": "--cores 4 --workflow-profile workflow/profiles/default",
    "make bench": "-m initbench.tools.engine_speed",  # tests/test_engine_speed.py
    "make scale": "-m initbench.tools.planning_scale",  # tests/test_planning_scale.py
    "make faults": "-m faults",  # tests/test_faults.py
}
BY_CI = ("make preview", "make test", "make lint", "make slurm")
ONE_TEST = ".venv/bin/python -m pytest tests/test_engine.py -k plain"
# What needs a network or another package manager; their pins are tested in tests/test_house.py.
NOT_HERE = {
    "pip install -r requirements.lock",  # .ci/run does it by make setup
    "pip install -r requirements-slurm.lock",  # into a folder of its own: make slurm
    "conda env create -f environment.yml",
    "conda activate initbench",
}
KNOWN = {*AS_IT_STANDS, *TOO_EARLY, *DRY, *ON_SLURM, *PRINTED, *BY_CI, ONE_TEST, *NOT_HERE}


def documented():
    """Return all commands of the pages, without remarks behind them."""
    found = {
        one or other
        for page in PAGES
        for one, other in COMMAND.findall(page.read_text(encoding="utf-8"))
    }
    return {re.sub(r"  +#.*$|  +$", "", command) for command in found}


def test_every_command_of_the_pages_is_known_here_and_no_other():
    assert documented() == {*KNOWN, ".ci/run"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Return a project with its own Makefile and a small grid that has all that is asked for."""
    config = tiny()
    rows = the_ledger().rows
    needs = {need for row in rows if row.id == "D17" for need in row.needs}
    needs |= set(catalogue.catalogue()["tanh_chain_loss_curves"].needs)
    config["datasets"]["mnist"] = MNIST
    config["experiments"] = dict.fromkeys(sorted(needs), config["experiments"]["tiny"])
    project = lay(tmp_path_factory.mktemp("desk") / "project", config)
    shutil.copy2(ROOT / "Makefile", project)
    shutil.copy2(ROOT / "pyproject.toml", project)
    (project / "data").symlink_to(ROOT / "data")
    shutil.copytree(ROOT / "reports/reference", project / "reports/reference")
    verdicts = (project / "reports/reference/verdicts.json").read_bytes()
    folders.fill(project / "reports", {"verdicts.json": verdicts})
    furnish(project / ".venv")
    return project


def furnish(environment):
    """Lay a finished virtual environment that borrows what runs the tests."""
    environment.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        if (Path(sys.prefix) / name).exists():
            (environment / name).symlink_to(Path(sys.prefix) / name)
    (environment / "installed").write_text(f"{environment}\n", encoding="utf-8")


# Of the make that runs the tests: its ARGS are not those of the commands.
WITHOUT_MAKE = {
    k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
}


def run(project, command, *more):
    words = shlex.split(command)
    if words[0] == "snakemake":
        words[:1] = [sys.executable, "-m", "snakemake"]
    done = subprocess.run(
        [*words, *more], cwd=project, env=WITHOUT_MAKE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", timeout=PATIENCE, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.mark.workflow
@pytest.mark.parametrize("command", AS_IT_STANDS)
def test_a_command_works_as_it_stands(desk, command):
    status, output = run(desk, command)
    assert status == 0, output
    assert AS_IT_STANDS[command] in output


@pytest.mark.parametrize("command", TOO_EARLY)
def test_a_command_says_that_there_is_nothing_yet(desk, command):
    status, output = run(desk, command)
    assert status != 0
    assert TOO_EARLY[command] in output


@pytest.mark.workflow
@pytest.mark.parametrize("command", DRY)
def test_a_command_plans_what_it_says(desk, command):
    target = command.partition("ARGS=")[2]
    more = [f"ARGS=-n {target}".strip()] if command.startswith("make") else ["-n"]
    status, output = run(desk, command, *more)
    assert status == 0, output
    assert DRY[command] in output


@pytest.mark.workflow
def test_the_cluster_profile_plans_the_same_jobs(desk):
    profile = desk / "workflow/profiles/slurm/config.yaml"
    of_the_plugin = re.compile(r"^slurm-.*\n", re.MULTILINE)  # which is not in this environment
    profile.write_text(of_the_plugin.sub("", profile.read_text(encoding="utf-8")), encoding="utf-8")
    status, output = run(desk, ON_A_CLUSTER, "-n", "--executor", "local")
    assert status == 0, output
    assert "train_default" in output


@pytest.mark.parametrize("command", PRINTED)
def test_make_runs_what_it_names(desk, command):
    status, output = run(desk, command, "--dry-run")
    assert status == 0, output
    assert PRINTED[command] in output


def test_what_ci_runs_stands_in_its_script():
    steps = re.findall(r"^step (.*)$", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE)
    assert {*BY_CI, "make setup"} <= set(steps)


def test_what_needs_a_cluster_stands_in_its_tests():
    text = (ROOT / "tests/test_slurm.py").read_text(encoding="utf-8")
    assert [c for c in ON_SLURM if c.removesuffix(" --unlock") not in text] == []


def test_the_one_test_of_the_example_exists():
    *_, file, _, word = ONE_TEST.split()
    assert re.search(
        rf"^def test_\w*{word}", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE
    )
