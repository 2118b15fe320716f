"""The cluster profile on a real SLURM of two nodes: what it trains, and what it survives."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import slurm_cluster
from slurm_cluster import ask
from workflow_grid import (
    PATIENCE,
    ROOT,
    SNAKEMAKE,
    TARGET,
    files,
    jobs,
    lay,
    planned,
    snakemake,
    wait_until,
)

PLUGIN = ROOT / "build" / "slurm"  # where make slurm puts it
MISSING = slurm_cluster.missing() or ("" if PLUGIN.is_dir() else "no plugin; run make slurm")
pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(bool(MISSING) and "CI" not in os.environ, reason=MISSING),
]
COMMAND = "snakemake --workflow-profile workflow/profiles/slurm --jobs 100"
IMPATIENT = ("--slurm-init-seconds-before-status-checks", "2")
LONG = 3 * PATIENCE  # seconds for a whole run, whose jobs are looked at now and then
CELLS = FIRST, SECOND, THIRD = "default/2000000", "default/2000001", "orthogonal/2000000"
# Each script of the workflow tells who runs it, and waits while its cell is held.
WITNESS = """
import json, os, time
from pathlib import Path
import psutil

def note(log):
    names = "SLURM_JOB_ID", "SLURMD_NODENAME", "OMP_NUM_THREADS"
    told = {name: os.environ.get(name) for name in names}
    told |= {"log": log, "parents": [parent.name() for parent in psutil.Process().parents()]}
    with open("witness.jsonl", "a") as file:
        file.write(json.dumps(told) + "\\n")
    end = time.monotonic() + 900
    while any(cell in log for cell in Path("held").read_text().split()) and time.monotonic() < end:
        time.sleep(0.1)
"""


@dataclass
class Run:
    """A project that is run on the cluster."""

    project: Path

    def hold(self, *cells: str) -> None:
        """Let the training jobs of these cells wait, and no others."""
        (self.project / "held").write_text("\n".join(cells), encoding="utf-8")

    def witnesses(self, cell: str = "") -> list[dict]:
        """Return what the scripts told, in their order."""
        file = self.project / "witness.jsonl"
        told = (
            map(json.loads, file.read_text(encoding="utf-8").splitlines()) if file.exists() else []
        )
        return [each for each in told if cell in each["log"]]

    def begun(self, cell: str, times: int = 1) -> dict:
        """Wait until a script of the cell has begun so many times; return what it told last."""
        wait_until(lambda: len(self.witnesses(cell)) >= times)
        return self.witnesses(cell)[-1]

    def output(self) -> str:
        """Return what Snakemake has said."""
        return (self.project / "output.txt").read_text(encoding="utf-8")

    @contextmanager
    def started(self, *more: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run Snakemake on the cluster beside the body, at whose end it is killed if need be."""
        with (self.project / "output.txt").open("wb") as output:
            run = subprocess.Popen(
                # Tests that run in a shell's background would hand on that Ctrl-C is ignored.
                ["env", "--default-signal=INT", *COMMAND.split(), *IMPATIENT, TARGET, *more],
                cwd=self.project,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(),
            )
        try:
            yield run
        finally:
            run.kill()
            run.wait()

    def finish(self, *more: str) -> None:
        """Run Snakemake on the cluster to its end."""
        with self.started(*more) as run:
            assert run.wait(LONG) == 0, self.output()


def environment() -> dict[str, str]:
    """Return an environment with the Python of the tests, whose Snakemake finds the plugin."""
    path = os.pathsep.join([str(SNAKEMAKE.parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(PLUGIN)}


def laid(folder: Path) -> Run:
    """Return a tiny project whose scripts tell who runs them."""
    run = Run(lay(folder))
    for script in (folder / "workflow/scripts").glob("*.py"):
        head, body = script.read_text(encoding="utf-8").split("with job(snakemake.log[0]):\n")
        note = "    import witness\n\n    witness.note(snakemake.log[0])\n"
        script.write_text(f"{head}with job(snakemake.log[0]):\n{note}{body}", encoding="utf-8")
    (folder / "src/witness.py").write_text(WITNESS, encoding="utf-8")
    run.hold()
    return run


def details(job: str) -> dict[str, str]:
    """Return what SLURM knows of a job, running or ended not long ago."""
    words = ask("scontrol", "--oneliner", "show", "job", job).split()
    return dict(word.split("=", 1) for word in words if "=" in word)


def state(told: dict) -> str:
    """Return the state of the job that a script ran in."""
    return details(told["SLURM_JOB_ID"])["JobState"]


def limits(told: dict) -> tuple[str, str]:
    """Return the time and the memory granted to the job that a script ran in."""
    known = details(told["SLURM_JOB_ID"])
    return known["TimeLimit"], known["MinMemoryNode"]


def trained(project: Path) -> dict[str, bytes]:
    """Return all Parquet files of a project's results."""
    return files(project, "results")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    assert not MISSING, MISSING
    with slurm_cluster.cluster(tmp_path_factory.mktemp("slurm")) as running:
        yield running


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """Return the results of the same project without a cluster."""
    run = laid(tmp_path_factory.mktemp("local") / "project")
    status, output = snakemake(run.project)
    assert status == 0, output
    assert all(told["SLURM_JOB_ID"] is None for told in run.witnesses())
    return trained(run.project)


@pytest.fixture(scope="module")
def calm(cluster, tmp_path_factory):
    """Return a project that was run on the cluster undisturbed."""
    run = laid(tmp_path_factory.mktemp("calm") / "project")
    run.finish()
    return run


def test_the_cluster_gives_the_local_numbers(calm, local):
    assert jobs(calm.output()) == {
        "prepare_data": 1, "train_default": 2, "train_orthogonal": 1, "collect_runs": 1,
    }  # fmt: skip
    assert trained(calm.project) == local


def test_every_job_runs_inside_an_allocation_of_its_own_on_one_thread(calm, cluster):
    told = {each["log"]: each for each in calm.witnesses()}
    data = told.pop("results/logs/data/moons.log")
    assert data["SLURM_JOB_ID"] is None  # it downloads: where Snakemake is
    assert len(told) == len({each["SLURM_JOB_ID"] for each in told.values()}) == 4
    for each in told.values():
        assert "slurmstepd" in each["parents"], each
        assert each["OMP_NUM_THREADS"] == "1"
        assert limits(each) == ("00:30:00", "2000M")
        assert details(each["SLURM_JOB_ID"])["CPUs/Task"] == "1"


def test_a_second_run_has_nothing_to_do(calm):
    assert planned(calm.project) == {}


PAGE = {
    "PYTHONPATH=src python -m initbench.costs.progress": "3 of     3  train tiny",
    'squeue --me --format="%i %T %M %k"': "JOBID STATE TIME COMMENT",
    "scancel --name=RUN_ID": "",
    "scontrol show config": "MinJobAge",
}


@pytest.mark.parametrize("command", PAGE)
def test_a_command_of_the_page_works(calm, command):
    done = subprocess.run(
        command,
        shell=True,
        cwd=calm.project,
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert PAGE[command] in done.stdout


def again(calm: Run, folder: Path) -> tuple[Run, str]:
    """Return a copy of a finished run that lacks one file, and the file."""
    run = Run(Path(shutil.copytree(calm.project, folder / "project")))
    shard = next(run.project.glob(f"results/runs/**/{THIRD}*/layers.parquet"))
    shard.unlink()
    return run, str(shard.relative_to(run.project))


@pytest.mark.parametrize(
    ("sent", "becomes"), [(signal.SIGINT, "CANCELLED"), (signal.SIGTERM, "COMPLETED")]
)
def test_a_signal_stops_a_run_as_the_page_says(calm, tmp_path, sent, becomes):
    run, shard = again(calm, tmp_path)
    run.hold(THIRD)
    with run.started(shard) as snakemake:
        told = run.begun(THIRD, times=2)
        snakemake.send_signal(sent)
        wait_until(lambda: "Will exit after" in run.output() or snakemake.poll() is not None)
        run.hold()
        assert snakemake.wait(LONG) != 0
    wait_until(lambda: state(told) == becomes)
    assert len(run.witnesses("collect")) == 1


@pytest.fixture(scope="module")
def disturbed(cluster, tmp_path_factory):
    """Return a run with a job out of time, one cancelled, one on a lost node, and who ran these."""
    run = laid(tmp_path_factory.mktemp("disturbed") / "project")
    run.hold(*CELLS)
    with run.started() as snakemake:
        begun = sorted(map(run.begun, CELLS), key=lambda told: told["SLURMD_NODENAME"])
        late, cancelled, lost = begun  # two on the first node, one on the second
        ask("scontrol", "update", f"JobId={late['SLURM_JOB_ID']}", "EndTime=now")
        ask("scancel", cancelled["SLURM_JOB_ID"])
        cluster.lose(lost["SLURMD_NODENAME"])
        wait_until(lambda: state(late) == "TIMEOUT" and state(cancelled) == "CANCELLED")
        run.hold()
        assert snakemake.wait(LONG) == 0, run.output()
    cluster.start(lost["SLURMD_NODENAME"])
    wait_until(cluster.is_ready)
    return run, late, cancelled, lost


def test_a_job_over_its_time_limit_is_tried_again_with_larger_limits(disturbed):
    run, late, _, _ = disturbed
    first, second = run.witnesses(late["log"])
    assert state(first) == "TIMEOUT"
    assert state(second) == "COMPLETED"
    assert limits(second) == ("01:00:00", "4000M")


def test_a_cancelled_job_is_tried_again(disturbed):
    run, _, cancelled, _ = disturbed
    first, second = run.witnesses(cancelled["log"])
    assert state(first) == "CANCELLED"
    assert state(second) == "COMPLETED"


def test_a_job_of_a_lost_node_starts_again_on_another_one_and_once_only(disturbed):
    run, _, _, lost = disturbed
    first, second = run.witnesses(lost["log"])
    assert (first["SLURMD_NODENAME"], second["SLURMD_NODENAME"]) == ("n2", "n1")
    assert first["SLURM_JOB_ID"] == second["SLURM_JOB_ID"]
    assert details(second["SLURM_JOB_ID"])["Restarts"] == "1"


def test_what_happens_to_jobs_does_not_change_the_numbers(disturbed, local):
    assert trained(disturbed[0].project) == local


@pytest.fixture(scope="module")
def killed(cluster, tmp_path_factory):
    """Return a run whose Snakemake was killed while two jobs ran; one ended before it went on."""
    run = laid(tmp_path_factory.mktemp("killed") / "project")
    run.hold(SECOND, THIRD)
    with run.started():
        for cell in CELLS:
            run.begun(cell)
        wait_until(lambda: "2 of 5 steps" in run.output())
    run.hold(SECOND)
    third = run.begun(THIRD)
    wait_until(lambda: state(third) == "COMPLETED")
    with run.started() as refused:
        assert refused.wait(LONG) != 0
    assert "--unlock" in run.output()
    run.finish("--unlock")
    with run.started() as snakemake:
        run.begun(SECOND, times=2)
        run.hold()
        assert snakemake.wait(LONG) == 0, run.output()
    return run


def test_after_a_kill_only_what_had_not_ended_is_trained_again(killed, local):
    assert jobs(killed.output()) == {"train_default": 1, "collect_runs": 1}
    assert [len(killed.witnesses(cell)) for cell in CELLS] == [1, 2, 1]
    assert trained(killed.project) == local


def test_a_job_that_outlives_its_snakemake_does_no_harm(killed):
    orphan, second = killed.witnesses(SECOND)
    assert (state(orphan), state(second)) == ("COMPLETED", "COMPLETED")
    assert planned(killed.project) == {}


def test_with_a_database_sacct_tells_of_a_job_out_of_time_and_of_one_that_ended(
    calm, cluster, local, tmp_path
):
    cluster.keep_accounts()
    run, shard = again(calm, tmp_path)
    run.hold(THIRD)
    with run.started(shard, "--slurm-status-command", "sacct") as snakemake:
        late = run.begun(THIRD, times=2)
        ask("scontrol", "update", f"JobId={late['SLURM_JOB_ID']}", "EndTime=now")
        wait_until(lambda: state(late) == "TIMEOUT")
        run.hold()
        assert snakemake.wait(LONG) == 0, run.output()
    assert "SLURM status is: 'TIMEOUT'" in run.output()
    assert "not 'sacct'" not in run.output()
    assert limits(run.witnesses(THIRD)[-1]) == ("01:00:00", "4000M")
    assert trained(run.project) == local
