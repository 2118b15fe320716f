"""How a check that needs no training is declared, found and turned into a row."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from initbench.errors import InitbenchError


@dataclass(frozen=True)
class Measurement:
    """What a check saw and what the claim expects; an expected NaN only reports the value."""

    value: float
    expected: float
    tolerance: float
    detail: str

    @property
    def passed(self) -> bool:
        """Whether |value - expected| <= tolerance; a reported value passes if it is a number."""
        if math.isnan(self.expected):
            return not math.isnan(self.value)
        return abs(self.value - self.expected) <= self.tolerance


@dataclass(frozen=True)
class Check:
    """One check of one claim: a function with the arguments that its slug stands for."""

    claim: str
    slug: str
    function: Callable[..., Measurement]
    arguments: Mapping[str, Any]
    reads_mnist: bool

    def run(self, mnist: Path | None) -> Measurement:
        """Return the measurement; InitbenchError if it reads MNIST and `mnist` is None."""
        if not self.reads_mnist:
            return self.function(**self.arguments)
        if mnist is None:
            raise InitbenchError(
                f"Check '{self.slug}' reads MNIST, but no prepared folder was given; pass one."
            )
        return self.function(mnist, **self.arguments)


REGISTRY: dict[str, Check] = {}


def check(
    claim: str, slug: str, *, reads_mnist: bool = False, **arguments: Any
) -> Callable[[Callable[..., Measurement]], Callable[..., Measurement]]:
    """Register a function as the check `slug` of `claim`, called with `arguments`.

    With `reads_mnist` its first argument is the folder of the prepared MNIST. The decorator can be
    stacked to register one function for several cases; InitbenchError for a slug used twice.
    """

    def register(function: Callable[..., Measurement]) -> Callable[..., Measurement]:
        if slug in REGISTRY:
            raise InitbenchError(f"Two checks are called '{slug}'; give one of them another name.")
        REGISTRY[slug] = Check(claim, slug, function, arguments, reads_mnist)
        return function

    return register
