"""The warm worker: it runs scripts as if each had a Python of its own, and leaves no trace."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from initbench.jobs import warm_worker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are safe on Linux only")
HAND_OVER = "from initbench.jobs.warm_worker import hand_over\nhand_over()\n"


@pytest.fixture(scope="module")
def worker():
    """Return a running worker below this process, with no address left afterwards."""
    assert warm_worker.ADDRESS not in os.environ
    process = warm_worker.start()
    yield process
    process.stdin.close()
    assert process.wait(60) == 0
    os.environ.pop(warm_worker.ADDRESS)


def run(folder: Path, body: str) -> subprocess.CompletedProcess[str]:
    script = folder / "script.py"
    script.write_text(HAND_OVER + body, encoding="utf-8")
    return subprocess.run(
        [sys.executable, script], cwd=folder, capture_output=True, encoding="utf-8", timeout=60,
        check=False,
    )  # fmt: skip


def test_a_script_runs_in_a_child_of_the_worker_in_its_own_folder(worker, tmp_path):
    body = "import os, pathlib\npathlib.Path('seen').write_text(f'{os.getppid()} {os.getcwd()}')"
    assert run(tmp_path, body).returncode == 0
    assert (tmp_path / "seen").read_text(encoding="utf-8") == f"{worker.pid} {tmp_path}"


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
    (tmp_path / "script.py").write_text(HAND_OVER + body + "time.sleep(600)", encoding="utf-8")
    job = subprocess.Popen([sys.executable, "script.py"], cwd=tmp_path)
    _wait_for(
        lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(encoding="utf-8")
    )
    child = int((tmp_path / "pid").read_text(encoding="utf-8"))
    job.send_signal(signal.SIGKILL)
    job.wait()
    _wait_for(lambda: not Path(f"/proc/{child}").exists())


def test_children_do_not_share_what_they_import(worker, tmp_path):
    (tmp_path / "mine.py").write_text("VALUE = 1\n", encoding="utf-8")
    body = "import sys\nsys.path.insert(0, '.')\nimport mine\nsys.exit(mine.VALUE)"
    assert run(tmp_path, body).returncode == 1
    (tmp_path / "mine.py").write_text("VALUE = 22\n", encoding="utf-8")
    assert run(tmp_path, body).returncode == 22


def test_without_a_worker_a_script_runs_by_itself(tmp_path, monkeypatch):
    monkeypatch.setenv(warm_worker.ADDRESS, str(tmp_path / "nobody"))
    assert run(tmp_path, "import sys; sys.exit(4)").returncode == 4


def _wait_for(condition) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def another(monkeypatch):
    """Return a function that starts a worker for one test, which takes the first one's place."""
    processes = []

    def start():
        monkeypatch.setenv(warm_worker.ADDRESS, "to be restored")
        processes.append(warm_worker.start())
        return processes[-1]

    yield start
    for process in processes:
        process.stdin.close()
        process.wait(60)


def test_a_process_that_is_not_below_snakemake_runs_for_itself(worker, tmp_path):
    body = "import os, pathlib\npathlib.Path('new').write_text(str(os.getppid()))\n"
    (tmp_path / "script.py").write_text(
        HAND_OVER + body + "os.rename('new', 'seen')", encoding="utf-8"
    )
    command = ["setsid", "--fork", sys.executable, "script.py"]  # the parent is gone at once
    subprocess.run(command, cwd=tmp_path, check=True)
    _wait_for((tmp_path / "seen").exists)
    assert int((tmp_path / "seen").read_text(encoding="utf-8")) not in (worker.pid, os.getpid())


def test_a_killed_worker_ends_no_job_and_later_ones_run_for_themselves(another, tmp_path, capfd):
    worker = another()
    body = (
        "import os, sys, time\nfrom pathlib import Path\n"
        "from initbench.jobs.job import die_with_parent\ndie_with_parent()\n"
        "Path('begun').write_text('')\n"
        "while not Path('go').exists():\n    time.sleep(0.05)\n"
        "sys.exit(5)"
    )
    (tmp_path / "script.py").write_text(HAND_OVER + body, encoding="utf-8")
    job = subprocess.Popen([sys.executable, "script.py"], cwd=tmp_path)
    _wait_for((tmp_path / "begun").exists)
    worker.kill()
    worker.wait()
    (tmp_path / "go").write_text("", encoding="utf-8")
    assert job.wait(60) == 5
    assert run(tmp_path, "import sys; sys.exit(4)").returncode == 4
    said = []
    _wait_for(lambda: said.append(capfd.readouterr().out) or "has died; each imports" in said[-1])


def test_a_library_that_cannot_be_imported_is_left_out(another, tmp_path, monkeypatch):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/snakemake.py").write_text(
        "1 / 0", encoding="utf-8"
    )  # the first that the worker imports
    paths = [str(tmp_path / "broken"), os.environ["PYTHONPATH"]]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    another()
    _wait_for(lambda: run(tmp_path, "import sys; sys.exit('numpy' in sys.modules)").returncode)


def test_every_library_exists():
    assert all(find_spec(name) for name in warm_worker.LIBRARIES)


def test_a_worker_that_cannot_start_is_said_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(warm_worker.ADDRESS, "unchanged")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    assert warm_worker.start() is None
    assert os.environ[warm_worker.ADDRESS] == "unchanged"
    assert capsys.readouterr().out.startswith("initbench: no process that imports for all jobs (")
