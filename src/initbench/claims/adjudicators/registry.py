"""Which function measures which claim."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

from initbench.errors import InitbenchError, unknown
from initbench.statistics import Estimate
from initbench.tables import Tables

Adjudicator = Callable[[Tables], dict[str, Estimate]]
_REGISTRY: dict[str, Adjudicator] = {}


def adjudicates(claim: str) -> Callable[[Adjudicator], Adjudicator]:
    """Register the decorated function as the measurement of `claim`; a second one is refused."""

    def register(function: Adjudicator) -> Adjudicator:
        if claim in _REGISTRY:
            raise InitbenchError(f"Claim {claim} has two adjudicators; keep one.")
        _REGISTRY[claim] = function
        return function

    return register


def adjudicator(claim: str) -> Adjudicator:
    """Return the function that measures `claim`; raise InitbenchError where there is none."""
    known = adjudicators()
    if claim not in known:
        raise unknown("adjudicator", claim, known)
    return known[claim]


def adjudicators() -> dict[str, Adjudicator]:
    """Return all adjudicators by claim."""
    _import_all()
    return dict(_REGISTRY)


@cache
def _import_all() -> None:
    package = importlib.import_module("initbench.claims.adjudicators")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
