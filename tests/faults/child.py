"""Runs a case in a forked child: whatever it does to its process, the campaign goes on."""

import os
import pickle
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from faults.verdict import Verdict, is_ours, refusal

MEMORY = 16 * 2**30  # bytes of addresses: what asks for more gets a MemoryError
PAUSE = 0.003  # seconds between two looks at a child


@dataclass(frozen=True)
class Refusal:
    """The sentence of an InitbenchError."""

    message: str


@dataclass(frozen=True)
class Ended:
    """How a child ended: its status (None: it was killed by us), its screen, its answer."""

    status: int | None
    screen: str
    answer: Any


def run(work: Callable[[], Any], seconds: float) -> Ended:
    """Run `work` in a child for at most so many seconds; an InitbenchError comes as a Refusal."""
    with TemporaryFile() as screen, TemporaryFile() as answer:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            _work(work, screen, answer)
        status = _wait(child, seconds)
        for file in (screen, answer):
            file.seek(0)
        text, found = screen.read().decode(errors="replace"), answer.read()
    return Ended(status, text, pickle.loads(found) if found else None)


def judged(work: Callable[[], Verdict], seconds: float, folder: Path, named: Iterable[str] = ()) \
        -> Verdict:  # fmt: skip
    """Return the verdict of `work` in a child, or what its end says; `named`: see `refusal`."""
    ended = run(work, seconds)
    if isinstance(ended.answer, Refusal):
        return refusal(ended.answer.message, str(folder), named)
    if isinstance(ended.answer, Verdict):
        return ended.answer
    if ended.status is None:
        return Verdict("wrong", f"no answer in {seconds:g} s")
    last = (ended.screen.strip().splitlines() or ["nothing was said"])[-1]
    return Verdict("wrong", f"ended with status {ended.status}: {last}")


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """End the body with a TimeoutError after so many seconds, in this very process."""

    def ring(*_: object) -> None:
        raise TimeoutError(f"no answer in {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _work(work: Callable[[], Any], screen: IO[bytes], answer: IO[bytes]) -> None:
    """Be the child; never return."""
    status = 1
    try:
        os.setpgid(0, 0)
        for stream in (1, 2):
            os.dup2(screen.fileno(), stream)
        sys.stdout = sys.stderr = open(1, "w", closefd=False, encoding="utf-8")  # noqa: SIM115
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        pickle.dump(_caught(work), answer)
        answer.flush()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _caught(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except ValueError as error:
        if not is_ours(error):
            raise
        return Refusal(str(error))


def _wait(child: int, seconds: float) -> int | None:
    """Return the exit status of `child`, or None where it and its own children were killed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(PAUSE)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None
