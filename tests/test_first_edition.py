"""The rules of today give the verdicts of the first edition on its numbers, row by row."""

import json
import math
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from initbench.claims.verdict import LEVEL, decide
from initbench.statistics import Estimate
from project_ledger import the_ledger

ENDS = ("value", "low", "high")
VERDICTS = Path(__file__).parents[1] / "reports/first-edition/verdicts.json"
SECOND_EDITION = date(2026, 12, 1)
# Rows that an amendment of the second edition names; it says why.
AMENDED = {
    claim
    for amendment in the_ledger().amendments
    if date.fromisoformat(amendment.date) >= SECOND_EDITION
    for claim in amendment.rows
    if claim != "all"
}
# The name that an estimate had before it was one of several with keys; {} is the key.
FORMER: Mapping[str, Mapping[str, str]] = {
    "A11": {"gain": "{}"},
    "A24": {"deviation": "{}"},
    "A28": {"area": "auc_{}"},
    "B05": {"gap": "{}", "gap_to_rival": "{}_rival", "slope": "{}_slope"},
    "B07": {"forward": "forward_{}", "backward": "backward_{}"},
    "B08": {"forward": "forward_{}", "backward": "backward_{}"},
    "B09": {"units": "{}"},
    "B11": {"units": "{}"},
    "B20": {"ratio": "{}"},
    "B22": {"meets_assumptions": "{}_meets_assumptions", "tried": "{}_tried"},
    "B37": {"median": "median_w{}", "mean": "mean_w{}"},
    "B38": {"deviation": "{}"},
    "B39": {"kept": "{}"},
    "B44": {
        "gain": "{}",
        "sr80": "sr80_{}",
        "sr80_matched": "sr80_{}_matched",
        "gain_fixed_rate": "{}_fixed_rate",
        "sr80_fixed_rate": "sr80_{}_fixed_rate",
        "sr80_matched_fixed_rate": "sr80_{}_matched_fixed_rate",
    },
    "B50": {"lowest": "{}_lowest", "highest": "{}_highest"},
    "B59": {
        "saving": "saving_{}",
        "first_prior": "first_prior_{}",
        "first_zero": "first_zero_{}",
        "balanced": "balanced_{}",
    },
    "B68": {
        "wider": "wider_{}",
        "decades_with": "with_{}",
        "decades_without": "without_{}",
        "best_to_worst_with": "best_to_worst_with_{}",
        "best_to_worst_without": "best_to_worst_without_{}",
    },
    "B69": {"spread": "spread_{}"},
    "B73": {"gain": "{}", "over": "over_{}", "gain_fixed_rate": "{}_fixed_rate"},
    "B74": {
        "factor": "{}",
        "factor_own_gain": "{}_gained",
        "accuracy": "{}_accuracy",
        "over_xavier": "{}_over_xavier",
        "own_gain": "{}_own_gain",
    },
    "B76": {"gain": "{}", "sr80": "sr80_{}"},
    "B87": {"default": "default_{}", "matched": "matched_{}", "random_bias": "random_bias_{}"},
    "C04": {"ratio": "ratio_{}", "independent": "independent_{}", "tied": "tied_{}"},
    "C17": {"bounded_by_size": "bounded_{}"},
    "C22": {"factor": "factor_{}"},
    "C23": {"alike": "{}", "explodes_alike": "{}_explodes"},
    "C24": {"advantage": "advantage_{}", "radius": "radius_{}", "norm": "norm_{}"},
    "D05": {"stalled": "stalled_{}"},
    "D23": {"units": "{}"},
    "D27": {"difference": "{}"},
    "D33": {"units": "{}"},
    "D40": {
        "steps": "{}",
        "slope": "slope_{}",
        "final": "final_{}",
        "deep_steps": "{}",
        "deep_slope": "slope_{}",
    },
}
LAYERS = {"first_layer": "fc1_rows", "second_layer": "fc2_rows", "last_layer": "out_columns"}
FORMER_KEYS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("B09", "D23", "D33"), LAYERS),
    "B74": {"leaky_relu_0.01": "leaky_0_01", "leaky_relu_0.2": "leaky_0_2"},
    "D27": {
        "minus_ones": "c_minus_1",
        "constant_minus_0.1": "c_minus_0_1",
        "constant_0.01": "c_0_01",
        "constant_0.05": "c_0_05",
        "constant_0.1": "c_0_1",
        "constant_0.5": "c_0_5",
        "constant_2": "c_2",
    },
}
MEASURED = [row.id for row in the_ledger().rows if row.rule and row.id not in AMENDED]


@cache
def committed() -> dict[str, dict[str, Any]]:
    """Return the records of the first edition by claim."""
    records = json.loads(VERDICTS.read_text(encoding="utf-8"))
    return {record["id"]: record for record in records}


def former(claim: str, name: str) -> str:
    """Return the name of an estimate of `claim` in the first edition."""
    quantity, bracket, key = name.rstrip("]").partition("[")
    old = FORMER_KEYS.get(claim, {}).get(key, key)
    return FORMER[claim][quantity].format(old) if bracket else name


def estimate(record: Mapping[str, Any]) -> Estimate:
    """Return what a record says; of its 90 % interval, which is not committed, nearly that."""
    number = {end: math.nan if record[end] is None else record[end] for end in ENDS}
    value, low, high = number.values()
    inner = [value + (end - value) * 1.645 / 1.96 for end in (low, high)]
    return Estimate(value, low, high, *inner, record["n"], record["method"])


@pytest.mark.parametrize("claim", MEASURED)
def test_the_rule_gives_the_committed_verdict(claim: str) -> None:
    row, record = the_ledger().row(claim), committed()[claim]
    names = {name: former(claim, name) for name in row.quantities}
    assert sorted(names.values()) == sorted(record["quantities"])
    found = {new: estimate(record["quantities"][old]) for new, old in names.items()}
    refused = record["p_holm"] is not None and record["p_holm"] > LEVEL
    assert (None if refused else decide(row.rule, found).key) == record["decided_by"]


def test_what_is_named_here_is_in_the_ledger() -> None:
    for claim, quantities in FORMER.items():
        keyed = {name.partition("[")[0] for name in the_ledger().row(claim).quantities}
        assert set(quantities) <= keyed
    assert not set(AMENDED) - {row.id for row in the_ledger().rows}


def test_holms_families_are_those_of_the_first_edition() -> None:
    pairs = {
        (committed()[row.id]["family"], row.holm_family)
        for row in the_ledger().rows
        if row.rule and row.id in committed()
    }
    former, present = zip(*pairs, strict=True)
    assert len(pairs) == len(set(former)) == len(set(present)) == 10
