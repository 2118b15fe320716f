"""A process that has imported the libraries once and forks a child for each job's script.

Importing torch, pandas and their kin takes seconds; a fork takes milliseconds. Snakemake's main
process starts the worker (workflow/rules/hooks.smk) and the jobs below it find it by an environment
variable. Without it (another system, a cluster, a worker that died) every job imports for itself;
results are the same. The socket has a name but no file, so none can be left behind.
"""

import importlib
import os
import runpy
import secrets
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ADDRESS = "INITBENCH_WARM"  # tells the jobs the name of the worker's socket; empty in its children
ACCEPTED = b"+"
SLOWER = "each imports for itself, which takes longer and changes nothing else."
LIBRARIES = (
    "snakemake.script", "numpy", "pyarrow.parquet", "torch", "torch.optim.adam", "torch.optim.sgd",
    "torch.func", "pandas", "scipy.stats", "pandera.pandas", "matplotlib.figure", "seaborn",
    "statsmodels.api", "sklearn.model_selection",
    "torch.fx.experimental.symbolic_shapes",  # what a network on torch's meta device imports
    "matplotlib.backends.backend_svg", "matplotlib.backends.backend_pdf", "jsonschema",
)  # fmt: skip


def start() -> subprocess.Popen[bytes] | None:
    """Start the worker, on Linux only, where a fork is safe; it ends when its stdin is closed.

    None where it cannot be started, which is said in one line and harms nothing.
    """
    if sys.platform != "linux":
        return None
    name = f"initbench-{secrets.token_hex(16)}"
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"\0{name}")
            server.listen()
            worker = _started(server.fileno())
    except OSError as error:
        print(f"initbench: no process that imports for all jobs ({error}); {SLOWER}")
        return None
    os.environ[ADDRESS] = name
    threading.Thread(target=_tell_of_end, args=[worker], daemon=True).start()
    return worker


def _started(server: int) -> subprocess.Popen[bytes]:
    """Start the worker on a listening socket, from no folder whose files could hide a library."""
    one_thread = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "initbench.jobs.warm_worker", str(server), str(os.getpid())],
        stdin=subprocess.PIPE,
        env={**os.environ, **one_thread},
        pass_fds=[server],
    )


def _tell_of_end(worker: subprocess.Popen[bytes]) -> None:
    """Say so if the worker ends before Snakemake does."""
    if worker.wait():
        print(f"initbench: the process that imports for all jobs has died; {SLOWER}", flush=True)


def serve(server: socket.socket, snakemake: int) -> None:
    """Run a child for each script that a process below `snakemake` sends, until stdin is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C reaches the jobs; stdin tells the rest
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # leave no zombies
    libraries = list(LIBRARIES)
    while True:
        ready, _, _ = select.select([server, sys.stdin], [], [], 0 if libraries else None)
        if sys.stdin in ready:
            break
        if server in ready:
            _answer(server, snakemake)
        elif libraries:  # nobody waits: import one more
            with suppress(Exception):  # a job that needs it will say what is wrong
                importlib.import_module(libraries.pop(0))


def _answer(server: socket.socket, snakemake: int) -> None:
    """Fork a child for the job that knocks; no other process of this or another user gets one."""
    connection, _ = server.accept()
    with connection:
        process, user = _other_end(connection)
        if user == os.getuid() and snakemake in _ancestors(process) and os.fork() == 0:
            server.close()
            _run(connection)


def _other_end(connection: socket.socket) -> tuple[int, int]:
    """Return the process and the user at the other end, as the kernel knows them."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    process, user, _ = struct.unpack("iii", credentials)
    return process, user


def _ancestors(process: int) -> Iterator[int]:
    """Yield the processes above `process`, its parent first; none of one that is gone."""
    while process > 1:
        try:
            stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
        process = int(stat.rpartition(")")[2].split()[1])  # behind the name: state, parent
        yield process


def _run(connection: socket.socket) -> None:
    """Run the script that the job names, tell it the exit status, and end this child."""
    for name in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(name, signal.SIG_DFL)
    os.environ[ADDRESS] = ""
    status = 1
    try:
        connection.send(ACCEPTED)
        folder, script = os.fsdecode(connection.recv(65536)).split("\0")
        threading.Thread(target=_end_with, args=[connection], daemon=True).start()
        os.chdir(folder)
        sys.argv = [script]
        runpy.run_path(script, run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # the terminal may be gone, the stream closed
                stream.flush()
        with suppress(OSError):  # the job may be gone
            connection.send(bytes([status & 0xFF]))
        os._exit(status & 0xFF)


def _end_with(connection: socket.socket) -> None:
    """End this child when the job that asked for it is gone."""
    if not connection.recv(1):
        os._exit(1)


def is_child() -> bool:
    """Tell whether this process is a worker's child: it ends with its job, not with the worker."""
    return os.environ.get(ADDRESS) == ""


def hand_over() -> None:
    """Let the worker run this script, if there is one, and end with the script's exit status."""
    status = b""
    with socket.socket(socket.AF_UNIX) as connection:
        if is_child() or not _accepted(connection):
            return
        with suppress(OSError):
            connection.sendall(os.fsencode(f"{Path.cwd()}\0{sys.argv[0]}"))
            status = connection.recv(1)
    if not status:
        print("initbench: the job was killed.", file=sys.stderr)
    sys.exit(status[0] if status else 1)


def _accepted(connection: socket.socket) -> bool:
    """Connect to the worker; False if there is none, none any more, or it is not for this job."""
    try:
        connection.connect(f"\0{os.environ[ADDRESS]}")
        _, user = _other_end(connection)
        return user == os.getuid() and connection.recv(1) == ACCEPTED
    except (KeyError, OSError):
        return False


if __name__ == "__main__":
    with suppress(OSError):  # no more processes or open files: the jobs help themselves
        serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
        sys.exit()
    sys.exit(1)
