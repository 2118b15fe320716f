"""Which function measures which claim."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from initbench.discovery import load_all
from initbench.errors import InitbenchError, unknown
from initbench.statistics import Estimate

if TYPE_CHECKING:
    from initbench.tables.read import Tables

# A quantity with keys is a mapping from each key to its estimate.
Measured = Mapping[str, Estimate | Mapping[str, Estimate]]
Adjudicator = Callable[["Tables"], Measured]
Function = TypeVar("Function", bound=Adjudicator)
_REGISTRY: dict[str, Adjudicator] = {}
_BESIDE: dict[str, dict[str, Adjudicator]] = {}


def adjudicates(claim: str) -> Callable[[Function], Function]:
    """Register the decorated function as the measurement of `claim`; a second one is refused."""
    return _register(_REGISTRY, claim, f"Claim {claim}")


def reports(claim: str, experiment: str) -> Callable[[Function], Function]:
    """Register the decorated function as what `experiment` adds to `claim` beside its rule."""
    return _register(_BESIDE.setdefault(claim, {}), experiment, f"{experiment} beside {claim}")


def _register(
    known: dict[str, Adjudicator], name: str, what: str
) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
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
