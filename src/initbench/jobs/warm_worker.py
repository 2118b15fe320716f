"""A process that has imported the libraries once and forks a child for each job's script.

Importing torch, pandas and their kin takes seconds; a fork takes milliseconds. Snakemake's main
process starts the worker (workflow/rules/hooks.smk) and the jobs find it by an environment
variable. Without it (another system, a cluster) every job imports for itself; results are the same.
"""

import importlib
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from pathlib import Path

ADDRESS = "INITBENCH_WARM"  # names the worker's socket to the jobs
LIBRARIES = (
    "snakemake.script", "numpy", "pyarrow.parquet", "torch", "torch.optim.adam", "torch.optim.sgd",
    "torch.func", "pandas", "scipy.stats", "pandera.pandas", "matplotlib.figure", "seaborn",
    "statsmodels.api", "sklearn.model_selection",
    "torch.fx.experimental.symbolic_shapes",  # what a network on torch's meta device imports
    "matplotlib.backends.backend_svg", "matplotlib.backends.backend_pdf", "jsonschema",
)  # fmt: skip


def start() -> subprocess.Popen[bytes] | None:
    """Start the worker, on Linux only, where a fork is safe; it ends when its stdin is closed."""
    if sys.platform != "linux":
        return None
    address = str(Path(tempfile.mkdtemp(prefix="initbench-")) / "warm")
    one_thread = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
    worker = subprocess.Popen(
        [sys.executable, "-m", "initbench.jobs.warm_worker", address],
        stdin=subprocess.PIPE,
        env={**os.environ, **one_thread},
    )
    os.environ[ADDRESS] = address
    return worker


def serve(address: str) -> None:
    """Run a child for each script that is sent to the socket `address`, until stdin is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C reaches the jobs; stdin tells the rest
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # leave no zombies
    libraries = list(LIBRARIES)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        while True:
            ready, _, _ = select.select([server, sys.stdin], [], [], 0 if libraries else None)
            if sys.stdin in ready:
                break
            if server in ready:
                _answer(server)
            elif libraries:  # nobody waits: import one more
                importlib.import_module(libraries.pop(0))
    shutil.rmtree(Path(address).parent, ignore_errors=True)


def _answer(server: socket.socket) -> None:
    """Fork a child for the job that knocks."""
    connection, _ = server.accept()
    with connection:
        if os.fork() == 0:
            server.close()
            _run(connection)


def _run(connection: socket.socket) -> None:
    """Run the script that the job names, tell it the exit status, and end this child."""
    for name in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(name, signal.SIG_DFL)
    status = 1
    try:
        folder, script = connection.recv(65536).decode().split("\0")
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
        sys.stdout.flush()
        sys.stderr.flush()
        with suppress(OSError):  # the job may be gone
            connection.send(bytes([status]))
        os._exit(status)


def _end_with(connection: socket.socket) -> None:
    """End this child when the job that asked for it is gone."""
    if not connection.recv(1):
        os._exit(1)


def hand_over() -> None:
    """Let the worker run this script, if there is one, and end with the script's exit status."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(os.environ[ADDRESS])
        except (KeyError, OSError):  # no worker, or none any more
            return
        connection.sendall(f"{Path.cwd()}\0{sys.argv[0]}".encode())
        status = connection.recv(1)
    if not status:
        print("initbench: the job was killed.", file=sys.stderr)
    sys.exit(status[0] if status else 1)


if __name__ == "__main__":
    serve(sys.argv[1])
