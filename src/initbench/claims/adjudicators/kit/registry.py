"""Which function measures which claim."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from initbench.discovery import load_all
from initbench.errors import InitbenchError, unknown
from initbench.statistics import Estimate

if TYPE_CHECKING:
    from initbench.tables.read import Tables

Adjudicator = Callable[["Tables"], dict[str, Estimate]]
_REGISTRY: dict[str, Adjudicator] = {}
_BESIDE: dict[str, dict[str, Adjudicator]] = {}


def adjudicates(claim: str) -> Callable[[Adjudicator], Adjudicator]:
    """Register the decorated function as the measurement of `claim`; a second one is refused."""
    return _register(_REGISTRY, claim, f"Claim {claim}")


def reports(claim: str, experiment: str) -> Callable[[Adjudicator], Adjudicator]:
    """Register the decorated function as what `experiment` adds to `claim` beside its rule."""
    return _register(_BESIDE.setdefault(claim, {}), experiment, f"{experiment} beside {claim}")


def _register(
    known: dict[str, Adjudicator], name: str, what: str
) -> Callable[[Adjudicator], Adjudicator]:
    def register(function: Adjudicator) -> Adjudicator:
        if name in known:
            raise InitbenchError(f"{what} has two adjudicators; keep one.")
        known[name] = function
        return function

    return register


def adjudicator(claim: str) -> Adjudicator:
    """Return the function that measures `claim`; raise InitbenchError where there is none."""
    known = adjudicators()
    if claim not in known:
        raise unknown("adjudicator", claim, known)
    return known[claim]


def beside(claim: str) -> dict[str, Adjudicator]:
    """Return what measures the quantities that `claim` only reports, by their experiment."""
    load_all("claims/adjudicators")
    return dict(_BESIDE.get(claim, {}))


def adjudicators() -> dict[str, Adjudicator]:
    """Return all adjudicators by claim."""
    load_all("claims/adjudicators")
    return dict(_REGISTRY)
