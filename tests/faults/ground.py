"""The ground of a campaign: a scratch folder, a laid project, a finished run, random numbers."""

import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryFile

from workflow_grid import TARGET, command, lay

PATIENCE = 300.0  # seconds that a command may take on a very busy machine
HANGS = 124  # the status of one that takes longer
EXPECTED = "expected.json"  # what the shards of the built project must be, by folder
KEEP = f"""
import json

Path("{EXPECTED}").write_text(json.dumps(dict(snakemake.params.expected)))
"""


@dataclass
class Ground:
    """Where one campaign of a `seed` happens; `folder` is empty at first.

    In `project` nothing is trained; cases add files to it and take them away again.
    """

    folder: Path
    seed: int

    def __post_init__(self) -> None:
        """Lay the project and import the package from there: cases add files to it."""
        self.project = lay(self.folder / "project")
        if "initbench" in sys.modules:
            raise RuntimeError("A campaign needs a process that has not imported initbench.")
        sys.path.insert(0, str(self.project / "src"))

    def random(self, kind: str) -> random.Random:
        """Return the random stream of a kind of fault."""
        return random.Random(f"{self.seed}/{kind}")

    @cached_property
    def built(self) -> Path:
        """A project whose tiny tables were made undisturbed."""
        project = lay(self.folder / "built")
        with (project / "workflow/scripts/collect.py").open("a", encoding="utf-8") as script:
            script.write(KEEP)
        status, output = snakemake(project, TARGET)
        if status:
            raise RuntimeError(
                f"The undisturbed run failed, so there is nothing to judge by:\n{output}"
            )
        return project

    def copy(self, name: str) -> Path:
        """Return a fresh copy of the built project."""
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        return Path(shutil.copytree(self.built, target, symlinks=True))


def snakemake(project: Path, *words: str, cores: int = 2) -> tuple[int, str]:
    """Run snakemake in `project`; return its status and output, or 124 where it hangs."""
    with TemporaryFile() as output:  # a pipe would wait for whoever of the run still holds it
        run = subprocess.Popen(
            command(cores, *words), cwd=project, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            status = run.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
            status = HANGS
        output.seek(0)
        return status, output.read().decode(errors="replace")
