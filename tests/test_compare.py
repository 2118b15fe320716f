"""The check that names each verdict in which a run differs from the reference."""

import json

import pytest

from initbench.tools.compare import changes, main, read
from report_verdicts import verdicts


def run(**words):
    return {
        claim: {"verdict": word, "rule": {"reproduced": "a.low > 1"}}
        for claim, word in words.items()
    }


def test_each_change_is_named():
    before = run(A01="reproduced", A02="inconclusive", D17="not reproduced")
    after = run(A01="reproduced", A02="reproduced", D18="reproduced")
    assert changes(before, after) == [
        "A02: inconclusive → reproduced",
        "D17: not reproduced → absent",
        "D18: absent → reproduced",
    ]


def test_a_change_of_the_rule_is_told_apart():
    after = run(A01="not reproduced")
    after["A01"]["rule"] = {"reproduced": "a.low > 2"}
    assert changes(run(A01="reproduced"), after) == [
        "A01: reproduced → not reproduced (its rule changed too)"
    ]


@pytest.fixture
def paths(tmp_path):
    """Two files of verdicts that differ in one claim."""
    records = verdicts()
    (tmp_path / "reference.json").write_text(json.dumps(records), encoding="utf-8")
    records[3]["verdict"] = "not testable"
    (tmp_path / "new.json").write_text(json.dumps(records), encoding="utf-8")
    return [str(tmp_path / name) for name in ("new.json", "reference.json")]


def test_the_command_fails_for_a_change_and_passes_without(paths, capsys):
    assert main(paths) == 1
    printed = capsys.readouterr().out
    assert "A04: " in printed
    assert "→ not testable\n1 verdict differs from the reference.\n" in printed
    assert main([paths[1], paths[1]]) == 0
    assert capsys.readouterr().out == "All verdicts agree.\n"


@pytest.mark.parametrize("content", [None, "[", "{}", "[1]"])
def test_a_file_without_verdicts_is_one_sentence(tmp_path, content, capsys):
    path = tmp_path / "verdicts.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    status = main([str(path), str(path)])
    assert status == (0 if content == "{}" else 2)
    assert "Traceback" not in capsys.readouterr().err


def test_the_committed_reference_can_be_read():
    from initbench.tools.compare import REFERENCE

    assert len(read(REFERENCE)) >= 85
