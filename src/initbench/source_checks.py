"""A broken file of the package is named before the first job, not by the job that imports it."""

from initbench import architectures, at_init, sources
from initbench.inits import catalogue

# Folders of files that are found by themselves, each imported as a whole by some job.
FOLDERS = ("claims/adjudicators", "figures", "probes", "checks", "cards", "controls")


def check() -> None:
    """Raise InitbenchError, one sentence with file and line, for the first file that is broken.

    Only the syntax is looked at, and that the function is there which the workflow calls: imports
    would take seconds. Data sets are imported for the config.
    """
    catalogue.check_all()
    for family in architectures.families():
        sources.function(architectures.source_file(family), "build")
    for measurement in at_init.measurements():
        sources.function(at_init.source_file(measurement), "measure")
    for folder in FOLDERS:
        for path in sorted((sources.PACKAGE / folder).rglob("*.py")):
            sources.check_syntax(path)
