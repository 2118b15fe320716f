"""A small ledger of five rows in a folder of its own, and evidence for it."""

import shutil
from pathlib import Path

import numpy as np

from initbench.claims import judge, measure
from initbench.statistics import paired_difference, proportion
from initbench.tables.read import Tables

ROOT = Path(__file__).parents[1]
NO_TABLES = Tables(Path("nowhere"))

DOCUMENT = """
key: A
title: A post
about: a post about nothing
authors: nobody
address: nowhere
licence: none
source: a test
rows:
  - id: A01
    section: First
    kind: qual
    statement: Runs succeed.
    bed: tanh_chain
    needs: [tiny_sgd]
    arms: 200 runs
    quantities:
      rate: {means: share of successful runs, kind: proportion}
    rule:
      reproduced: rate.low > 0.9
      partly: rate.low > 0.5
      not_reproduced: rate.high < 0.5
    why: {reproduced: Because it is easy., not_reproduced: Because it is hard.}
    pitfalls: none
    amendments: [M1]
    figures: [a_figure]
  - id: A02
    section: 2.1
    kind: num
    statement: One beats the other.
    bed: tanh_chain
    needs: [tiny_sgd]
    arms: pairs
    quantities:
      gain: {means: paired difference, kind: difference}
      side: a number beside it
    rule:
      reproduced: gain.low > 0.1
      not_reproduced: within(gain, 0.1)
  - {id: A03, section: Third, kind: expl, statement: Both., alias_of: [A01, A02],
     logic: all}
  - {id: A04, section: Third, kind: expl, statement: Again., alias_of: [A03],
     logic: same, why: {partly: Half of it holds.}}
  - {id: A05, section: Third, kind: op, statement: Nice., not_testable: An opinion.}
"""
AMENDMENTS = """
- {id: M1, date: 2026-11-22, rows: all, change: something, reason: some reason}
"""


def lay_ledger(folder):
    """Write the ledger below `folder`, where its schema is found; return where it lies."""
    (folder / "claims" / "documents").mkdir(parents=True)
    (folder / "schemas").mkdir()
    shutil.copy(ROOT / "workflow/schemas/ledger.schema.yaml", folder / "schemas")
    files = {"documents/a": DOCUMENT, "amendments": AMENDMENTS}
    for name, text in files.items():
        (folder / "claims" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / "claims"


def rate(successes, n):
    return proportion(np.arange(n) < successes)


def paired(shift, n, spread=0.01):
    wobble = spread * np.resize([1.0, -1.0, 0.5, -0.5], n)
    return paired_difference(shift + wobble, np.zeros(n))


def verdicts(ledger, claims):
    found = {claim: (lambda _, q=quantities: q) for claim, quantities in claims.items()}
    rows = [row for row in ledger.rows if row.id in claims]
    evidence = measure(rows, NO_TABLES, found.__getitem__)
    return {verdict.id: verdict for verdict in judge(ledger, evidence)}
