"""The folders that config.yaml names: which of them the pipeline may fill, and what there is its.

Snakemake deletes what its rules list as output, before a job and after a failed one. So the
pipeline writes only where nothing stands but what it wrote itself, by a record in the folder.
"""

import json
import os
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path, PurePosixPath
from typing import Any

from initbench import io
from initbench.errors import InitbenchError

RECORD = "initbench.json"  # in a folder that the pipeline filled
PLAN = {"jobs", "files", "started"}  # keys of plan.json, by which older results are known
FILES = ("report.html", "verdicts.json", "manifest.json", "report.bib")
# What the pipeline writes at the top of each folder.
NAMES = {
    "results": (
        *("runs", "probes", "matrices", "tables", "data", "evidence", "figures", "board", "logs"),
        *("benchmarks", "verdicts", "verdicts.json", "stability", "stability.json", "plan.json"),
        *("controls.json", "cards.json", "environment.json", "costs.json", "manifest.json"),
    ),
    "reports": (*FILES, "figures", "tables"),
}
# Folders of the project itself; the hidden ones at its top belong to tools.
SOURCES = ("src", "workflow", "tests", "docs", "data", "reports/reference", "reports/first-edition")
ODD = set("{}<>*?[]$\\\"'`|;&")  # characters that Snakemake or a shell reads as more than a name


def check(config: Mapping[str, Any], root: Path) -> None:
    """Raise InitbenchError, one sentence, unless `results`, `reports` and `data_folder` can serve.

    `root` is the project's folder. What is relative starts at the working directory.
    """
    for key in (*NAMES, "data_folder"):
        _check_spelling(key, config[key])
    for key in NAMES:
        _check_place(key, config[key], root)
    for one, other in combinations((*NAMES, "data_folder"), 2):
        _check_apart((one, config[one]), (other, config[other]))
    if os.path.exists(config["data_folder"]) and not os.path.isdir(config["data_folder"]):
        raise _wrong("data_folder", config["data_folder"], "is no folder; name that of the images")
    for key in NAMES:
        _check_writable(key, Path(config[key]))
        _check_owner(key, Path(config[key]))


def _check_spelling(key: str, value: str) -> None:
    """Refuse what is no plain path: Snakemake compares paths letter by letter."""
    if "://" in value:
        raise _wrong(key, value, "is an address; name a folder of this machine")
    if value.startswith("~"):
        raise _wrong(key, value, f"is not expanded; write '{os.path.expanduser(value)}'")
    if ODD.intersection(value) or not value.isprintable() or value[0] == "-":
        raise _wrong(key, value, "has characters that no folder here may have; name another folder")
    if value != value.strip() or max(map(len, value.encode().split(b"/"))) > 200:
        raise _wrong(key, value, "starts or ends in a blank or is too long; name another folder")
    plain = os.path.normpath(value)
    if value != plain:
        raise _wrong(key, value, f"is not in its shortest form; write '{plain}'")


def _wrong(key: str, value: object, why: str) -> InitbenchError:
    return InitbenchError(f"`{key}` of config.yaml is {str(value)!r}, which {why}.")


def _check_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    (key, folder), (other_key, other_folder) = one, other
    if _within(folder, other_folder) or _within(other_folder, folder):
        why = f"shares its place with `{other_key}` ('{other_folder}'); keep them apart"
        raise _wrong(key, folder, why)


def _check_place(key: str, folder: str, root: Path) -> None:
    """Refuse the checkout itself, what it lies in, and its own folders."""
    for base in (root, Path.cwd()):
        if _within(base, folder):
            raise _wrong(key, folder, f"is or holds the whole of {base}; {_hint(key)}")
    hidden = [path for base in (root, Path.cwd()) for path in _hidden(base)]
    for path in (*hidden, *(root / name for name in SOURCES)):
        if _within(folder, path):
            raise _wrong(
                key, folder, f"is or lies in {path}, a folder of the project; {_hint(key)}"
            )


def _hidden(base: Path) -> list[Path]:
    """Return the hidden folders of `base`, and those that tools will make there."""
    return [base / ".git", base / ".snakemake", *filter(Path.is_dir, base.glob(".*"))]


def _hint(key: str) -> str:
    return f"name a folder that may be filled, such as '{key}'"


def _within(inner: str | Path, outer: str | Path) -> bool:
    """Tell whether `inner` is `outer` or lies in it, whatever links and names lead there."""
    inner, outer = Path(os.path.realpath(inner)), Path(os.path.realpath(outer))
    return any(path == outer or _same(path, outer) for path in (inner, *inner.parents))


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return False


def _check_writable(key: str, folder: Path) -> None:
    """Refuse a folder that cannot be written; one that is not there yet is made later."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        raise InitbenchError(
            f"'{there}' is not a folder that can be written, but `{key}` of config.yaml is "
            f"'{folder}'; free that path or name another folder."
        )


def _check_owner(key: str, folder: Path) -> None:
    """Refuse a folder where something else has a name that the pipeline would write."""
    for name in _suspects(key, folder):
        if os.path.lexists(folder / name):
            raise _wrong(
                key, str(folder), f"has a '{name}' that this pipeline has no record of having "
                "written; move it away or name another folder"
            )  # fmt: skip


def _suspects(key: str, folder: Path) -> Iterable[str]:
    """Return the names that, if they are in `folder`, are somebody else's."""
    found = _json(folder / RECORD)
    if found is not None and found.get("kind") == key:
        return set(FILES) - written(folder) if key == "reports" else ()
    older = key == "results" and (_json(folder / "plan.json") or {}).keys() >= PLAN
    return () if older else (RECORD, *NAMES[key])


def written(folder: Path) -> set[str]:
    """Return the names, relative to `folder`, of what the pipeline wrote there as a report."""
    found = (_json(folder / RECORD) or {}).get("files")
    return set(filter(_is_ours, found)) if isinstance(found, list) else set()


def _is_ours(name: object) -> bool:
    """Tell whether a recorded name is one that the pipeline writes, not a way out of the folder."""
    top, *rest = PurePosixPath(str(name)).parts or ("",)
    return isinstance(name, str) and top in NAMES["reports"] and ".." not in rest


def _json(path: Path) -> dict[str, Any] | None:
    """Return the object that a JSON file holds, None if there is no such file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def claim(folder: Path) -> None:
    """Leave the record in a folder of results that says whose they are."""
    if not (folder / RECORD).exists():
        _record(folder, "results", ())


def fill(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write the report's files, bytes by name, into `folder`, and remove what it no longer has.

    Only what an earlier call wrote is replaced or removed; InitbenchError names anything else
    that is in the way, before the first file is written.
    """
    earlier = written(folder)
    for name in contents.keys() - earlier:
        if os.path.lexists(folder / name):
            raise InitbenchError(
                f"{folder / name} was not written by this pipeline, which has a file of that name "
                "to write; move it away and run again."
            )
    _record(folder, "reports", earlier | contents.keys())
    for name, content in contents.items():
        io.write_bytes(folder / name, content)
    for name in earlier - contents.keys():
        (folder / name).unlink(missing_ok=True)
    _record(folder, "reports", contents)


def _record(folder: Path, kind: str, files: Iterable[str]) -> None:
    about = "What initbench wrote here; without this file it refuses to write here again."
    found = {"about": about, "kind": kind, "files": sorted(files)}
    io.write_text(folder / RECORD, json.dumps(found, indent=1) + "\n")
