"""What every job of the workflow does around its work: log, one-sentence errors, no orphans."""

import ctypes
import errno
import os
import resource
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

from initbench.errors import InitbenchError
from initbench.jobs import warm_worker

PR_SET_PDEATHSIG = 1  # prctl(2), Linux
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
LONGEST = 300  # letters of an error that the screen shows; the log has all


@contextmanager
def job(log: str) -> Iterator[None]:
    """Run the body with its output in the file `log`; an error ends the job with status 1.

    The log then holds the traceback and, at its end, the one sentence that the screen shows. Where
    a warm worker is at hand, it runs the whole script, and here the body is never reached.
    """
    die_with_parent()
    warm_worker.hand_over()
    failure: BaseException | None = None
    try:
        with _opened(log) as file, redirect_stdout(file), redirect_stderr(file):
            try:
                yield
                print(usage())
            except (Exception, SystemExit) as error:  # a method may call sys.exit(0)
                failure = error
                traceback.print_exc()
                print(f"initbench: {sentence(error, log)}")
    except OSError as error:  # the log itself cannot be written
        failure = failure or error
    if failure is not None:
        print(f"initbench: {sentence(failure, log)}", file=sys.stderr, flush=True)
        sys.exit(1)


def _opened(log: str) -> TextIO:
    """Return the log, written line by line: what a killed job said is in it."""
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    return Path(log).open("w", encoding="utf-8", errors="backslashreplace", buffering=1)


def sentence(error: BaseException, log: str) -> str:
    """Return in one sentence what ended a job."""
    said = " ".join(str(error).split())[:LONGEST]
    if isinstance(error, InitbenchError):
        return " ".join(str(error).split())
    if isinstance(error, SystemExit):
        said = f"sys.exit({error.code!r}), which nothing that a job calls may do"
    elif isinstance(error, OSError) and error.errno in NO_ROOM:
        return (
            f"there is no room left to write to ({said}); free some space and run again, "
            "what is finished stays."
        )
    else:
        said = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return f"the job failed at {_place(error)} ({said}); the traceback is in {log}."


def _place(error: BaseException) -> str:
    """Return the last file and line before the error that belong to no library."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    return f"{os.path.relpath(ours[-1].filename)}:{ours[-1].lineno}" if ours else "its start"


def die_with_parent() -> None:
    """Ask the kernel to end this process when Snakemake is killed (Linux only)."""
    if sys.platform == "linux" and not warm_worker.is_child():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def usage() -> str:
    """Return the line for the log that says what this process used: seconds and megabytes."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return f"initbench used {seconds:.1f} s of processor time and at most {megabytes:.0f} MB"
