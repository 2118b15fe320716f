"""Provenance: the commit of this very checkout or "unknown", and never an error."""

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

import report_fixture as fixture
from initbench import checkout, environment
from initbench.checkout import Checkout
from initbench.report import render
from initbench.report.bundle import bibliography

COMMIT = ("-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x")
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="asks git")


def git(folder, *words):
    clean = {key: text for key, text in os.environ.items() if not key.startswith("GIT_")}
    date = {"GIT_COMMITTER_DATE": "2026-03-01T12:00:00Z"}
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**clean, **date}, check=True, capture_output=True,
        encoding="utf-8",
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """Return a repository with one commit and a tracked file."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "file").write_text("1", encoding="utf-8")
    git(folder, "add", "file")
    git(folder, *COMMIT)
    return folder


def expected(folder, dirty=False):
    return Checkout(git(folder, "rev-parse", "HEAD"), "2026-03-01", dirty)


def test_the_commit_its_date_and_whether_files_differ(repository):
    assert checkout.checkout(repository) == expected(repository)
    (repository / "file").write_text("2", encoding="utf-8")
    assert checkout.checkout(repository) == expected(repository, dirty=True)


def test_variables_of_another_repository_do_not_mislead(repository, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    git(other, *COMMIT)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "nothing"))
    assert checkout.checkout(repository) == expected(repository)


def test_a_repository_around_it_is_not_its_own(repository):
    inner = repository / "inner"
    inner.mkdir()
    assert checkout.checkout(inner) == Checkout()


def test_a_link_to_a_checkout_and_a_worktree_are_known(repository, tmp_path):
    (tmp_path / "link").symlink_to(repository)
    assert checkout.checkout(tmp_path / "link") == expected(repository)
    git(repository, "worktree", "add", "-q", str(tmp_path / "tree"))
    assert checkout.checkout(tmp_path / "tree") == expected(repository)


def test_a_lock_that_a_dead_git_left_changes_nothing(repository):
    (repository / ".git/index.lock").write_bytes(b"")
    assert checkout.checkout(repository) == expected(repository)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="gives files away")
def test_a_checkout_that_somebody_else_owns_is_known(repository):
    wanted = expected(repository)
    for path in (repository, *repository.rglob("*")):
        os.chown(path, 12345, 12345)
    assert checkout.checkout(repository) == wanted


def test_signatures_are_not_taken_for_a_commit(repository, tmp_path, monkeypatch):
    (tmp_path / ".gitconfig").write_text("[log]\nshowSignature = true\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert checkout.checkout(repository) == expected(repository)


@pytest.mark.parametrize("state", ["no repository", "no commit", "damaged", "gone"])
def test_where_there_is_no_commit_it_is_unknown(tmp_path, state):
    folder = tmp_path / "folder"
    if state != "gone":
        folder.mkdir()
    if state in ("no commit", "damaged"):
        git(folder, "init", "-q")
    if state == "damaged":
        (folder / ".git/HEAD").write_text("nonsense", encoding="utf-8")
    assert checkout.checkout(folder) == Checkout()


PROGRAMS = {
    "slow": "sleep 30",
    "failing": "exit 3",
    "talking nonsense": "echo nonsense",
    "no text": r"printf '\377\376'",
    "crashing": "kill -9 $$",
}


@pytest.mark.parametrize("kind", [*PROGRAMS, "not there", "not allowed"])
def test_a_git_that_does_not_answer_costs_nothing(repository, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(checkout, "PATIENCE", 0.2)
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    if kind != "not there":
        body = PROGRAMS.get(kind, "").replace("sleep", "exec sleep")
        program.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        program.chmod(0o644 if kind == "not allowed" else 0o755)
    path = str(program.parent) + ("" if kind in ("not there", "not allowed") else ":/usr/bin:/bin")
    monkeypatch.setenv("PATH", path)
    assert checkout.checkout(repository) == Checkout()


def test_a_slow_look_at_the_files_leaves_the_commit(repository, monkeypatch):
    real = checkout._git
    monkeypatch.setattr(
        checkout, "_git", lambda root, *words: None if words[0] == "status" else real(root, *words)
    )
    assert checkout.checkout(repository) == expected(repository, dirty=None)


def test_no_part_of_the_environment_can_fail(monkeypatch):
    def fail(*_):
        raise RuntimeError("not today")

    for module, name in (
        (importlib.metadata, "version"),
        (platform, "platform"),
        (environment, "_processor"),
        (environment, "ledger_sha256"),
    ):
        monkeypatch.setattr(module, name, fail)
    monkeypatch.setattr(environment, "checkout", lambda root: Checkout())
    found = environment.environment.__wrapped__()
    assert set(found["packages"].values()) == {"unknown"}
    assert {found[name] for name in ("platform", "processor", "ledger_sha256", "commit")} == {
        "unknown"
    }
    assert found["dirty"] is None
    assert json.loads(json.dumps(found)) == found


def test_a_processor_without_a_name_is_unknown(monkeypatch):
    monkeypatch.setattr(Path, "exists", lambda path: False)
    monkeypatch.setattr(platform, "processor", str)
    assert environment._told(environment._processor) == "unknown"


@pytest.mark.parametrize("commit", ["", "unknown"])
def test_an_unknown_commit_reads_well_everywhere(commit):
    made = fixture.environment() | {"commit": commit, "committed": "", "dirty": None}
    inputs = fixture.inputs(environment=made)
    page, entries = render(inputs), bibliography(inputs)
    assert "version 0.1.0, commit unknown, ledger 9f86d081884c" in entries
    assert "year          = {2026}" in entries
    for text in (page, entries):
        assert "local changes" not in text
        assert "commit ," not in text
        assert "None" not in text
    assert "<dt>Commit</dt><dd><code>unknown</code></dd>" in page


def test_the_page_says_when_it_is_unknown_whether_files_differ():
    page = render(fixture.inputs(environment=fixture.environment() | {"dirty": None}))
    assert "<code>0123456789</code> (whether with local changes is unknown)" in page
