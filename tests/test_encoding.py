"""Text is UTF-8 whatever the locale says, and files are written whole, through `initbench.io`."""

import ast
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import report_fixture as fixture
from initbench.report import render
from workflow_grid import ROOT

FILES = sorted(path for top in ("src", "workflow", "tests") for path in (ROOT / top).rglob("*.py"))
STREAMS = {"io.py", "job.py", "planning_scale.py"}  # the way, a log, a program's output


def calls(path):
    """Yield each call in a file with what is called, such as 'path.open', and its last name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            yield node, called, called.rpartition(".")[2]


def is_binary(node):
    modes = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
    return any(isinstance(mode, str) and "b" in mode and len(mode) < 4 for mode in modes)


def says_its_encoding(node, called, name):
    words = {keyword.arg for keyword in node.keywords}
    if "encoding" in words:
        return True
    if name == "read_text":
        return bool(node.args)
    if name == "write_text":
        return called == "io.write_text" or len(node.args) > 1 or called == name
    if name == "open":
        return called in ("os.open", "Image.open") or is_binary(node)
    runs = called.startswith("subprocess.")
    return not (runs and {"text", "universal_newlines"} & words)


@pytest.mark.parametrize("top", ["src", "workflow", "tests"])
def test_each_text_is_opened_with_its_encoding(top):
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in FILES
        if path.is_relative_to(ROOT / top)
        for node, called, name in calls(path)
        if not says_its_encoding(node, called, name)
    ]
    assert silent == []


def test_everything_is_written_through_the_one_way_that_leaves_no_half_file():
    past = [
        f"{path.relative_to(ROOT)}:{node.lineno} {called}"
        for path in FILES
        if not path.is_relative_to(ROOT / "tests") and path.name not in STREAMS
        for node, called, name in calls(path)
        if writes_past(node, called, name)
    ]
    assert past == []


def writes_past(node, called, name):
    words = [ast.unparse(argument) for argument in node.args]
    if name in ("write_text", "write_bytes"):
        return called not in (name, f"io.{name}", f"sealed.{name}")
    if name == "open":
        return any(word in ("'w'", "'a'", "'x'", "'wb'", "'ab'", "'w+'") for word in words)
    if called == "pq.write_table":
        return words[1:] != ["sink"]
    if name in ("savefig", "to_csv"):
        return words not in ([], ["buffer"])
    return name in ("to_parquet", "to_pickle", "savetxt", "savez")


READS = """
import hashlib, locale, sys, warnings
warnings.filterwarnings("error", category=EncodingWarning, module="initbench")
warnings.filterwarnings("error", category=EncodingWarning, module="report_fixture")
import report_fixture as fixture
from initbench.report import render
from initbench import claims, discovery, environment
from initbench.tools import compare
from initbench.costs import estimate
from initbench.figures.kit import catalogue
assert locale.getencoding().lower() not in ("utf-8", "utf8"), locale.getencoding()
claims.load(discovery.ROOT / "workflow/claims")
catalogue.catalogue()
environment.environment()
print(hashlib.sha256(render(fixture.inputs()).encode()).hexdigest())
"""


def test_a_locale_of_other_letters_changes_no_byte():
    environment = {
        **{key: text for key, text in os.environ.items() if not key.startswith(("LC_", "LANG"))},
        **{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("src", "tests")),
    }
    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", READS],
        env=environment, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = hashlib.sha256(render(fixture.inputs()).encode()).hexdigest()
    assert done.stdout.strip() == expected


def test_the_files_are_found():
    assert len(FILES) > 300
    assert ROOT / "workflow/scripts/train.py" in map(Path, FILES)
