"""A file of the package that nobody may use yet is still found when it is broken."""

import sys
from pathlib import Path

import pytest

from initbench import architectures, datasets, probes, source_checks
from initbench.errors import InitbenchError


def test_the_files_of_the_package_are_sound():
    source_checks.check()


@pytest.mark.parametrize("folder", source_checks.FOLDERS)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x = 1\ndef measure(:\n", "nobodys.py, line 2: invalid syntax; correct the Python there"),
        (b"x = 'caf\xe9'\n", "nobodys.py, line 1: .*utf-8"),
        (b"x = '\x00'\n", "nobodys.py.*null bytes"),
        (b"x = " + b"(" * 5000, "nobodys.py.*; correct the Python there, or remove the file"),
        (b"x = " + b"-" * 100_000 + b"1", "nobodys.py.*; correct the Python there, or remove"),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, content: bytes, words: str
):
    monkeypatch.setattr(source_checks, "PACKAGE", tmp_path)
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "nobodys.py").write_bytes(content)
    with pytest.raises(InitbenchError, match=words):
        source_checks.check()


@pytest.mark.parametrize(("package", "name"), [(architectures, "build"), (probes, "measure")])
def test_a_file_without_its_function_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: object, name: str
):
    (tmp_path / "mine.py").write_text(
        "def other(*, depth: int) -> None:\n    pass\n", encoding="utf-8"
    )
    listed = "families" if package is architectures else "measurements"
    monkeypatch.setattr(package, listed, lambda: ["mine"])
    monkeypatch.setattr(package, "source_file", lambda _: tmp_path / "mine.py")
    with pytest.raises(InitbenchError, match=rf"mine\.py has no function `{name}`; add one"):
        source_checks.check()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "import sys\nsys.exit(0)\n",
            r"mine\.py of datasets cannot .* \(SystemExit: 0\); correct it",
        ),
        ("x = 1\n", r"mine\.py defines no `SOURCE`, but must have one of its own name"),
        (
            "x = y\n",
            r"mine\.py of datasets .*\(NameError: name 'y' is not defined\)",
        ),
        ("def x(:\n", r"mine\.py of datasets, line 1, cannot be imported \(SyntaxError"),
        (
            "from initbench.datasets.moons import SOURCE\n",
            "the data source 'moons', but must",
        ),
    ],
)
def test_a_broken_data_set_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
):
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(datasets, "__path__", [*datasets.__path__, str(tmp_path)])
    monkeypatch.setattr(datasets, "sources", lambda: ["mine"])
    monkeypatch.setattr(datasets, "source_file", lambda name: tmp_path / f"{name}.py")
    with pytest.raises(InitbenchError, match=words):
        datasets.check_all()
    sys.modules.pop("initbench.datasets.mine", None)
