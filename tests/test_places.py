"""The pipeline runs anywhere: links, odd names, other folders, other workflows, no terminal."""

import os
import pty
import shutil
import subprocess
from contextlib import suppress

import pytest
import yaml

from initbench import inits
from initbench.errors import InitbenchError
from initbench.grid import config_checks
from initbench.inits import _catalogue
from workflow_grid import (
    PATIENCE,
    PROFILE,
    ROOT,
    SNAKEMAKE,
    TARGET,
    jobs,
    lay,
    tiny,
    wait_until,
    write_config,
)

ODD = "it's a [new] ü & $HOME #1"
workflow = pytest.mark.workflow


def snakemake(folder, *words, **variables):
    """Run snakemake in `folder`, with changed variables; return status and output."""
    environment = {**os.environ, **variables}
    done = subprocess.run(
        [str(SNAKEMAKE), "-c2", *map(str, words)], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False,
    encoding="utf-8")  # fmt: skip
    return done.returncode, done.stdout


def contents(folder):
    """Return the bytes of all files below `folder` but Python's own copies."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in found if "__pycache__" not in path.parts}


def hidden(folder, *names):
    """Write Python modules that end whoever imports them; return their folder."""
    folder.mkdir(exist_ok=True)
    for name in names:
        text = f"raise SystemExit('the wrong {name}')\n"
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def foreign_method(folder, name="mine"):
    """Write the scaffold's method into a folder outside of any checkout; return the folder."""
    folder.mkdir(parents=True)
    for ending in ("py", "smk"):
        text = (ROOT / f"workflow/scaffold/method.{ending}.txt").read_text(encoding="utf-8")
        (folder / f"{name}.{ending}").write_text(text.replace("$name", name), encoding="utf-8")
    return folder


@workflow
def test_an_odd_checkout_behind_a_link_serves_another_folder_and_stays_as_it_was(tmp_path):
    checkout = lay(tmp_path / ODD / "project")
    link, elsewhere = tmp_path / "link", hidden(tmp_path / "elsewhere", "numpy")
    link.symlink_to(checkout)
    before = contents(checkout)
    temporary = tmp_path / ("long" * 30)
    temporary.mkdir()
    status, output = snakemake(
        elsewhere, "-s", link / "Snakefile", "--workflow-profile", link / PROFILE, TARGET,
        PYTHONPATH=str(hidden(tmp_path / "stale", "initbench")), TMPDIR=str(temporary),
    )  # fmt: skip
    assert status == 0, output
    assert "imports for all jobs" not in output
    assert (elsewhere / TARGET).exists()
    assert contents(checkout) == before
    assert list(temporary.iterdir()) == []
    status, output = snakemake(
        tmp_path, "-n", "-s", checkout / "Snakefile", "-d", elsewhere, "--workflow-profile",
        checkout / PROFILE, TARGET,
    )  # fmt: skip
    assert "Nothing to be done" in output


OUTER = """
module initbench:
    snakefile: "../checkout/Snakefile"
    config: config["bench"]

use rule * from initbench as bench_*

onstart:
    initbench.onstart()

onsuccess:
    initbench.onsuccess()

rule own:
    input: "out/tables/tiny/outcomes.parquet"
    output: "own.txt"
    benchmark: "own.tsv"
    default_target: True
    shell: "echo done > {output}"
"""


def outer_project(tmp_path, text=OUTER):
    """Lay a checkout, and beside it a workflow that has it as a module; return its folder."""
    lay(tmp_path / "checkout")
    outer = tmp_path / "outer"
    foreign_method(outer / "methods")
    config = {**tiny(), "results": "out", "methods": "methods"}
    config["inits"]["mine"] = {"method": "mine", "gain": 1.5}
    config["experiments"]["tiny"]["grid"][1]["inits"] = ["mine"]
    write_config(outer, {"bench": config})
    (outer / "Snakefile").write_text('configfile: "config.yaml"\n' + text, encoding="utf-8")
    return outer


@workflow
def test_another_workflow_uses_it_as_a_module_with_a_method_of_its_own(tmp_path):
    outer = outer_project(tmp_path)
    status, output = snakemake(outer)
    assert status == 0, output
    assert jobs(output) == {
        "bench_prepare_data": 1, "bench_train_default": 2, "bench_train_mine": 1,
        "bench_collect_runs": 1, "own": 1,
    }  # fmt: skip
    assert "initbench: 6 jobs to do" in output
    assert (outer / "own.txt").exists()
    with (outer / "methods/mine.py").open("a", encoding="utf-8") as file:
        file.write("LATER = 1\n")
    status, output = snakemake(outer, "-n")
    assert jobs(output) == {"bench_train_mine": 1, "bench_collect_runs": 1, "own": 1}


@workflow
@pytest.mark.parametrize("folder", ["{x}", "a:b", "<r>"])
def test_a_folder_that_would_be_misread_is_refused_in_one_sentence(tmp_path, folder):
    checkout = lay(tmp_path / folder / "project")
    status, output = snakemake(checkout, "-n", TARGET)
    assert status != 0
    assert "initbench: Python or Snakemake would read the '" in output
    assert "move the checkout" in output


@workflow
def test_a_prefix_for_the_module_is_refused_in_one_sentence(tmp_path):
    text = OUTER.replace(
        '    config: config["bench"]', '    config: config["bench"]\n    prefix: "x"'
    )
    status, output = snakemake(outer_project(tmp_path, text), "-n")
    assert status != 0
    assert "initbench: its files cannot have a prefix; give `results` and `reports`" in output


@workflow
def test_a_closed_terminal_leaves_no_lock(tmp_path):
    project = lay(tmp_path / "project")
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(project)
        words = [str(SNAKEMAKE), "-c1", "--workflow-profile", PROFILE, TARGET]
        os.execv(words[0], words)
    os.set_blocking(terminal, False)
    shown = b""

    def at_work():
        nonlocal shown
        with suppress(BlockingIOError):
            shown += os.read(terminal, 65536)
        return b"train tiny" in shown

    wait_until(at_work)
    assert list((project / ".snakemake/locks").iterdir())
    os.close(terminal)
    os.waitpid(process, 0)
    assert not list((project / ".snakemake").glob("locks/*"))


REFUSED = "Snakemake could not start jobs from"
TO_PYTHON = "initbench needs Python 3.11 or newer, but 'false' is missing"


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [
        *((name, REFUSED) for name in (ODD, "a b", "it's", "$HOME", "#x", "[ab]", "{x}", "a:b")),
        *((name, TO_PYTHON) for name in ("-dash", "ü", "a+b,c=d@e%f")),
    ],
)
def test_make_says_at_once_whether_a_folder_will_do(tmp_path, folder, sentence):
    project = tmp_path / folder
    project.mkdir()
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, project)
    done = subprocess.run(
        ["make", "report", "PYTHON=false", "CORES=1"],
        cwd=project,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode != 0
    assert done.stderr.startswith(sentence)
    assert not (project / ".venv").exists()


def test_make_keeps_copies_here_where_the_usual_place_cannot_be_written(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    more = "show: ; @echo $$XDG_CACHE_HOME $$PYTHONPATH $${SNAKEMAKE_PROFILE-none}\n"
    with (tmp_path / "Makefile").open("a", encoding="utf-8") as file:
        file.write(more)
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path / "file"), "PYTHONPATH": "theirs",
        "SNAKEMAKE_PROFILE": "theirs", "CDPATH": "/",
    }  # fmt: skip
    done = subprocess.run(
        ["make", "-s", "-C", tmp_path, "show"],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.stdout == f"{tmp_path}/.snakemake/cache src none\n"


def test_the_preview_names_its_config_from_any_folder():
    file = ROOT / "workflow/profiles/preview/config.yaml"
    profile = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert (ROOT / "workflow/profiles/preview" / profile["configfile"]).is_file()
    assert "/" not in profile["configfile"]  # Snakemake takes a bare name from beside the profile


@pytest.fixture
def own_methods(tmp_path, monkeypatch):
    """Return a folder with the method `mine`, known to the catalogue in this test only."""
    monkeypatch.setenv(_catalogue.FOLDERS, "")
    folder = foreign_method(tmp_path / "methods:own")
    inits.look_in(str(folder))
    return folder


def test_a_method_outside_of_the_package_is_a_method(own_methods):
    hidden(own_methods, "plot")  # which has no rule beside it
    assert "mine" in inits.names()
    assert "plot" not in inits.names()
    assert inits.parameters("mine") == {"gain": 1.0, "bias": "zero"}
    assert inits.source_file("mine") == own_methods / "mine.py"
    assert config_checks.rule_file("mine", ROOT) == own_methods / "mine.smk"
    assert inits.load("mine").METHOD.name == "mine"


def test_a_method_outside_cannot_take_the_name_of_one_inside(own_methods):
    shutil.copy(own_methods / "mine.py", own_methods / "default.py")
    with pytest.raises(InitbenchError, match=r"'default' is both in .* and in .*; rename yours"):
        inits.source_file("default")


def test_a_missing_folder_of_methods_is_named(tmp_path):
    with pytest.raises(InitbenchError, match=r"`methods` of config\.yaml is 'nowhere'"):
        inits.look_in("nowhere")
