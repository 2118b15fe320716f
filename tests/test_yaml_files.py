"""YAML as files hold it: what is plain is read, all else is named by line and column."""

from pathlib import Path

import pytest

from initbench.errors import InitbenchError
from initbench.grid import yaml_files

ROOT = Path(__file__).parents[1]
LAUGH = b"a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n" + b"".join(
    b"%c: &%c [%s]\n" % (k, k, b", ".join([b"*%c" % (k - 1)] * 10)) for k in range(98, 106)
)
MERGED_LAUGH = b"a: &a {x: 1}\n" + b"".join(
    b"%c: &%c {<<: [%s]}\n" % (k, k, b", ".join([b"*%c" % (k - 1)] * 10)) for k in range(98, 106)
)
REFUSED: dict[str, tuple[bytes, str]] = {
    "latin-1": (b"a: 1\nb: caf\xe9\n", "line 2, column 7: the byte 0xe9 is no UTF-8"),
    "UTF-16": ("a: 1\n".encode("utf-16"), "line 1, column 1: the byte 0xff is no UTF-8"),
    "a control character": (b"a: 1\nb: \x00\n", r"line 2, column 4: the character '\x00'"),
    "nothing": (b"", "is empty"),
    "a comment alone": (b"# later\n", "is empty"),
    "a list": (b"- 1\n", "holds a list; write `key: value` lines"),
    "a number": (b"7\n", "holds the one value 7;"),
    "twin keys": (b"a: 1\nb: 2\na: 3\n", "line 3, column 1: here is the key 'a' twice, first in"),
    "twins in DOS lines": (b"a: 1\r\na: 3\r\n", "line 2, column 1: here is the key 'a' twice"),
    "twin keys inside": (b"a: [{b: 1, c: 2, b: 3}]\n", "line 1, column 18: here is the key 'b'"),
    "twin merges": (b"a: &a {x: 1}\nb: {<<: *a, <<: *a}\n", "here is the key '<<' twice"),
    "twins of two types": (b'1: a\n"1": b\n', "line 1, column 1: `1` as a key is no text"),
    "a switch as a key": (b"on: 1\n", "`on` as a key is no text; put a name in quotes"),
    "a date as a key": (b"2026-01-01: 1\n", "`2026-01-01` as a key is no text"),
    "a list as a key": (b"? [a]\n: 1\n", "a list or mapping as a key is no text"),
    "no key": (b"? \n: 1\n", "`` as a key is no text"),
    "a tab": (b"a:\n\tb: 1\n", "line 2, column 1: while scanning for the next token"),
    "a broken anchor": (b"a: &\n", "line 1, column 5: while scanning an anchor"),
    "an unknown alias": (b"a: *none\n", "line 1, column 4: found undefined alias"),
    "an anchor twice": (b"a: &x 1\nb: &x 2\n", "line 2, column 4: found duplicate anchor"),
    "an open quote": (b'a: 1\nb: "x\nc: 2\n', "a quoted scalar that begins in line 2, found"),
    "an open bracket": (b"a: [1, 2\nb: 3\n", "a flow sequence that begins in line 1, did not"),
    "a bad indentation": (b"a: 1\n b: 2\n", "line 2, column 3: mapping values are not allowed"),
    "a bad escape": (b'a: "\\ud800"\n', "line 1, column 7: while parsing a quoted scalar"),
    "a merge of a number": (b"a: {<<: 3}\n", "expected a mapping or list of mappings"),
    "a tag of Python": (b"a: !!python/object:os.system x\n", "could not determine a constructor"),
    "two documents": (b"a: 1\n---\nb: 2\n", "line 2, column 1: expected a single document"),
    "a list in itself": (b"a: &a [*a]\n", "line 1, column 4: this value holds itself"),
    "a mapping in itself": (b"a: &a {b: *a}\n", "this value holds itself"),
    "a merge of itself": (b"a: &a {<<: *a}\n", "this value holds itself"),
    "a laugh": (LAUGH, "line 6, column 4: aliases make more than 1000000 values"),
    "a merged laugh": (MERGED_LAUGH, "line 7, column 12: aliases make more than 1000000 values"),
    "deep lists": (b"[" * 100 + b"]" * 100, "line 1, column 51: values are nested in more than 50"),
    "endless lists": (b"[" * 200_000, "line 1, column 51: values are nested in more than 50"),
    "endless dashes": (b"- " * 30_000 + b"a", "values are nested in more than 50 levels"),
    "a number that is text": (b"a: 1e-3\n", "`1e-3` is a text in YAML 1.1; write a number like"),
    "another one": (b"a: [1.5e3]\n", "line 1, column 5: `1.5e3` is a text"),
    "a name that is no": (b"a: [no]\n", "`no` is read as false; write a finite number"),
    "a name that is yes": (b"a: Yes\n", "`Yes` is read as true"),
    "infinity": (b"a: .inf\n", "`.inf` is read as inf; write a finite number"),
    "not a number": (b"a: .NaN\n", "`.NaN` is read as nan"),
    "octal": (b"a: 010\n", "`010` is read as 8"),
    "hexadecimal": (b"a: 0x1f\n", "`0x1f` is read as 31"),
    "an underscore": (b"a: 1_000\n", "`1_000` is read as 1000"),
    "sixties": (b"a: 1:30\n", "`1:30` is read as 90"),
    "no such day": (b"a: 2026-13-45\n", "`2026-13-45` has no value (month must be in 1..12)"),
    "no such number": (b"a: !!int abc\n", "`abc` has no value"),
    "5000 digits": (b"a: " + b"1" * 5000, "has no value (Exceeds the limit (4300 digits)"),
}
TAKEN: dict[str, tuple[bytes, object]] = {
    "a byte order mark": (b"\xef\xbb\xbfa: 1\n", {"a": 1}),
    "own before merged": (b"a: &a {x: 1}\nb: {<<: *a, x: 2}\n", {"a": {"x": 1}, "b": {"x": 2}}),
    "a day": (b"a: 2026-01-01\n", {"a": "2026-01-01"}),
    "names in quotes": (b"a: ['no', '1e-3', '010']\n", {"a": ["no", "1e-3", "010"]}),
    "numbers": (b"a: [1, -2, 0, 1.0e-3, .5, 1.]\n", {"a": [1, -2, 0, 0.001, 0.5, 1.0]}),
    "nothing as a value": (b"a: ~\nb:\nc: null\n", {"a": None, "b": None, "c": None}),
    "true and false": (b"a: [true, False]\n", {"a": [True, False]}),
    "an alias": (b"a: &a [1]\nb: *a\n", {"a": [1], "b": [1]}),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.yaml"


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_be_misread_is_refused_in_one_sentence(file: Path, case: str):
    content, words = REFUSED[case]
    file.write_bytes(content)
    with pytest.raises(InitbenchError) as caught:
        yaml_files.read_mapping(file)
    message = str(caught.value)
    assert words in message
    assert message.count("\n") == 0
    assert str(file) in message
    assert message.endswith(".")
    assert len(message) < len(str(file)) + 250


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_plain_is_read(file: Path, case: str):
    content, meaning = TAKEN[case]
    file.write_bytes(content)
    assert yaml_files.read_mapping(file) == meaning


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path):
    with pytest.raises(InitbenchError, match="is a folder; put a YAML file in its place"):
        yaml_files.read(tmp_path)
    with pytest.raises(InitbenchError, match=r"none\.yaml cannot be read \(No such file"):
        yaml_files.read(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["a"], "line 1, column 1"),
        (["a", "y"], "line 1, column 14"),
        (["b", "x"], "line 1, column 8"),  # merged
        (["b", "y"], "line 2, column 13"),  # own, though merged too
        (["c", 1], "line 5, column 5"),
        (["c", 2], None),
        (["none"], None),
    ],
)
def test_a_value_is_found_by_its_keys(file: Path, keys: list[str | int], place: str | None):
    file.write_text("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc:\n  - 1\n  - 2\n", encoding="utf-8")
    assert yaml_files.line_and_column(file, keys) == place


def test_the_files_of_the_project_are_plain():
    assert yaml_files.first_fault([ROOT / "config.yaml"]) is None
    for path in (ROOT / "workflow").rglob("*.yaml"):
        yaml_files.read(path)


def test_the_first_file_that_says_nothing_clear_is_named(tmp_path: Path):
    files = [tmp_path / "config.yaml", tmp_path / "given.yaml"]
    for file in files:
        file.write_text("a: 1\n", encoding="utf-8")
    assert yaml_files.first_fault(files) is None
    for file in files:
        file.write_text("a: 1\na: 1\n", encoding="utf-8")
        assert f"{file.name}, line 2" in str(yaml_files.first_fault(files))
        file.write_text("a: 1\n", encoding="utf-8")
    assert "none.yaml cannot be read" in str(yaml_files.first_fault([tmp_path / "none.yaml"]))
