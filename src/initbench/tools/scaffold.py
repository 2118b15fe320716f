"""Start a new init method: write its two files from the templates and say what is left to do.

python -m initbench.tools.scaffold my_method
"""

import argparse
import keyword
import re
import sys
from pathlib import Path
from string import Template

from initbench import io
from initbench.discovery import ROOT
from initbench.errors import InitbenchError

TEMPLATES = Path("workflow/scaffold")
FILES = {
    "method.py.txt": "src/initbench/inits/{name}.py",
    "method.smk.txt": "workflow/rules/inits/{name}.smk",
}
RESERVED = {*keyword.kwlist, *keyword.softkwlist, *sys.stdlib_module_names} | {
    *("initbench", "torch", "numpy", "scipy"),
}
THIRD_STEP = """\
Wrote {files}.
They hold a working example: put your formula into the first; the tests find it by themselves.
Third step, in config.yaml: name an instance under `inits:`

  {name}: {{method: {name}}}

and add {name} to the `inits: [...]` of an experiment, for instance of tiny_sgd. Only its own
runs, and what depends on them, are new: make report ARGS=--dry-run lists them."""


def scaffold(name: str, root: Path = ROOT) -> list[Path]:
    """Write the method file and the rule file of the method `name` below `root`; return them.

    Raises InitbenchError for a name that is not lower case snake_case, that Python or an import
    of the package needs, or that is taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name) or name in RESERVED:
        raise InitbenchError(
            f"'{name}' cannot name a method; use at most 64 small letters, digits and underscores, "
            "with a letter first, and no word or module of Python, such as my_method."
        )
    files = [Path(target.format(name=name)) for target in FILES.values()]
    for file in files:
        if (root / file).exists():
            raise InitbenchError(f"{file} exists already; choose another name than '{name}'.")
    for template, file in zip(FILES, files, strict=True):
        text = Template((root / TEMPLATES / template).read_text(encoding="utf-8"))
        io.write_text(root / file, text.substitute(name=name))
    return files


def main(arguments: list[str] | None = None) -> None:
    """Scaffold the method that the command line names; a bad name ends with one sentence."""
    parser = argparse.ArgumentParser(
        prog="python -m initbench.tools.scaffold",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", help="name of the method: a Python module's, such as my_method")
    name = parser.parse_args(arguments).name
    try:
        files = " and ".join(map(str, scaffold(name)))
    except InitbenchError as error:
        sys.exit(f"initbench: {error}")
    print(THIRD_STEP.format(name=name, files=files))


if __name__ == "__main__":
    main()
