"""What measures claims again: their own rules, adjudicators and tables, and nothing else."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from initbench.claims.adjudicators.kit.catalogue import source_files
from initbench.ledger_hash import documents, rules_sha256
from project_ledger import the_ledger

ROOT = Path(__file__).parents[1]
LEDGER = ROOT / "workflow/claims"
MEASURED = [row for row in the_ledger().rows if row.rule]
FAMILIES = {family: [row.id for row in MEASURED if row.bed == family]
            for family in sorted({row.bed for row in MEASURED})}  # fmt: skip


@pytest.fixture
def ledger(tmp_path):
    """Return a copy of the ledger's folder that may be edited."""
    return Path(shutil.copytree(LEDGER, tmp_path / "claims"))


def changed(ledger):
    """Return the claims that the edited ledger measures otherwise."""
    before, after = rules_sha256(LEDGER), rules_sha256(ledger)
    return {claim for claim in before if before[claim] != after[claim]}


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("folder", ["texts", "documents"])
def test_a_comma_in_a_text_measures_nothing(ledger, folder):
    for file in (ledger / folder).glob("*.yaml"):
        edit(file, "the ", "the, ") if folder == "texts" else edit(
            file, "pitfalls: ", "pitfalls: A, "
        )
    assert changed(ledger) == set()


def test_a_reason_and_a_figure_measure_nothing(ledger):
    for file in documents(ledger):
        rows = yaml.safe_load(file.read_text(encoding="utf-8"))
        for row in rows["rows"]:
            row["why"] = {key: "Otherwise." for key in row.get("why", {})}
            row["figures"] = []
        file.write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")
    assert changed(ledger) == set()


def test_another_threshold_measures_its_claim(ledger):
    edit(
        ledger / "documents/a.yaml",
        "reproduced: falling.low > 0.90",
        "reproduced: falling.low > 0.91",
    )
    assert changed(ledger) == {"A04"}


def test_an_edit_of_a_shared_module_measures_every_family():
    shared = ROOT / "src/initbench/tables/read.py"
    assert all(shared in source_files(claims) for claims in FAMILIES.values())


def adjudicators():
    """Return the files that measure claims, with these claims."""
    files = sorted((ROOT / "src/initbench/claims/adjudicators").rglob("*.py"))
    found = {
        file: set(re.findall(r'@adjudicates\("(\w+)"\)', file.read_text("utf-8"))) for file in files
    }
    return {file: claims for file, claims in found.items() if claims}


@pytest.mark.parametrize("file", adjudicators(), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_an_edit_of_an_adjudicator_measures_its_own_family(file):
    claims = adjudicators()[file]
    own = {family for family, members in FAMILIES.items() if claims & set(members)}
    touched = {family for family, members in FAMILIES.items() if file in source_files(members)}
    assert own <= touched
    # Few modules lend a helper to another family; its claims then follow.
    assert len(touched) <= len(own) + 1


def test_measuring_reads_no_file_of_the_ledger():
    for name, rule in (("claims", "measure_bed"), ("controls", "grow_bed")):
        text = (ROOT / f"workflow/rules/{name}.smk").read_text(encoding="utf-8")
        block = text[text.index(f"rule {rule}:") :].split("\nrule ")[0]
        assert "_FILES" not in block
        assert "rules=rules_of_bed" in block


def test_no_rule_file_holds_a_lambda_and_the_snakefile_is_an_index():
    for file in (ROOT / "workflow/rules").rglob("*.smk"):
        assert "lambda" not in file.read_text(encoding="utf-8"), file.name
    assert len((ROOT / "Snakefile").read_text(encoding="utf-8").splitlines()) <= 60
