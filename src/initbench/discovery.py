"""What a folder holds is found by its files: all count but helpers, whose names begin with `_`.

So that a new method, data set, architecture, probe, check, figure or adjudicator is its file alone.
"""

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType

from initbench.errors import unknown

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parents[1]  # of the checkout


@cache
def modules(folder: str) -> Mapping[str, Path]:
    """Return the files below `folder`, such as "inits", by name, sorted; imports none of them.

    A file of a folder within it has a dotted name: "depth.maps" of "figures".
    """
    root = PACKAGE / folder
    files = [file.relative_to(root) for file in root.rglob("[!_]*.py")]
    return {".".join(file.with_suffix("").parts): root / file for file in sorted(files)}


def module_file(folder: str, kind: str, name: str) -> Path:
    """Return the file of `name` in `folder`; InitbenchError, which says `kind`, if it has none."""
    if name not in modules(folder):
        raise unknown(kind, name, modules(folder))
    return modules(folder)[name]


def load(folder: str, name: str) -> ModuleType:
    """Import and return the module `name` of `folder`."""
    return importlib.import_module(".".join([PACKAGE.name, *folder.split("/"), name]))


def load_all(folder: str) -> None:
    """Import every module of `folder`, each of which registers what it declares."""
    for name in modules(folder):
        load(folder, name)
