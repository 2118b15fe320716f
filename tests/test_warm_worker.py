"""The warm worker: it runs scripts as if each had a Python of its own, and leaves no trace."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from initbench.jobs import warm_worker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are safe on Linux only")
HAND_OVER = "from initbench.jobs.warm_worker import hand_over\nhand_over()\n"


@pytest.fixture(scope="module")
def worker():
    """Return a running worker, with no address left in the environment afterwards."""
    before = os.environ.get(warm_worker.ADDRESS)
    process = warm_worker.start()
    address = Path(os.environ[warm_worker.ADDRESS])
    end = time.monotonic() + 60
    while not address.exists():
        assert time.monotonic() < end, "the worker never listened"
        time.sleep(0.05)
    yield process
    process.stdin.close()
    assert process.wait(60) == 0
    assert not address.parent.exists()
    os.environ.pop(warm_worker.ADDRESS)
    assert before is None


def run(folder: Path, body: str) -> subprocess.CompletedProcess[str]:
    script = folder / "script.py"
    script.write_text(HAND_OVER + body)
    return subprocess.run(
        [sys.executable, script], cwd=folder, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


def test_a_script_runs_in_a_child_of_the_worker_in_its_own_folder(worker, tmp_path):
    body = "import os, pathlib\npathlib.Path('seen').write_text(f'{os.getppid()} {os.getcwd()}')"
    assert run(tmp_path, body).returncode == 0
    assert (tmp_path / "seen").read_text() == f"{worker.pid} {tmp_path}"


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 0), ("import sys; sys.exit(3)", 3), ("raise SystemExit('no')", 1), ("1 / 0", 1)],
)
def test_the_exit_status_is_the_scripts(worker, tmp_path, body, status):
    assert run(tmp_path, body).returncode == status


def test_a_killed_child_is_a_failed_job(worker, tmp_path):
    done = run(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert done.returncode == 1
    assert "the job was killed" in done.stderr


def test_a_child_ends_with_the_job_that_asked_for_it(worker, tmp_path):
    body = "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\n"
    (tmp_path / "script.py").write_text(HAND_OVER + body + "time.sleep(600)")
    job = subprocess.Popen([sys.executable, "script.py"], cwd=tmp_path)
    _wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    child = int((tmp_path / "pid").read_text())
    job.send_signal(signal.SIGKILL)
    job.wait()
    _wait_for(lambda: not Path(f"/proc/{child}").exists())


def test_children_do_not_share_what_they_import(worker, tmp_path):
    (tmp_path / "mine.py").write_text("VALUE = 1\n")
    body = "import sys\nsys.path.insert(0, '.')\nimport mine\nsys.exit(mine.VALUE)"
    assert run(tmp_path, body).returncode == 1
    (tmp_path / "mine.py").write_text("VALUE = 22\n")
    assert run(tmp_path, body).returncode == 22


def test_without_a_worker_a_script_runs_by_itself(tmp_path, monkeypatch):
    monkeypatch.setenv(warm_worker.ADDRESS, str(tmp_path / "nobody"))
    assert run(tmp_path, "import sys; sys.exit(4)").returncode == 4


def _wait_for(condition) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
