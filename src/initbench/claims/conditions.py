"""The language of rules: a walk over Python's syntax tree that allows a dozen of its nodes."""

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from initbench.claims.keys import expanded
from initbench.errors import InitbenchError, unknown
from initbench.statistics import Estimate

LONGEST = 2000  # characters of a condition
DEEPEST = 100  # levels of its syntax tree
LARGEST = 1e30  # number in it
ATTRIBUTES = ("value", "low", "high", "n")
_SYMBOLS: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
_NEGATED = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}
_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}
_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b if b else math.nan,
}


@dataclass(frozen=True)
class Comparison:
    """One comparison of a condition: `text`, worth `value`, against a threshold.

    `quantity` and `attribute` are set where the compared side is one attribute of one quantity;
    the operator of an equivalence is "within" or "not within" and its threshold is the margin.
    """

    text: str
    operator: str
    value: float
    threshold: float
    holds: bool
    quantity: str | None = None
    attribute: str = ""

    @property
    def decisive(self) -> bool:
        """Whether it asks that an interval lie wholly on one side, which is a test of level 5 %."""
        wholly = {("low", ">"), ("high", "<"), ("interval", "w")}
        return self.quantity is not None and (self.attribute, self.operator[0]) in wholly

    @property
    def key(self) -> str:
        """The name of the test in an estimate's p-values, such as '0.1' or '±0.05'."""
        return f"±{self.threshold!r}" if self.attribute == "interval" else repr(self.threshold)


@dataclass(frozen=True)
class Outcome:
    """Whether a condition holds, all its comparisons, and those that the answer rests on.

    `p` is the p-value of a condition that holds, None where it rests on no paired difference.
    """

    holds: bool
    comparisons: tuple[Comparison, ...]
    grounds: tuple[Comparison, ...]
    p: float | None = None


Quantities = Mapping[str, Estimate]
Belief = Callable[[Comparison], bool]


def evaluate(
    condition: str, quantities: Quantities, belief: Belief = operator.attrgetter("holds")
) -> Outcome:
    """Return the outcome of `condition` over `quantities`; `belief` may overrule a comparison.

    The language: `name.value`, `.low`, `.high`, `.n`, numbers, + - * /, comparisons (also
    chained), `and`, `or`, `not`, `within(name, margin)`: the 90 % interval lies inside ±margin,
    and over the keys of a quantity `all(…)`, `any(…)`, `name[key]`. A comparison with NaN is
    false, also under `not`. Anything else raises InitbenchError.
    """
    body = expanded(_parsed(condition), quantities)
    return _Evaluator(quantities, belief).outcome(body, negated=False)


@cache
def _parsed(condition: str) -> ast.expr:
    """Return the syntax tree of a condition, which is neither endless nor nested without end."""
    if len(condition) > LONGEST:
        raise InitbenchError(
            f"The condition '{condition[:60]}…' has {len(condition)} characters, but {LONGEST} is "
            "the most; make it shorter."
        )
    try:
        tree = ast.parse(condition.strip(), mode="eval").body
    except SyntaxError as error:
        raise InitbenchError(
            f"The condition '{condition:.200}' is no expression: {error.msg}; correct the rule."
        ) from None
    except (RecursionError, MemoryError, ValueError):
        raise _nested(condition) from None
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    if level:
        raise _nested(condition)
    return tree


def _nested(condition: str) -> InitbenchError:
    return InitbenchError(
        f"The condition '{condition[:60]}…' is nested too deeply; write it with less than "
        f"{DEEPEST // 2} levels of `not`, parentheses and signs."
    )


def _is_sound(number: float) -> bool:
    return not isinstance(number, bool) and abs(number) <= LARGEST


def _has_quantity(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) for part in ast.walk(node))


@dataclass(frozen=True)
class _Evaluator:
    quantities: Quantities
    belief: Belief

    def outcome(self, node: ast.expr, *, negated: bool) -> Outcome:
        # `not` goes down to the comparisons, so that NaN makes both x > t and its denial false.
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return self.outcome(inner, negated=not negated)
            case ast.BoolOp(op=op, values=values):
                parts = [self.outcome(value, negated=negated) for value in values]
                return _join(parts, every=isinstance(op, ast.And) != negated)
            case ast.Compare(left=left, ops=ops, comparators=rights):
                pairs = zip([left, *rights], ops, rights, strict=False)
                return _join([self.pair(*pair, negated) for pair in pairs], every=not negated)
            case ast.Call(
                func=ast.Name(id="within"), args=[ast.Name(id=name), margin], keywords=[]
            ):
                return self.within(name, self.number(margin), negated)
        raise _refused(node)

    def pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr, negated: bool) -> Outcome:
        if type(op) not in _SYMBOLS:
            raise _refused(op)
        symbol = _NEGATED[_SYMBOLS[type(op)]] if negated else _SYMBOLS[type(op)]
        if isinstance(right, ast.Attribute) and not isinstance(left, ast.Attribute):
            left, symbol, right = right, _MIRRORED[symbol], left
        value, threshold = self.number(left), self.number(right)
        if not (_has_quantity(left) and (_has_quantity(right) or math.isfinite(threshold))):
            raise InitbenchError(
                f"A rule compares '{ast.unparse(left)}' with '{ast.unparse(right)}'; compare a "
                "quantity with another one, or with a finite number."
            )
        holds = not math.isnan(value + threshold) and _COMPARE[symbol](value, threshold)
        comparison = Comparison(ast.unparse(left), symbol, value, threshold, holds)
        if isinstance(left, ast.Attribute) and isinstance(left.value, ast.Name):
            comparison = replace(comparison, quantity=left.value.id, attribute=left.attr)
        return self.leaf(comparison)

    def within(self, name: str, margin: float, negated: bool) -> Outcome:
        if margin <= 0:
            raise InitbenchError(
                f"A rule asks whether {name} lies within ±{margin:g}, which nothing does; give a "
                "margin above 0."
            )
        found = self.quantity(name)
        inside = -margin < found.low90 and found.high90 < margin
        known = not math.isnan(found.low90 + found.high90 + margin)
        symbol = "not within" if negated else "within"
        holds = known and inside != negated
        return self.leaf(Comparison(name, symbol, found.value, margin, holds, name, "interval"))

    def leaf(self, comparison: Comparison) -> Outcome:
        p = self.p_value(comparison) if comparison.holds else None
        return Outcome(self.belief(comparison), (comparison,), (comparison,), p)

    def p_value(self, comparison: Comparison) -> float | None:
        known = self.quantities[comparison.quantity].p if comparison.quantity else {}
        if not (comparison.decisive and known):
            return None
        if comparison.key not in known:
            raise InitbenchError(
                f"The evidence tests {comparison.quantity} against {', '.join(known)} but the rule "
                f"names {comparison.key}; measure again with this ledger."
            )
        return known[comparison.key]

    def number(self, node: ast.expr) -> float:
        match node:
            case ast.Constant(value=int() | float() as value) if _is_sound(value):
                return float(value)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if attribute in ATTRIBUTES:
                return float(getattr(self.quantity(name), attribute))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -self.number(inner)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return _ARITHMETIC[type(op)](self.number(left), self.number(right))
        raise _refused(node)

    def quantity(self, name: str) -> Estimate:
        if name not in self.quantities:
            raise unknown("quantity", name, self.quantities)
        return self.quantities[name]


def _join(parts: Sequence[Outcome], *, every: bool) -> Outcome:
    """Return the conjunction (`every`) or disjunction of `parts`; nothing is short-circuited.

    A conjunction that holds is as uncertain as its weakest part (Berger 1982); a disjunction rests
    on its surest alternative, corrected by Bonferroni for the choice.
    """
    holds = (all if every else any)(part.holds for part in parts)
    chosen = [part for part in parts if part.holds == holds]
    if holds and not every:
        chosen = [min(chosen, key=lambda part: part.p or 0.0)]
    tests = [part.p for part in chosen if part.p is not None]
    factor = 1 if every else len(parts)
    return Outcome(
        holds,
        tuple(comparison for part in parts for comparison in part.comparisons),
        tuple(comparison for part in chosen for comparison in part.grounds),
        min(1.0, factor * max(tests)) if holds and tests else None,
    )


def _refused(node: ast.AST) -> InitbenchError:
    seen = ast.unparse(node)[:60] if isinstance(node, ast.expr) else type(node).__name__
    return InitbenchError(
        f"A rule may not say '{seen}'; use name.value, .low, .high or .n, numbers, + - * /, "
        "comparisons, and, or, not, within(name, margin), name[key], all(...), any(...)."
    )
