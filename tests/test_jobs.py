"""What a job says when it fails: one sentence on the screen, everything in its log."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from initbench import io
from initbench.errors import InitbenchError
from initbench.jobs import job as jobs


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "die_with_parent", lambda: None)
    monkeypatch.setattr(jobs.warm_worker, "hand_over", lambda: None)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "logs" / "job.log"


def failed(body, log, capsys):
    """Run a failing job; return the line on the screen and the text of its log."""
    with pytest.raises(SystemExit) as ended, jobs.job(str(log)):
        body()
    assert ended.value.code == 1
    out, screen = capsys.readouterr()
    assert out == ""
    (line,) = screen.splitlines()
    return line, log.read_text(encoding="utf-8") if log.is_file() else ""


def thrown(error):
    def body():
        raise error

    return body


def nothing_left():
    raise OSError(errno.ENOSPC, "No space left on device", "results/a.parquet")


FAILURES = {
    "own sentence": (thrown(InitbenchError("A is B; do C.")), "initbench: A is B; do C."),
    "any error": (thrown(KeyError("oops")), "test_jobs.py:"),
    "without words": (thrown(ZeroDivisionError()), "(ZeroDivisionError); the traceback is in"),
    "many lines": (thrown(RuntimeError("a\nb\n" * 500)), "(RuntimeError: a b a b"),
    "no memory": (thrown(MemoryError()), "(MemoryError); the traceback is in"),
    "no file": (thrown(FileNotFoundError(2, "No such file", "x")), "FileNotFoundError"),
    "disk full": (nothing_left, "there is no room left to write to ([Errno 28] No space left"),
    "quota": (thrown(OSError(errno.EDQUOT, "Quota exceeded")), "there is no room left"),
    "exit 0": (lambda: sys.exit(0), "(sys.exit(0), which nothing that a job calls may do)"),
    "exit": (sys.exit, "(sys.exit(None), which"),
    "exit with words": (lambda: sys.exit("bye"), "(sys.exit('bye'), which"),
    "other letters": (thrown(ValueError("é→")), "(ValueError: é→)"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_is_one_sentence_on_the_screen_and_all_in_the_log(kind, log, capsys):
    body, expected = FAILURES[kind]
    line, text = failed(body, log, capsys)
    assert line.startswith("initbench: ")
    assert line.endswith(".")
    assert expected in line
    assert len(line) < 600
    assert "Traceback (most recent call last)" in text
    assert text.splitlines()[-1].startswith(line[:40])


def test_the_sentence_names_the_file_and_line_and_the_log(log, capsys):
    line, _ = failed(thrown(KeyError("oops")), log, capsys)
    assert line.endswith(f" (KeyError: 'oops'); the traceback is in {log}.")
    assert "test_jobs.py:" in line


def test_what_led_to_an_error_is_in_the_log(log, capsys):
    def body():
        print("on the way")
        try:
            int("x")
        except ValueError as error:
            raise InitbenchError("Say a number; 'x' is none.") from error

    line, text = failed(body, log, capsys)
    assert line == "initbench: Say a number; 'x' is none."
    for words in ("on the way", "invalid literal", "Say a number"):
        assert words in text


def test_a_sound_job_is_silent_and_says_what_it_used(log, capsys):
    with jobs.job(str(log)):
        print("µ")
    assert capsys.readouterr() == ("", "")
    text = log.read_text(encoding="utf-8")
    assert text.startswith("µ\ninitbench used ")


def test_an_interrupt_is_left_alone(log):
    with pytest.raises(KeyboardInterrupt), jobs.job(str(log)):
        raise KeyboardInterrupt


@pytest.mark.parametrize("obstacle", ["folder", "file above"])
def test_a_log_that_cannot_be_written_is_said(log, capsys, obstacle):
    if obstacle == "folder":
        log.mkdir(parents=True)
    else:
        log.parent.write_bytes(b"")
    line, _ = failed(lambda: None, log, capsys)
    assert str(log.parent) in line


FULL = """
import resource, sys, warnings
from pathlib import Path
from initbench import io
from initbench.jobs.job import job
with job("log"):
    warnings.warn("take care")
    io.write_bytes(Path("done"), b"x" * 900)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    io.write_bytes(Path("done"), b"y" * 100_000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files")
def test_a_full_disk_is_one_sentence_and_leaves_what_is_done(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL], cwd=tmp_path, capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("initbench: there is no room left to write to ([Errno 27] File too")
    assert (tmp_path / "done").read_bytes() == b"x" * 900
    assert sorted(path.name for path in tmp_path.iterdir()) == ["done", "log"]
    assert "take care" in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_host_with_an_odd_name_can_write(tmp_path, monkeypatch):
    monkeypatch.setattr(io.socket, "gethostname", lambda: "a/b\n" + "x" * 300)
    io.write_text(tmp_path / "file", "1")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_scripts_import_nothing_before_their_log_is_open():
    for script in (Path(__file__).parents[1] / "workflow/scripts").glob("*.py"):
        before = script.read_text(encoding="utf-8").partition("with job(")[0]
        ours = [line for line in before.splitlines() if "import" in line and "initbench" in line]
        assert ours == ["from initbench.jobs.job import job"], script
