"""The project's own files agree: pins, versions, targets, and nothing of one machine in them."""

import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml

import initbench
from project_ledger import the_ledger

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIN = re.compile(r"^([\w.-]+)==([\w.]+)(?: ;.*)?$", re.MULTILINE)
README = (ROOT / "README.md").read_text(encoding="utf-8")
TORCH_FREE = "initbench.grid.config, initbench.claims, initbench.figures, initbench.report"
# Where a home, a mount or a work folder begins, and how a package index is named.
MACHINE_PATH = re.compile(r"(?<![\w.<}*])/(?:home|root|Users|work|workspace|mnt|opt|scratch)/\w")
INDEX = re.compile(r"index-" + r"url|find-" + r"links|https?://\S+/simple\b")


def direct_pins():
    return [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]


def tracked_files():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("pin", direct_pins())
def test_a_direct_pin_is_exact_and_locked(pin):
    locked = PIN.findall((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert PIN.match(pin)
    assert PIN.findall(pin)[0] in locked


def test_the_plugin_of_the_extra_is_the_one_that_is_tested():
    locked = PIN.findall((ROOT / "requirements-slurm.lock").read_text(encoding="utf-8"))
    assert PIN.findall(*PROJECT["optional-dependencies"]["slurm"])[0] in locked


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-slurm.lock"])
def test_the_lock_pins_every_line(lock):
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert packages
    assert [line for line in packages if not PIN.match(line)] == []


def test_conda_has_the_same_direct_pins():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert sorted(pip) == sorted(direct_pins())


def test_citation_has_its_required_keys_and_the_version_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["authors"] == [{"name": author["name"]} for author in PROJECT["authors"]]
    assert citation["license"] == PROJECT["license"]
    assert citation["version"] == PROJECT["version"] == initbench.__version__


def test_the_changelog_and_the_licence_speak_of_this_version_and_these_authors():
    assert PROJECT["version"] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert PROJECT["authors"][0]["name"] in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_every_target_that_the_documentation_names_exists():
    targets = set(
        re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = set()
    for page in ("README.md", "CONTRIBUTING.md", "reports/README.md"):
        named |= set(
            re.findall(
                r"(?:`|^    )make ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE
            )
        )
    assert {"report", "preview", "test", "bench", "init", "help"} <= named
    assert named <= targets


MADE = (
    "make ",
    "results/",
    "reports/",
    ".venv",
)  # commands are tried elsewhere; and what they make
SOURCES = [
    path
    for folder in ("src", "tests", "workflow")
    for path in sorted((ROOT / folder).rglob("*.*"))
    if path.suffix in (".py", ".smk", ".yaml", ".txt")
]


def names_of_contributing():
    """Return what stands in backquotes, but for what a command makes and the reader's own."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    spans = sorted(set(re.findall(r"`([^`]+)`", text)))
    return [span for span in spans if not span.startswith(MADE) and "my_method" not in span]


@cache
def words_of_the_sources():
    texts = (path.read_text(encoding="utf-8") for path in (*SOURCES, *ROOT.glob("*.*ml")))
    return {word for text in texts for word in re.findall(r"\w+", text)}


@pytest.mark.parametrize("name", names_of_contributing())
def test_every_name_in_contributing_exists(name):
    if re.fullmatch(r"[\w./-]+", name) and re.search(r"/|\.\w+$", name):
        module = name.replace(".", "/") + ".py"
        places = [ROOT / name, ROOT / "src/initbench" / name, ROOT / "src" / module]
        assert name in {path.name for path in SOURCES} or any(map(Path.exists, places))
    else:
        bare = re.sub('"[^"]*"', "", name)  # where a made-up example may stand
        assert set(re.findall(r"[A-Za-z_]\w+", bare)) <= words_of_the_sources()


def test_make_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (help .*)$", makefile, re.MULTILINE)[1].split()
    printed = subprocess.run(
        ["make", "--no-print-directory"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert re.findall(r"^make (\w+) +\w", printed.stdout, re.MULTILINE) == targets


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(path):
    assert (ROOT / path).exists()


def test_readme_examples_name_a_figure_and_a_claim_that_exist():
    from initbench.figures.kit.registry import registry

    ledger = the_ledger()
    shown = re.findall(r"results/figures/(\w+)\.svg", README)
    judged = re.findall(r"results/verdicts/(\w+)\.json", README)
    assert shown
    assert set(shown) <= set(registry())
    assert judged
    assert set(judged) <= {row.id for row in ledger.rows}


def test_no_file_holds_a_path_or_an_index_of_one_machine():
    found = []
    for file in tracked_files():
        text = file.read_bytes().decode(errors="ignore")
        if "\0" in text:
            continue
        found += [(file.name, hit[0]) for hit in MACHINE_PATH.finditer(text)]
        found += [(file.name, hit[0]) for hit in INDEX.finditer(text)]
    assert [hit for hit in found if hit[0] != Path(__file__).name] == []


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("/" + "home/ann/x", True),
        ("see /" + "mnt/y", True),
        ("src/work/z", False),
        ("https://a/b", False),
    ],
)
def test_the_pattern_of_machine_paths(text, hit):
    assert bool(MACHINE_PATH.search(text)) is hit


def test_what_does_not_train_imports_no_torch():
    code = f"import sys, {TORCH_FREE}; print('torch' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.stdout.strip() == "False", done.stderr
