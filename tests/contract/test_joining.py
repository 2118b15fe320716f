"""An architecture is one file and one entry, and so is a data set: the tests find both."""

import re
import shutil
import subprocess
import sys

from entries import ROOT

FILES = {
    "architectures/my_net.py": "architectures/softmax_regression.py",
    "datasets/my_points.py": "datasets/moons.py",
}
ENTRIES = {
    "architectures:": "my_net: {family: my_net, inputs: 2, classes: 2}",
    "datasets:": "my_points: {source: my_points, samples: 50, noise: 0.1, standardize: all}",
}
TABLES = {
    "tests/contract/test_families.py": "my_net",
    "tests/contract/test_sources.py": "my_points",
    "tests/test_architectures_stacked.py": "my_net",
    "tests/test_engine.py": "my_net",
}


def test_what_is_new_joins_the_tables_of_the_tests_by_itself(tmp_path):
    for folder in ("src", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    package, config = tmp_path / "src/initbench", (ROOT / "config.yaml").read_text("utf-8")
    for new, model in FILES.items():
        (package / new).write_text((package / model).read_text("utf-8"), "utf-8")
    points = package / "datasets/my_points.py"
    points.write_text(points.read_text("utf-8").replace('"moons"', '"my_points"'), "utf-8")
    for section, entry in ENTRIES.items():
        config = config.replace(f"\n{section}\n", f"\n{section}\n  {entry}\n", 1)
    (tmp_path / "config.yaml").write_text(config, "utf-8")
    command = [sys.executable, "-m", "pytest", "-rp", "-p", "no:cacheprovider", *TABLES]
    done = subprocess.run(
        [*command, "-k", "my_net or my_points"], cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for file, name in TABLES.items():
        assert re.search(rf"^PASSED {file}::\w+\[.*{name}.*\]$", done.stdout, re.MULTILINE), file
