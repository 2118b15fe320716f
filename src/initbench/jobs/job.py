"""What every job of the workflow does around its work: log, one-sentence errors, no orphans."""

import ctypes
import resource
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from initbench.errors import InitbenchError
from initbench.jobs import warm_worker

PR_SET_PDEATHSIG = 1  # prctl(2), Linux


@contextmanager
def job(log: str) -> Iterator[None]:
    """Run the body with its output in the file `log`.

    An InitbenchError ends the job with its one sentence, other errors with their traceback. Where
    a warm worker is at hand, it runs the whole script, and here the body is never reached.
    """
    die_with_parent()
    warm_worker.hand_over()
    with Path(log).open("w") as file, redirect_stdout(file), redirect_stderr(file):
        try:
            yield
            print(usage(), file=file)
        except InitbenchError as error:
            print(f"initbench: {error}", file=file)
            sys.exit(1)
        except OSError as error:
            print(f"initbench: {error}", file=file)
            traceback.print_exc(file=file)
            sys.exit(1)


def die_with_parent() -> None:
    """Ask the kernel to end this process when Snakemake is killed (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def usage() -> str:
    """Return the line for the log that says what this process used: seconds and megabytes."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return f"initbench used {seconds:.1f} s of processor time and at most {megabytes:.0f} MB"
