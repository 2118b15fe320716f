"""A broken file of the package is named before the first job, not by the job that imports it."""

from initbench import architectures, datasets, inits, probes
from initbench.discovery import PACKAGE
from initbench.import_closure import check_syntax, function

# Folders of files that are found by themselves, each imported as a whole by some job.
FOLDERS = (
    *("claims/adjudicators", "figures", "training/recordings", "checks", "cards", "controls"),
)


def check() -> None:
    """Raise InitbenchError, one sentence with file and line, for the first file that is broken.

    Only the syntax is looked at, and that the function is there which the workflow calls: imports
    would take seconds. Data sets, which need none of what is slow, are imported.
    """
    inits.check_all()
    datasets.check_all()
    for family in architectures.families():
        function(architectures.source_file(family), "build")
    for measurement in probes.measurements():
        function(probes.source_file(measurement), "measure")
    for folder in FOLDERS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            check_syntax(path)
