"""The scaffold writes a method that works as it is, and never over an existing file."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from initbench.errors import InitbenchError
from initbench.tools import scaffold

ROOT = Path(__file__).parents[1]
USE_IT = """
import torch, yaml
from pathlib import Path
from initbench import architectures, inits
from initbench.grid import config
grid = yaml.safe_load(Path("config.yaml").read_text())
grid["inits"]["made_by_this_test"] = {"method": "made_by_this_test"}
crossing = {"datasets": ["moons"], "architectures": ["tanh_chain"], "inits": ["made_by_this_test"]}
grid["experiments"]["tiny_sgd"]["grid"].append({**crossing, "seeds": 20, "block": 10})
config.validate(grid, Path.cwd())
print(sum(cell.init == "made_by_this_test" for cell in config.cells(grid)))
net = architectures.build(grid["architectures"]["tanh_chain"])
inits.initialize(net, "made_by_this_test", {}, 7)
print(all(torch.isfinite(p).all() for p in net.parameters()))
"""


@pytest.fixture
def checkout(tmp_path):
    """A copy of what the scaffold reads and of what must accept its files."""
    for folder in ("src", "workflow"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "config.yaml", tmp_path)
    return tmp_path


def run(checkout, *command):
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=checkout,
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )


def test_a_new_method_is_accepted_and_draws(checkout):
    made = run(checkout, "-m", "initbench.tools.scaffold", "made_by_this_test")
    assert made.returncode == 0, made.stderr
    assert "made_by_this_test: {method: made_by_this_test}" in made.stdout
    used = run(checkout, "-c", USE_IT)
    assert used.stdout.split() == ["2", "True"], used.stderr


def test_a_new_method_keeps_its_whole_contract_as_it_is(checkout):
    scaffold.scaffold("made_by_this_test", checkout)
    suite = "tests/contract/test_inits.py"
    for file in ("pyproject.toml", "tests/conftest.py", "tests/init_zoo.py", suite):
        (checkout / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, checkout / file)
    chosen = "made_by_this_test or rule_file"
    done = run(checkout, "-m", "pytest", "-p", "no:cacheprovider", suite, "-k", chosen)
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 30, done.stdout


def test_its_rule_is_that_of_every_other_method(checkout):
    _, rule = scaffold.scaffold("made_by_this_test", checkout)
    folder = checkout / rule.parent
    assert (checkout / rule).name == "made_by_this_test.smk"
    for other in folder.glob("*.smk"):
        expected = other.read_text(encoding="utf-8").replace(other.stem, "made_by_this_test")
        assert (checkout / rule).read_text(encoding="utf-8") == expected, other


def test_both_files_are_formatted_and_linted_as_they_are(checkout):
    method, _ = scaffold.scaffold("made_by_this_test", checkout)
    shutil.copy(ROOT / "pyproject.toml", checkout)
    for command in (["check"], ["format", "--check"]):
        done = run(checkout, "-m", "ruff", *command, "--no-cache", str(method))
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", [
    *("", "My_method", "2nd", "a-b", "a.b", "../a", "_a", "méthode", "a\n", "a" * 65),
    *("class", "match", "random", "torch"),
])  # fmt: skip
def test_a_name_that_is_no_module_is_refused(tmp_path, name):
    with pytest.raises(InitbenchError, match="cannot name a method"):
        scaffold.scaffold(name, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["orthogonal", "half_made"])
def test_an_existing_file_is_kept(checkout, name):
    file = checkout / "src/initbench/inits" / f"{name}.py"
    file.touch()  # the second name has no rule yet
    before = file.read_text(encoding="utf-8")
    with pytest.raises(InitbenchError, match=rf"{name}\.py exists already"):
        scaffold.scaffold(name, checkout)
    assert file.read_text(encoding="utf-8") == before
    assert not (checkout / "workflow/rules/inits/half_made.smk").exists()


def test_a_rule_without_method_stops_before_anything_is_written(checkout):
    rule = checkout / "workflow/rules/inits/made_by_this_test.smk"
    rule.write_text("mine\n", encoding="utf-8")
    with pytest.raises(InitbenchError, match=r"made_by_this_test\.smk exists already"):
        scaffold.scaffold("made_by_this_test", checkout)
    assert rule.read_text(encoding="utf-8") == "mine\n"
    assert not (checkout / "src/initbench/inits/made_by_this_test.py").exists()


def test_the_command_ends_with_one_sentence():
    with pytest.raises(SystemExit, match=r"^initbench: .*zeros\.py exists already"):
        scaffold.main(["zeros"])
