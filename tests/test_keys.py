"""Quantities with keys: what all(…), any(…) and name[key] stand for, and what is refused."""

import ast

import pytest

from initbench.claims.conditions import evaluate
from initbench.claims.keys import expanded, flat
from initbench.claims.ledger import Quantity
from initbench.errors import InitbenchError
from initbench.statistics import Estimate

NAMES = [
    "a[relu_d3]",
    "a[relu_d30]",
    "a[tanh_d30]",
    "b[relu_d30]",
    "b[tanh_d30]",
    "c[2]",
    "c[10]",
    "d",
]


def written(condition):
    return ast.unparse(expanded(ast.parse(condition, mode="eval").body, NAMES))


@pytest.mark.parametrize(
    ("condition", "plain"),
    [
        ("a[relu_d3].low > 0", "a[relu_d3].low > 0"),
        ("c[10].low > c['2'].high", "c[10].low > c[2].high"),
        ("all(c.low > 0)", "c[2].low > 0 and c[10].low > 0"),
        ("any(c.low > 0)", "c[2].low > 0 or c[10].low > 0"),
        ("all(a['*_d30'].low > 1) and d.n > 1",
         "(a[relu_d30].low > 1 and a[tanh_d30].low > 1) and d.n > 1"),
        ("any(a['*_d30'].low > b.high)",
         "a[relu_d30].low > b[relu_d30].high or a[tanh_d30].low > b[tanh_d30].high"),
        ("all(a[relu_d3, tanh_d30].low > d.high)",
         "a[relu_d3].low > d.high and a[tanh_d30].low > d.high"),
        ("all(0 < c.low or within(c, 0.1))",
         "(0 < c[2].low or within(c[2], 0.1)) and (0 < c[10].low or within(c[10], 0.1))"),
        ("all(c.low > c[2].value)", "c[2].low > c[2].value and c[10].low > c[2].value"),
    ],
)  # fmt: skip
def test_known_expansions(condition, plain):
    assert written(condition) == plain


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("all(d.low > 0)", "no quantity with keys"),
        ("all(a.low > b.low)", "different keys"),
        ("any(a['*_d7'].low > 0)", "Unknown key of 'a'"),
        ("all(a[relu_d3, nothing].low > 0)", "Unknown key of 'a' 'nothing'"),
        ("a[nothing].low > 0", r"Unknown quantity 'a\[nothing\]'"),
        ("a.low > 0", "Unknown quantity 'a'"),
        ("a[relu_d3:tanh_d30].low > 0", "is no key"),
        ("all(a.low > 0, a.low < 1)", "A rule may not say"),
        ("max(c.low) > 0", "A rule may not say"),
    ],
)
def test_refused(condition, said):
    with pytest.raises(InitbenchError, match=said):
        evaluate(condition, dict.fromkeys(NAMES, Estimate(1, 1, 1, 1, 1, 5, "test")))


def test_a_negated_all_is_an_any_of_denials_and_an_unknown_number_decides_neither():
    found = {name: Estimate(1, 1, 1, 1, 1, 5, "test") for name in NAMES}
    found["c[10]"] = Estimate(*[float("nan")] * 5, 0, "test")
    assert evaluate("any(c.value > 0)", found).holds
    assert not evaluate("all(c.value > 0)", found).holds
    assert not evaluate("not all(c.value > 0)", found).holds


def test_a_declared_test_holds_for_every_key():
    entry = {"means": "gain", "kind": "difference", "test": "studentised"}
    assert Quantity.of("gain", entry) == {"gain": Quantity("gain", "difference", "studentised")}
    assert Quantity.of("gain", entry | {"keys": {"3": "depth 3", "30": "depth 30"}}) == {
        "gain[3]": Quantity("gain: depth 3", "difference", "studentised"),
        "gain[30]": Quantity("gain: depth 30", "difference", "studentised"),
    }


def test_an_adjudicator_may_return_its_keys_as_a_mapping():
    assert flat({"gain": {"d3": 1, "d30": 2}, "runs": 3}) == {
        "gain[d3]": 1, "gain[d30]": 2, "runs": 3,
    }  # fmt: skip


def test_a_declared_quantity_has_one_meaning_a_key():
    entry = {"means": "gain in accuracy", "kind": "difference", "keys": {"d3": "3 layers"}}
    assert Quantity.of("gain", entry) == {
        "gain[d3]": Quantity("gain in accuracy: 3 layers", "difference")
    }
