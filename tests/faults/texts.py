"""Bad texts of config.yaml, through the real command: what no parsed value can show."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import yaml

from faults.configs import sound
from faults.ground import HANGS, Ground, snakemake
from faults.verdict import Case, Verdict, refusal, sentences
from workflow_grid import jobs

TARGET = "results/tables/tiny/outcomes.parquet"
LINES = yaml.safe_dump(sound(), sort_keys=False).splitlines(keepends=True)
WHOLE = "".join(LINES)


def twin(key: str) -> str:
    """Return the sound text with its first line of `key` twice."""
    at = next(k for k, line in enumerate(LINES) if line.strip().startswith(f"{key}:"))
    return "".join([*LINES[: at + 1], *LINES[at:]])


def _file(content: str | bytes) -> Callable[[Path], None]:
    data = content.encode() if isinstance(content, str) else content
    return lambda path: path.write_bytes(data) and None


def _folder(path: Path) -> None:
    path.mkdir()


def _circle(path: Path) -> None:
    path.symlink_to(path)


def _missing(path: Path) -> None:
    """Leave no file at all."""


# Each makes config.yaml; the words are those of which the refusal must hold one.
TEXTS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "twin of a top-level key": (_file(twin("purpose")), ["purpose"]),
    "twin of an entry": (_file(twin("seed_base")), ["seed_base"]),
    "twin inside an entry": (_file(twin("noise")), ["noise"]),
    "twin of a family": (_file(twin("learning_rate")), ["learning_rate"]),
    "tab": (_file(WHOLE + "\tx: 1\n"), ["line", "tab", "\\t"]),
    "broken anchor": (_file(WHOLE + "x: *nobody\n"), ["nobody"]),
    "open quote": (_file(WHOLE + 'x: "open\n'), ["line"]),
    "open bracket": (_file(WHOLE + "x: [1, 2\n"), ["line"]),
    "two documents": (_file(WHOLE + "---\nx: 1\n"), ["document", "line"]),
    "python object": (_file(WHOLE + "x: !!python/object/apply:os.getcwd []\n"), ["python", "line"]),
    "unknown tag": (_file(WHOLE + "x: !mine 1\n"), ["!mine", "line"]),
    "latin-1": (_file(WHOLE.encode() + "# größe\n".encode("latin-1")), ["UTF-8", "utf-8"]),
    "utf-16": (_file(WHOLE.encode("utf-16")), ["config.yaml", "UTF-8"]),
    "NUL bytes": (_file(WHOLE + "\0\0\n"), ["line", "\\x00", "x00"]),
    "billion laughs": (
        _file(WHOLE + "a: &a [x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n"
              for a, b in zip("abcdefghijklmno", "bcdefghijklmnop", strict=True))), ["a"]),
    "nested 2000 deep": (_file(WHOLE + "x: " + "[" * 2000 + "]" * 2000 + "\n"), ["x", "deep"]),
    "empty": (_file(""), ["config.yaml"]),
    "a list": (_file("[1, 2]\n"), ["config.yaml"]),
    "a word": (_file("lots\n"), ["config.yaml"]),
    "comments alone": (_file("# nothing\n"), ["config.yaml"]),
    "cut in the middle": (_file(WHOLE[: len(WHOLE) // 2]), ["config.yaml", "line", "required"]),
    "a folder": (_folder, ["config.yaml"]),
    "a link to itself": (_circle, ["config.yaml"]),
    "missing": (_missing, ["config.yaml"]),
    "a key that is a list": (_file(WHOLE + "? [1, 2]\n: 3\n"), ["[1, 2]", "line", "1, 2"]),
    "a key that is a number": (_file(WHOLE + "7: 3\n"), ["7"]),
    "a key that is null": (_file(WHOLE + "~: 3\n"), ["None", "null", "~"]),
    "a date": (_file(WHOLE.replace("0.03", "2026-01-01")), ["2026", "learning_rate"]),
    "Windows line ends, unknown key": (_file(WHOLE.replace("\n", "\r\n") + "x: 1\r\n"), ["x"]),
    "a byte order mark, unknown key": (_file("\ufeff" + WHOLE + "x: 1\n"), ["x"]),
    "a YAML bool for a name": (_file(WHOLE.replace("- default", "- no")), ["False", "no"]),
}  # fmt: skip


def cases(ground: Ground) -> Iterator[Case]:
    """Yield the texts in a random order; the first is a sound one, which must be accepted."""
    yield Case("sound", partial(_sound, ground))
    names = list(TEXTS)
    ground.random("texts").shuffle(names)
    for name in names:
        yield Case(name, partial(_attempt, ground, *TEXTS[name]))


def _sound(ground: Ground) -> Verdict:
    status, output = _dry_run(ground, _file(WHOLE))
    good = status == 0 and "train_default" in jobs(output)
    return Verdict("survived", "planned") if good else Verdict("wrong", output[-500:])


def _attempt(ground: Ground, lay_config: Callable[[Path], None], words: list[str]) -> Verdict:
    status, output = _dry_run(ground, lay_config)
    return told(status, output, ground.project / "results", words)


def told(status: int, output: str, results: Path, words: list[str]) -> Verdict:
    """Judge the output of a run that must end before its first job, with nothing written."""
    said = sentences(output)
    if status == 0:
        return Verdict("lost", f"accepted: {' | '.join(said)}")
    if status == HANGS or "Traceback" in output or len(said) != 1:
        last = (output.strip().splitlines() or [""])[-1]
        return Verdict("wrong", f"status {status}, {len(said)} sentences, last line: {last}")
    if results.exists():
        return Verdict("wrong", f"{results.name} was written before the refusal: {said[0]}")
    return refusal(said[0], str(results.parent), words)


def _dry_run(ground: Ground, lay_config: Callable[[Path], None]) -> tuple[int, str]:
    path = ground.project / "config.yaml"
    remove(path)
    lay_config(path)
    try:
        return snakemake(ground.project, "-n", TARGET)
    finally:
        remove(path)


def remove(path: Path) -> None:
    """Take away whatever is at `path`."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()
