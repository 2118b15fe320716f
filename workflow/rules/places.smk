# Where the checkout lies: behind `-s`, `-d` or a link, or as another workflow's module. Results go
# to the working directory; all else is read from here.
import os
import re
import sys
from pathlib import Path


def stop(error):
    """End Snakemake with one sentence instead of a traceback."""
    raise WorkflowError(f"initbench: {error}")


# Not workflow.basedir: in a module that is the folder of the other workflow.
ROOT = Path(workflow.snakefile).resolve().parents[2]
SOURCE = str(ROOT / "src")


def here(path):
    """Return the path of one of the checkout's files from the working directory."""
    return os.path.relpath(ROOT / path)


def fault_of_places():
    """Return one sentence if Snakemake could not run from these folders, else None."""
    if not (ROOT / "src" / "initbench").is_dir():
        return f"the Snakefile reads its package beside it, but there is no '{SOURCE}'; clone the project and name the clone's Snakefile."
    if bad := sorted(set(":{}<>").intersection(SOURCE)):
        return f"Python or Snakemake would read the '{bad[0]}' in the path '{ROOT}' as a sign of their own; move the checkout to a folder without it."
    if re.search(r"[^\w@%+=:,./-]", sys.executable):
        return f"Snakemake starts jobs by a shell, which would misread the path '{sys.executable}'; make the environment in a folder without blanks and special characters."
    if workflow.modifier.modify_path("results") != "results":
        return "its files cannot have a prefix; give `results` and `reports` in the module's config instead."
    return None


if sentence := fault_of_places():
    stop(sentence)

# The package works from the checkout: no installation step that could be stale.
sys.path.insert(0, SOURCE)
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [SOURCE, os.environ.get("PYTHONPATH")])
)

from initbench import discovery

if discovery.ROOT != ROOT:
    stop(
        f"the package of '{discovery.ROOT}' is loaded already, not that of '{ROOT}'; use one of the two at a time."
    )


from initbench.grid.yaml_files import first_fault


def refuse_unreadable(files):
    """End Snakemake at the first file of settings, or profile, that says nothing clear.

    A workflow that uses this one as a module and gives it a config has files of its own.
    """
    if workflow.modifier.skip_configfile:
        return
    if fault := first_fault(
        [*map(Path, files), *ROOT.glob("workflow/profiles/*/*.yaml")]
    ):
        stop(fault)
