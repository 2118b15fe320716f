"""The fixed wording of reasons: each sentence about a verdict is made here from its numbers."""

import math
from collections.abc import Iterable, Mapping, Sequence

from initbench.claims.conditions import Comparison, Quantities
from initbench.claims.verdict import LEVEL, POWER, Decision, straddles
from initbench.statistics import Estimate

# A rule may rest on dozens of quantities; the table beside the sentence shows them all.
MOST_FACTS = 4
MANY = 10_000  # seeds that nobody will train
_ENDS = {"value": "value", "low": "lower end", "high": "upper end", "n": "number of runs"}
_RELATIONS = {
    ">": "above",
    ">=": "at or above",
    "<": "below",
    "<=": "at or below",
    "==": "equal to",
    "!=": "different from",
}


def decided(decision: Decision, quantities: Quantities) -> str:
    """Return the sentence for a condition that holds: each quantity and how it meets the rule."""
    return f"{_facts(decision.grounds, quantities)}."


def undecided(decision: Decision, quantities: Quantities) -> str:
    """Return the sentence for no condition: which interval straddles what, and what would help."""
    open_ends = [ground for ground in decision.grounds if straddles(ground, quantities)]
    facts = _facts(open_ends or decision.grounds, quantities)
    missing = any(math.isnan(ground.value) for ground in decision.grounds)
    advice = "" if missing else f"; {_help(decision.needed_seeds, decision.rows)}"
    return f"No condition of the rule is met: {facts}{advice}."


def downgraded(
    decision: Decision, quantities: Quantities, p_holm: float, rows: int, seeds: int | None
) -> str:
    """Return the sentence for a condition that holds but does not survive Holm's correction."""
    return (
        f"{_facts(decision.grounds, quantities)}, but p = {decision.p:.2g} becomes {p_holm:.2g} by "
        f"Holm's correction over the {rows} rows of the family that compare pairs, which is above "
        f"{LEVEL}; {_help(seeds)}."
    )


def derived(verdicts: Mapping[str, str]) -> str:
    """Return the sentence for a row that follows others, given {claim: verdict} of those."""
    cited = [f"{claim} ({verdict})" for claim, verdict in verdicts.items()]
    listed = " and ".join(filter(None, [", ".join(cited[:-1]), cited[-1]]))
    return f"Follows from {listed}."


def unmeasured(needs: Sequence[str]) -> str:
    """Return the sentence for a row that this run did not measure."""
    return f"This run did not measure it; the claim needs {', '.join(needs) or 'its experiment'}."


def unreachable(verdicts: Sequence[str], causes: Iterable[str], every: bool) -> str:
    """Return the sentence for verdicts that no outcome of the runs could give."""
    what = "be decided" if every else f"come out as {' or '.join(verdicts)}"
    return f"With the configured seeds this claim can never {what}: {'; '.join(causes)}."


def out_of_reach(c: Comparison, end: str, successes: int, seeds: int, runs: float) -> str:
    """Return the clause for a share that no outcome of `seeds` runs brings beyond its threshold."""
    could = f"; it takes {math.floor(runs) + 1} runs" if math.isfinite(runs) else ""
    return (
        f"even {successes} successes in {seeds} runs put the {end} end of `{c.quantity}` at "
        f"{number(c.value)}, not {_RELATIONS[c.operator]} {number(c.threshold)}{could}"
    )


def too_few_pairs(seeds: int, smallest: float, pairs: int, rows: int) -> str:
    """Return the clause for a difference over too few pairs for its test and Holm's correction."""
    holm = f" after Holm's correction over {rows} rows" if rows > 1 else ""
    return (
        f"{seeds} pairs cannot give a difference a p-value below {smallest:.2g}{holm}; "
        f"it takes {pairs} pairs"
    )


def number(x: float) -> str:
    """Return `x` to four significant digits, whole numbers in full."""
    return f"{x:.0f}" if float(x).is_integer() and abs(x) < 1e9 else f"{x:.4g}"


def _help(seeds: int | None, rows: int = 1) -> str:
    if seeds is None:
        return "more seeds would not decide it"
    if seeds > MANY:
        return "no practical number of seeds would decide it"
    holm = f", Holm's correction over {rows} rows included" if rows > 1 else ""
    return f"about {seeds} seeds would decide it with {POWER:.0%} power{holm}".replace("%", " %")


def _facts(grounds: Sequence[Comparison], quantities: Quantities) -> str:
    """Return what was measured, one clause a quantity, with how each meets its thresholds."""
    clauses: dict[str, list[str]] = {}
    for ground in grounds:
        clause = clauses.setdefault(_subject(ground, quantities), [])
        clause.append(_relation(ground, quantities))
    facts = [_clause(subject, relations) for subject, relations in clauses.items()]
    more = len(facts) - MOST_FACTS
    rest = [f"and {more} more of the kind{_names(grounds)}"] if more > 0 else []
    return "; ".join([*facts[:MOST_FACTS], *rest])


def _names(grounds: Sequence[Comparison]) -> str:
    """Return in brackets which keys the clauses left out are about; nothing without keys."""
    subjects = list(dict.fromkeys(ground.quantity or ground.text for ground in grounds))
    left_out = subjects[MOST_FACTS:]
    keyed = all(name.endswith("]") for name in left_out)
    return f" ({', '.join(f'`{name}`' for name in left_out)})" if keyed else ""


def _clause(subject: str, relations: Sequence[str]) -> str:
    said = " and ".join(dict.fromkeys(filter(None, relations)))
    return f"{subject}: {said}" if said else subject


def _subject(comparison: Comparison, quantities: Quantities) -> str:
    if comparison.quantity is None:
        return f"`{comparison.text}` = {number(comparison.value)}"
    return _measured(comparison.quantity, quantities[comparison.quantity])


def _measured(name: str, estimate: Estimate) -> str:
    if math.isnan(estimate.value):
        return f"`{name}` could not be measured ({estimate.method})"
    if estimate.low == estimate.high:
        return f"`{name}` = {number(estimate.value)} ({estimate.method}, n = {estimate.n})"
    if math.isnan(estimate.low + estimate.high):
        return f"`{name}` = {number(estimate.value)} (no 95 % interval, n = {estimate.n})"
    bounds = f"{number(estimate.low)} to {number(estimate.high)}"
    return f"`{name}` = {number(estimate.value)} (95 % interval {bounds}, n = {estimate.n})"


def _relation(comparison: Comparison, quantities: Quantities) -> str:
    threshold = number(comparison.threshold)
    if comparison.quantity is not None and math.isnan(quantities[comparison.quantity].value):
        return ""
    end = f"its {_ENDS[comparison.attribute]}" if comparison.attribute in _ENDS else "it"
    if math.isnan(comparison.value):
        return f"{end} is not known"
    if math.isnan(comparison.threshold):
        return "what it is compared with is not known"
    if comparison.attribute == "interval":
        return _equivalence(comparison, quantities)
    if straddles(comparison, quantities):
        return f"the interval straddles {threshold}"
    verb = "is" if comparison.holds else "is not"
    return f"{end} {verb} {_RELATIONS[comparison.operator]} {threshold}"


def _equivalence(comparison: Comparison, quantities: Quantities) -> str:
    estimate = quantities[comparison.quantity or comparison.text]
    inside = comparison.holds == (comparison.operator == "within")
    bounds = f"{number(estimate.low90)} to {number(estimate.high90)}"
    return (
        f"its 90 % interval, {bounds}, {'lies' if inside else 'does not lie'} "
        f"inside ±{number(comparison.threshold)}"
    )
