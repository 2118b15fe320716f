"""What every job of the workflow does around its work: log, one-sentence errors, no orphans."""

import ctypes
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from initbench.errors import InitbenchError

PR_SET_PDEATHSIG = 1  # prctl(2), Linux


@contextmanager
def job(log: str) -> Iterator[None]:
    """Run the body with its output in the file `log`.

    An InitbenchError ends the job with its one sentence, other errors with their traceback.
    """
    die_with_parent()
    with Path(log).open("w") as file, redirect_stdout(file), redirect_stderr(file):
        try:
            yield
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
