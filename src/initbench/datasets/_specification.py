"""Checks of a data set's entry in config.yaml that every source shares."""

from collections.abc import Iterable
from typing import Any

from initbench.datasets._source import Spec
from initbench.errors import InitbenchError, unknown

MOST_SAMPLES = 10_000_000
MOST_NUMBERS = 1_000_000_000  # 4 GB


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


def check_number(key: str, value: Any, low: float, high: float) -> None:
    """Raise InitbenchError unless `value` is a number with low <= value <= high, which NaN is not.

    `high` is finite.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and low <= value <= high):
        raise InitbenchError(
            f"'{key}' of a data set is {value!r:.80}; give a number of {low:.15g} or more, "
            f"at most {high:.15g}."
        )


def check_whole_number(key: str, value: Any, low: int, high: int) -> None:
    """Raise InitbenchError unless `value` is a whole number with low <= value <= high."""
    check_number(key, value, low, high)
    if not isinstance(value, int):
        raise InitbenchError(f"'{key}' of a data set is {value!r}; give a whole number.")


def check_choice(key: str, value: Any, options: Iterable[str]) -> None:
    """Raise InitbenchError unless `value` is one of `options`; it may be of any type."""
    if value not in tuple(options):
        raise unknown(f"value of '{key}'", str(value), options)


def check_numbers(source: str, numbers: int) -> None:
    """Raise InitbenchError for a data set of more than `MOST_NUMBERS` numbers."""
    if numbers > MOST_NUMBERS:
        raise InitbenchError(
            f"A data set of source '{source}' has {numbers} numbers, but {MOST_NUMBERS} is the "
            "most; make it smaller."
        )
