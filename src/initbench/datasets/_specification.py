"""Checks of a data set's entry in config.yaml that every source shares."""

import math
from collections.abc import Iterable
from typing import Any

from initbench.datasets._source import Spec
from initbench.errors import InitbenchError, unknown


def check_keys(source: str, spec: Spec, required: Iterable[str], optional: Iterable[str]) -> None:
    """Raise InitbenchError if `spec` lacks a required key or has one that `source` does not know.

    `source` itself is always allowed.
    """
    required = tuple(required)
    known = ("source", *required, *optional)
    for key in spec:
        if key not in known:
            raise unknown(f"key of data source '{source}'", str(key), known)
    for key in required:
        if key not in spec:
            raise InitbenchError(
                f"Data source '{source}' needs the key '{key}'; add it to the entry in config.yaml."
            )


def check_number(key: str, value: Any, low: float, high: float = math.inf) -> None:
    """Raise InitbenchError unless `value` is a finite number with low <= value <= high."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and low <= value <= high):
        bound = f"of {low:g} or more" if high == math.inf else f"from {low:g} to {high:g}"
        raise InitbenchError(f"'{key}' of a data set is {value!r}; give a number {bound}.")


def check_whole_number(key: str, value: Any, low: int) -> None:
    """Raise InitbenchError unless `value` is a whole number of at least `low`."""
    check_number(key, value, low)
    if not isinstance(value, int):
        raise InitbenchError(f"'{key}' of a data set is {value!r}; give a whole number.")
