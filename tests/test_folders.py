"""Folders of config.yaml: what is no place to write is refused, what is not ours stays."""

import json
import os
import re
from pathlib import Path

import pytest

from initbench import io
from initbench.errors import InitbenchError
from initbench.grid import folders
from workflow_grid import ROOT

SOUND = {"results": "results", "reports": "reports", "data_folder": "data"}


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Return an empty checkout with the project's own folders, and work in it."""
    root = tmp_path / "outer" / "checkout"
    for name in (*folders.SOURCES, ".git", "src/initbench"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "reports/README.md").write_text("ours", encoding="utf-8")
    monkeypatch.chdir(root)
    return root


def refusal(root, **changes):
    """Return the one sentence in which a config with `changes` is refused."""
    with pytest.raises(InitbenchError) as caught:
        folders.check({**SOUND, **changes}, root)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


@pytest.mark.parametrize(
    "good",
    [
        {},
        {"results": "results/preview", "reports": "reports/preview"},
        {"results": "out", "reports": "published/2026"},
        {"results": "../beside", "reports": "../pages"},
        {"results": "my results", "reports": "résumés"},
        {"data_folder": "../images"},
    ],
)
def test_folders_that_can_be_filled_pass(checkout, good):
    folders.check({**SOUND, **good}, checkout)
    absolute = {key: str(checkout / value) for key, value in {**SOUND, **good}.items()}
    folders.check({key: os.path.normpath(value) for key, value in absolute.items()}, checkout)


@pytest.mark.parametrize("key", ["results", "reports"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        *[(v, "is not in its shortest form") for v in ("out/", "./out", "a//b", "a/../b", "a/.")],
        *[(v, "characters") for v in ("res{x}", "a<b>", "a\nb", "a\tb", "$HOME/r", "*", "it's")],
        *[(v, "characters") for v in ("a\x00b", "-r", "a\u202eb", "a\udcffb")],
        *[(v, "blank or is too long") for v in ("out ", " out", "x" * 256, "ü" * 120)],
        *[(v, "is an address") for v in ("s3://bucket/out", "http://host/out")],
        *[(v, "is not expanded") for v in ("~/out", "~")],
        *[(v, "is or holds the whole") for v in (".", "..", "/", "../..", "../../outer")],
        *[(v, "a folder of the project") for v in ("src", "src/initbench", "src/new", "workflow")],
        *[(v, "a folder of the project") for v in ("tests/out", "docs", ".git", ".git/out")],
        *[(v, "a folder of the project") for v in (".snakemake", "reports/reference")],
        *[(v, "a folder of the project") for v in ("reports/reference/tables", ".snakemake/x")],
        *[(v, "a folder of the project") for v in ("data", "data/mnist", "data/out")],
    ],
)
def test_what_is_no_place_to_write_is_refused(checkout, key, value, words):
    other = {"reports": "pages"} if key == "results" else {"results": "out2"}
    message = refusal(checkout, **{key: value}, **other)
    assert message.startswith(f"`{key}` of config.yaml is {value!r}, which ")
    assert words in message


@pytest.mark.parametrize(
    "both",
    [
        {"results": "out", "reports": "out"},
        {"results": "out", "reports": "out/page"},
        {"results": "out/runs", "reports": "out"},
        {"results": "link", "reports": "real"},
        {"results": "out", "data_folder": "out/data"},
    ],
)
def test_folders_that_lie_in_each_other_are_refused(checkout, both):
    (checkout / "real").mkdir()
    (checkout / "link").symlink_to("real")
    assert "keep them apart" in refusal(checkout, **both)


def test_a_file_is_no_folder_of_data(checkout):
    (checkout / "images").write_bytes(b"")
    assert "is no folder" in refusal(checkout, data_folder="images")


@pytest.mark.parametrize("target", ["src/initbench", "reports/reference", ".git", "."])
def test_a_link_to_the_project_is_seen_through(checkout, target):
    (checkout / "link").symlink_to(target)
    refusal(checkout, results="link")
    if target != ".":
        refusal(checkout, reports="link/deeper")


def test_a_run_from_elsewhere_guards_both_folders(checkout, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    folders.check(SOUND, checkout)
    for bad in (".", ".snakemake/x", str(checkout), str(checkout / "src"), str(tmp_path)):
        refusal(checkout, results=bad)


@pytest.mark.parametrize(
    ("key", "name"), [(key, name) for key in folders.NAMES for name in folders.NAMES[key]]
)
def test_a_name_that_somebody_else_took_is_refused_and_stays(checkout, key, name):
    mine = checkout / "mine" / name
    mine.mkdir(parents=True)
    (mine / "own.txt").write_text("own", encoding="utf-8")
    message = refusal(checkout, **{key: "mine"})
    assert f"has a '{name}' that this pipeline has no record of" in message
    assert (mine / "own.txt").read_text(encoding="utf-8") == "own"


def test_a_dangling_link_and_a_foreign_record_are_in_the_way_too(checkout):
    (checkout / "mine").mkdir()
    (checkout / "mine/report.html").symlink_to("nowhere")
    assert "'report.html'" in refusal(checkout, reports="mine")
    (checkout / "mine/report.html").unlink()
    (checkout / "mine" / folders.RECORD).write_text("[7]", encoding="utf-8")
    assert f"'{folders.RECORD}'" in refusal(checkout, reports="mine")


def test_files_of_other_names_are_no_hindrance(checkout):
    (checkout / "mine").mkdir()
    (checkout / "mine/notes.txt").write_text("own", encoding="utf-8")
    folders.check({**SOUND, "reports": "mine"}, checkout)
    folders.check({**SOUND, "results": "mine"}, checkout)


def test_what_the_pipeline_filled_it_may_fill_again(checkout):
    folders.claim(Path("results"))
    for name in folders.NAMES["results"]:
        (checkout / "results" / name).mkdir()
    folders.fill(Path("reports"), dict.fromkeys((*folders.FILES, "figures/a.svg"), b"x"))
    folders.check(SOUND, checkout)
    refusal(checkout, reports="results", results="reports")  # each by its own kind
    (checkout / "reports" / folders.RECORD).unlink()
    assert "'report.html'" in refusal(checkout)


def test_results_of_earlier_versions_are_known_by_their_plan(checkout):
    (checkout / "results/runs").mkdir(parents=True)
    assert "'runs'" in refusal(checkout)
    plan = dict.fromkeys(folders.PLAN, 0)
    io.write_text(checkout / "results/plan.json", json.dumps(plan))
    folders.check(SOUND, checkout)


def contents(folder):
    """Return the bytes of all files below `folder` but the record."""
    found = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != folders.RECORD}


def test_filling_replaces_and_removes_only_what_it_wrote(tmp_path):
    folders.fill(tmp_path, {"figures/a.svg": b"1", "figures/old.svg": b"1", "report.html": b"1"})
    own = tmp_path / "figures/own.svg"
    own.write_bytes(b"own")
    folders.fill(tmp_path, {"figures/a.svg": b"2", "report.html": b"2"})
    assert contents(tmp_path) == {
        **{"figures/a.svg": b"2", "report.html": b"2", "figures/own.svg": b"own"}
    }


def test_a_file_in_the_way_stops_it_before_anything_is_written(tmp_path):
    folders.fill(tmp_path, {"report.html": b"1", "figures/old.svg": b"1"})
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/A01.csv").write_bytes(b"own")
    before = contents(tmp_path)
    with pytest.raises(InitbenchError, match=r"tables/A01\.csv was not written by this pipeline"):
        folders.fill(tmp_path, {"report.html": b"2", "tables/A01.csv": b"2"})
    assert contents(tmp_path) == before


def test_a_fill_that_fails_half_way_can_be_repeated(tmp_path, monkeypatch):
    files, real = {"report.html": b"1", "verdicts.json": b"1"}, io.write_bytes

    def full(path, data):
        if path.name == "verdicts.json":
            raise OSError(28, "No space left on device")
        real(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(io, "write_bytes", full)
        with pytest.raises(OSError, match="No space left"):
            folders.fill(tmp_path, files)
    folders.fill(tmp_path, files)
    assert contents(tmp_path) == files


@pytest.mark.parametrize("name", ["../own", "/own", "figures/../../own", "own", "", 7, None])
def test_a_record_cannot_lead_out_of_the_folder(tmp_path, name):
    folder = tmp_path / "reports"
    (tmp_path / "own").write_bytes(b"own")
    io.write_text(folder / folders.RECORD, json.dumps({"kind": "reports", "files": [name]}))
    (folder / "own").write_bytes(b"own")
    folders.fill(folder, {"report.html": b"1"})
    assert (tmp_path / "own").read_bytes() == (folder / "own").read_bytes() == b"own"


@pytest.mark.parametrize("key", ["results", "reports"])
def test_the_names_are_those_that_the_rules_write(key):
    rules = [ROOT / "Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
    text = "".join(path.read_text(encoding="utf-8") for path in rules)
    found = set(re.findall(rf'"<{key}>/([^/"]+)', text))
    assert found <= set(folders.NAMES[key])
    assert not re.search(r"directory\(", text)  # Snakemake would delete all that is in it
