"""The grammar of the sentences that hang on verdicts: what they name must be there."""

import re
import shutil

import pytest

from initbench.claims import texts
from initbench.errors import InitbenchError
from project_ledger import CLAIMS, the_ledger


@pytest.mark.parametrize("name", texts.NAMES)
@pytest.mark.parametrize(
    ("pattern", "wrong", "message"),
    [
        (r"when: \{", "when: {A99: reproduced, ", "A99"),
        (r"when: \{(\w+): not reproduced", r"when: {\1: denied", "'denied' is not valid"),
    ],
)
def test_what_is_not_there_is_refused_in_its_line(tmp_path, name, pattern, wrong, message):
    shutil.copytree(CLAIMS.parent / "schemas", tmp_path / "schemas")
    shutil.copytree(CLAIMS / texts.FOLDER, tmp_path / "claims" / texts.FOLDER)
    file = texts.file(tmp_path / "claims", name)
    good = file.read_text("utf-8")
    line = good[: re.search(pattern, good).start()].count("\n") + 1
    file.write_text(re.sub(pattern, wrong, good, count=1), "utf-8")
    with pytest.raises(InitbenchError, match=f"{name}.yaml, line {line}, .*{message}"):
        texts.check(the_ledger(), tmp_path / "claims")


def test_a_number_is_of_a_quantity_of_its_claim(tmp_path):
    shutil.copytree(CLAIMS.parent / "schemas", tmp_path / "schemas")
    shutil.copytree(CLAIMS / texts.FOLDER, tmp_path / "claims" / texts.FOLDER)
    file = texts.file(tmp_path / "claims", "findings")
    file.write_text(
        file.read_text("utf-8").replace("{B73.gain[d30]:points}", "{B73.gian[d30]}", 1), "utf-8"
    )
    with pytest.raises(InitbenchError, match=r"line \d+, .* of claim B73 'gian"):
        texts.check(the_ledger(), tmp_path / "claims")


def test_the_projects_texts_name_what_its_ledger_has():
    texts.check(the_ledger(), CLAIMS)
