"""The language of rules: what it says, what it looked at, and what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initbench.claims.conditions import evaluate
from initbench.errors import InitbenchError
from initbench.statistics import Estimate, exact, undefined


def estimate(value, low, high, p=None):
    return Estimate(value, low, high, (value + low) / 2, (value + high) / 2, 20, "test", p=p or {})


QUANTITIES = {
    "share": estimate(0.9, 0.8, 0.95),
    "gain": estimate(0.0, -0.04, 0.04),
    "count": exact(54),
    "missing": undefined(0),
}


def holds(condition):
    return evaluate(condition, QUANTITIES).holds


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("share.low > 0.7", True),
        ("share.low > 0.8", False),
        ("share.low >= 0.8", True),
        ("0.7 < share.low", True),
        ("0.7 <= share.low <= share.high <= 0.95", True),
        ("0.7 < share.low < 0.75", False),
        ("count.value == 54 and count.n == 1", True),
        ("count.value != 54 or share.high < 1", True),
        ("not (share.low > 0.7 and count.value == 53)", True),
        ("share.low - 0.1 * 2 / 4 + 0.05 >= share.low - 1e-9", True),
        ("-share.value < 0", True),
        ("share.value / (count.value - 54) > 0", False),
        ("within(gain, 0.03)", True),
        ("within(gain, 0.02)", False),
        ("not within(gain, 0.02)", True),
        ("within(gain, 2 * 0.015)", True),
    ],
)
def test_known_answers(condition, expected):
    assert holds(condition) is expected


@pytest.mark.parametrize(
    "condition", ["missing.value > 0", "missing.low == missing.low", "within(missing, 1)"]
)
def test_nan_makes_a_comparison_and_its_denial_false(condition):
    assert not holds(condition)
    assert not holds(f"not ({condition})")


@pytest.mark.parametrize(
    "condition",
    [
        "__import__('os').system('true')",
        "import os",
        "share.__class__ == 1",
        "share.low.__class__ == 1",
        "share.sample > 0",
        "share['low'] > 0",
        "share > 0.5",
        "share.low",
        "1",
        "abs(share.low) > 0",
        "within(share)",
        "within(share, margin=0.1)",
        "within(share.low, 0.1)",
        "within(share, True)",
        "share.low > True",
        "share.low > 'a'",
        "share.low in (1, 2)",
        "share.low is 1",
        "share.low ** 2 > 1",
        "share.low > 1 if share.low else 0",
        "[share for share in ()]",
        "(lambda: 1)() == 1",
        "(x := 1) == 1",
        "share.low >",
        "",
    ],
)
def test_everything_else_is_refused(condition):
    with pytest.raises(InitbenchError):
        holds(condition)


def test_an_unknown_quantity_gets_a_suggestion():
    with pytest.raises(InitbenchError, match="did you mean 'share'"):
        holds("shares.low > 1")


def test_comparisons_are_introspected_with_the_quantity_on_the_left():
    (mirrored,) = evaluate("0.5 < share.low", QUANTITIES).comparisons
    assert (mirrored.quantity, mirrored.attribute, mirrored.operator) == ("share", "low", ">")
    assert (mirrored.value, mirrored.threshold, mirrored.key) == (0.8, 0.5, "0.5")
    (inside,) = evaluate("within(gain, 0.03)", QUANTITIES).comparisons
    assert (inside.quantity, inside.operator, inside.key) == ("gain", "within", "±0.03")
    (formula,) = evaluate("share.low - gain.high > 0.1", QUANTITIES).comparisons
    assert (formula.quantity, formula.text) == (None, "share.low - gain.high")


@pytest.mark.parametrize(
    ("condition", "decisive"),
    [
        ("share.low > 0.5", True),
        ("share.high < 0.5", True),
        ("not (share.high > 0.5)", True),
        ("within(gain, 0.1)", True),
        ("share.low < 0.5", False),
        ("share.value > 0.5", False),
        ("not (share.low > 0.5)", False),
        ("not within(gain, 0.1)", False),
        ("share.low - gain.low > 0.5", False),
    ],
)
def test_only_an_interval_on_one_side_is_decisive(condition, decisive):
    (comparison,) = evaluate(condition, QUANTITIES).comparisons
    assert comparison.decisive is decisive


def grounds(condition):
    return [ground.text for ground in evaluate(condition, QUANTITIES).grounds]


def test_grounds_are_what_the_answer_rests_on():
    assert grounds("share.low > 0.5 and count.value == 54") == ["share.low", "count.value"]
    assert grounds("share.low > 0.5 and count.value == 1") == ["count.value"]
    assert grounds("share.low > 0.9 or count.value == 54") == ["count.value"]
    assert grounds("share.low > 0.9 or count.value == 1") == ["share.low", "count.value"]
    assert grounds("not (share.low > 0.5 or count.value == 1)") == ["share.low"]


def test_nothing_is_short_circuited():
    seen = evaluate("share.low > 0.5 or count.value == 1 or gain.low > 0", QUANTITIES).comparisons
    assert [comparison.text for comparison in seen] == ["share.low", "count.value", "gain.low"]


TESTED = {
    "a": estimate(1, 0.5, 2, {"0.0": 0.01, "0.1": 0.04}),
    "b": estimate(1, 0.5, 2, {"0.0": 0.002}),
    "c": estimate(1, 0.5, 2),
}


@pytest.mark.parametrize(
    ("condition", "p"),
    [
        ("a.low > 0", 0.01),
        ("a.low > 0.1", 0.04),
        ("a.low > 0 and b.low > 0", 0.01),
        ("a.low > 0 and c.low > 0", 0.01),
        ("a.low > 0 or b.low > 0", 0.004),
        ("a.low > 3 or b.low > 0 or b.low > 3", 0.006),
        ("a.low > 0 or c.low > 0", None),
        ("c.low > 0", None),
        ("a.value > 0", None),
        ("a.low > 3", None),
    ],
)
def test_a_condition_is_as_uncertain_as_its_weakest_needed_part(condition, p):
    assert evaluate(condition, TESTED).p == (None if p is None else pytest.approx(p))


def test_evidence_for_another_threshold_is_refused():
    with pytest.raises(InitbenchError, match="measure again"):
        evaluate("a.low > 0.2", TESTED)


@given(st.floats(-10, 10), st.floats(-10, 10), st.sampled_from([">", ">=", "<", "<=", "==", "!="]))
def test_denial_and_mirror_agree_with_python(value, threshold, symbol):
    quantities = {"x": exact(value), "t": exact(threshold)}
    expected = eval(f"value {symbol} threshold")
    mirror = {">": "<", ">=": "<=", "<": ">", "<=": ">="}.get(symbol, symbol)
    assert evaluate(f"x.value {symbol} t.value", quantities).holds == expected
    assert evaluate(f"not (x.value {symbol} t.value)", quantities).holds != expected
    assert evaluate(f"({threshold!r}) {mirror} x.value", quantities).holds == expected


@given(st.booleans(), st.booleans(), st.booleans())
def test_de_morgan(a, b, c):
    quantities = {"x": exact(0)}
    x, y, z = (f"x.value == {int(not flag)}" for flag in (a, b, c))
    expected = not ((a and b) or not c)
    assert evaluate(f"not (({x} and {y}) or not {z})", quantities).holds is expected
