"""The real snakemake command on a tiny project: what reruns, what survives, what is refused."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from initbench import io
from initbench.tools.scaffold import scaffold
from workflow_grid import (
    MNIST,
    ROOT,
    TARGET,
    files,
    is_gone,
    jobs,
    lay,
    planned,
    snakemake,
    started,
    tiny,
    training_job,
    wait_until,
    write_config,
)

pytestmark = pytest.mark.workflow
EVERYTHING = {"prepare_data": 1, "train_default": 2, "train_orthogonal": 1, "collect_runs": 1}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a project whose tiny tables were built undisturbed on two cores."""
    project = lay(tmp_path_factory.mktemp("built") / "project")
    status, output = snakemake(project)
    assert status == 0, output
    assert jobs(output) == EVERYTHING
    return project


@pytest.fixture
def project(built, tmp_path):
    """Return a copy of the built project, with all times and Snakemake's memory of it."""
    return Path(shutil.copytree(built, tmp_path / "project"))


def sentences(output):
    """Return the lines in which the project itself says what is wrong."""
    found = re.findall(r"^ *initbench: (.*)$", output, re.MULTILINE)
    always = ("training jobs in the grid", "claims need exp", "jobs to do", "measured jobs")
    return [line for line in found if not any(words in line for words in always)]


def test_a_second_run_does_nothing(project):
    status, output = snakemake(project)
    assert status == 0
    assert "Nothing to be done" in output
    assert jobs(output) == {}


def test_an_edit_of_an_init_reruns_that_init_until_it_is_undone(project):
    source = project / "src/initbench/inits/orthogonal.py"
    text = source.read_text(encoding="utf-8")
    source.write_text(text + "# a remark\n", encoding="utf-8")
    assert planned(project) == {"train_orthogonal": 1, "collect_runs": 1}
    source.write_text(text, encoding="utf-8")
    assert planned(project) == {}


def test_an_edit_of_the_engine_reruns_all_training(project):
    with (project / "src/initbench/training/engine.py").open("a", encoding="utf-8") as source:
        source.write("# a remark\n")
    assert planned(project) == {"train_default": 2, "train_orthogonal": 1, "collect_runs": 1}


def test_another_parameter_of_an_init_reruns_that_init(project):
    config = tiny()
    config["inits"]["orthogonal"]["gain"] = 1.5
    write_config(project, config)
    assert planned(project) == {"train_orthogonal": 1, "collect_runs": 1}


def test_more_seeds_train_only_the_new_block_and_the_run_says_what_it_does_and_took(project):
    config = tiny()
    config["experiments"]["tiny"]["grid"][0]["seeds"] = 3
    write_config(project, config)
    status, output = snakemake(project)
    assert status == 0, output
    assert jobs(output) == {"train_default": 1, "collect_runs": 1}
    assert "seeds 2000002-2000002" in output
    assert "initbench: 2 jobs to do (collect 1, train 1); about " in output
    assert " s on 2 cores, by earlier runs." in output
    assert "initbench: 2 of 2 measured jobs took " in output
    done = subprocess.run(
        [sys.executable, "-m", "initbench.costs.progress"],
        cwd=project, env={**os.environ, "PYTHONPATH": "src"}, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert "1 of     1  train tiny" in done.stdout


def test_a_new_method_from_the_scaffold_trains_and_reruns_nothing_old(project):
    scaffold("mine", project)
    config = tiny()
    config["inits"]["mine"] = {"method": "mine", "gain": 1.5}
    config["experiments"]["tiny"]["grid"][1]["inits"].append("mine")
    write_config(project, config)
    before = {
        path: path.stat().st_mtime_ns for path in (project / "results/runs").rglob("*.parquet")
    }
    status, output = snakemake(project)
    assert status == 0, output
    assert jobs(output) == {"train_mine": 1, "collect_runs": 1}
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert (project / "results/runs/tiny/moons/tanh_chain/mine/2000000-2000001").is_dir()


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are ended by a Linux system call")
def test_killed_jobs_and_a_killed_snakemake_change_no_byte_even_on_one_core(built, tmp_path):
    project = lay(tmp_path / "project")
    with started(project, cores=1) as run:
        first = training_job(run)
        first.kill()
        second = training_job(run, after=first.pid)
        before = files(project, "results")
        run.kill()
    wait_until(lambda: is_gone(second))
    assert files(project, "results") == before  # it was ended, not just awaited
    status, output = snakemake(project)
    assert status != 0
    assert "--unlock" in output
    assert snakemake(project, "--unlock")[0] == 0
    status, output = snakemake(project, cores=1)
    assert status == 0, output
    assert files(project, "results") == files(built, "results")
    assert not list((project / "results").rglob(".*"))


def test_a_truncated_file_is_named_and_mended_by_the_command_it_names(project, built):
    shard = "results/runs/tiny/moons/tanh_chain/default/2000001-2000001/layers.parquet"
    (project / shard).write_bytes((project / shard).read_bytes()[:-9])
    status, output = snakemake(project)
    assert status != 0
    (message,) = sentences(output)
    assert message.startswith("1 of 9 files are missing, corrupt")
    mend, again = message.partition("mend it with: ")[2].split(" && ")
    assert (mend, again) == (f"rm -f '{shard}'", "make report")
    subprocess.run(mend, shell=True, cwd=project, check=True)
    status, output = snakemake(project)
    assert status == 0, output
    assert jobs(output) == {"train_default": 1, "collect_runs": 1}
    assert files(project, "results") == files(built, "results")


def test_a_truncated_image_file_stops_its_own_jobs_only(project):
    (project / "data").mkdir()
    shutil.copytree(ROOT / "data/mnist", project / "data/mnist", copy_function=_link)
    bad = project / "data/mnist/train-images-idx3-ubyte.gz"
    content = bad.read_bytes()[:5000]
    bad.unlink()
    bad.write_bytes(content)
    config = tiny()
    config["datasets"]["mnist"] = MNIST
    config["experiments"]["tiny"]["grid"][0]["seeds"] = 3
    write_config(project, config)
    status, output = snakemake(project, "results/data/mnist/manifest.json", TARGET)
    assert status != 0
    (message,) = sentences(output)
    assert message.startswith("data/mnist/train-images-idx3-ubyte.gz cannot be unpacked")
    assert message.endswith("restore it from the project's own copy.")
    assert not (project / "results/data/mnist/manifest.json").exists()
    assert (project / "results/runs/tiny/moons/tanh_chain/default/2000002-2000002").is_dir()
    assert (project / TARGET).exists()


def test_an_init_that_ends_the_program_ends_the_run_before_its_first_job(tmp_path):
    project = lay(tmp_path / "project")
    source = project / "src/initbench/inits/orthogonal.py"
    text = source.read_text(encoding="utf-8")
    first = "    factor = gain_value"
    assert first in text
    source.write_text(text.replace(first, f"    raise SystemExit(0)\n{first}"), "utf-8")
    status, output = snakemake(project)
    assert status != 0
    (message,) = sentences(output)
    assert message.startswith("Cell tiny/moons/tanh_chain/orthogonal: The init method 'orthogonal'")
    assert "ends the program with sys.exit" in message
    assert "Traceback" not in output
    assert not (project / "results/data").exists()


def _link(source, target):
    Path(target).symlink_to(source)


def _results_is_a_file(project, config):
    (project / "results").write_text("", encoding="utf-8")


def _misspelt_key(project, config):
    config["experiment"] = config.pop("experiments")


def _unknown_init(project, config):
    config["experiments"]["tiny"]["grid"][0]["inits"] = ["defualt"]


def _zero_seeds(project, config):
    config["experiments"]["tiny"]["grid"][0]["seeds"] = 0


def _reports_of_somebody(project, config):
    io.write_text(project / "paper/figures/own.svg", "own")
    config["reports"] = "paper"


def _number_for_a_path(project, config):
    config["reports"] = 7


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        (_reports_of_somebody, "'paper', which has a 'figures' that this pipeline has no record"),
        (_number_for_a_path, "7 is not of type 'string'"),
        (_results_is_a_file, "'results' is not a folder that can be written"),
        (_misspelt_key, "'experiment'; did you mean 'experiments'?"),
        (_unknown_init, "'defualt'; did you mean 'default'?"),
        (_zero_seeds, "0 is less than the minimum of 1"),
    ],
)
def test_a_mistake_ends_the_run_before_the_first_job_in_one_sentence(tmp_path, mistake, expected):
    config = tiny()
    project = lay(tmp_path / "project")
    mistake(project, config)
    write_config(project, config)
    status, output = snakemake(project)
    assert status != 0
    (message,) = sentences(output)
    assert expected in message
    assert "Traceback" not in output
    assert jobs(output) == {}
    assert not (project / "results/data").exists()
    assert [path.read_bytes() for path in (project / "paper").rglob("*.svg")] in ([], [b"own"])


def test_a_net_that_does_not_fit_its_data_ends_the_run_before_the_first_job(tmp_path):
    config = tiny()
    config["architectures"]["tanh_chain"] = {"family": "mlp", "inputs": 3, "width": 2, "depth": 1}
    project = lay(tmp_path / "project", config)
    status, output = snakemake(project)
    assert status != 0
    (message,) = sentences(output)
    assert message.startswith("Cell tiny/moons/tanh_chain/")
    assert "'layers.0' is a Linear and fails on samples of shape (2,)" in message
    assert "Traceback" not in output
    assert not (project / "results/data").exists()
    assert not list((project / ".snakemake").rglob("*.lock"))
