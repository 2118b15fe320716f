"""What a folder holds is found by its files: all count but helpers, whose names begin with `_`.

So that a new method, data set, architecture, probe, check, figure or adjudicator is its file alone.
"""

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType

from initbench.errors import InitbenchError, unknown

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
    """Import and return the module `name` of `folder`; InitbenchError where its import fails."""
    module = ".".join([PACKAGE.name, *folder.split("/"), name])
    try:
        return importlib.import_module(module)
    except (Exception, SystemExit) as error:
        line = f", line {error.lineno}," if isinstance(error, SyntaxError) else ""
        words = " ".join(str(error).split())
        raise InitbenchError(
            f"The file {name.replace('.', '/')}.py of {folder}{line} cannot be imported "
            f"({type(error).__name__}: {words}); correct it, or remove it."
        ) from error


def load_all(folder: str) -> None:
    """Import every module of `folder`, each of which registers what it declares."""
    for name in modules(folder):
        load(folder, name)


def shown(path: Path) -> Path:
    """Return the path as an error names it: from the checkout on, if it lies there."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
