"""Gaussian clouds, one a class, some of them much rarer than others."""

import numpy as np
from numpy.random import RandomState

from initbench.datasets._drawn import DrawnSource
from initbench.datasets._source import Labels, Points, Spec, Split
from initbench.datasets._specification import MOST_SAMPLES, check_numbers
from initbench.errors import InitbenchError

SPREAD = 0.5  # std of each coordinate of the centres; the clouds themselves have 1


def frequencies(classes: int, ratio: float) -> Points:
    """Return class shares (classes,) that fall geometrically from the first to the last by `ratio`.

    Two classes at a ratio of 99 have the shares 0.99 and 0.01.
    """
    shares = ratio ** -np.linspace(0, 1, classes)
    found: Points = shares / shares.sum()
    return found


def clouds(spec: Spec, stream: RandomState) -> Split:
    """Return points (1, n, features) of `classes` clouds and their classes (1, n)."""
    centres = stream.normal(scale=SPREAD, size=(spec["classes"], spec["features"]))
    return Split(
        *_part(spec, spec["train"], centres, stream), *_part(spec, spec["test"], centres, stream)
    )


def _part(spec: Spec, samples: int, centres: Points, stream: RandomState) -> tuple[Points, Labels]:
    """Return samples whose counts by class follow the shares as closely as whole numbers can."""
    ends = np.cumsum(frequencies(spec["classes"], spec["ratio"])) * samples
    y = np.searchsorted(ends, np.arange(samples) + 0.5, side="right")
    y = stream.permutation(np.minimum(y, spec["classes"] - 1))
    x = centres[y] + stream.normal(size=(samples, spec["features"]))
    return x.astype(np.float32)[None], y.astype(np.int64)[None]


def _check_size(spec: Spec) -> None:
    """Refuse too many numbers, and so few samples that the rarest class has none."""
    check_numbers("gaussian_classes", (spec["train"] + spec["test"]) * spec["features"])
    rarest = frequencies(spec["classes"], spec["ratio"])[-1]
    for part in ("train", "test"):
        if rarest * spec[part] < 0.5:
            raise InitbenchError(
                f"The rarest of {spec['classes']} classes at a ratio of {spec['ratio']} has no "
                f"sample among {spec[part]} (`{part}`); give more samples or a smaller ratio."
            )


SOURCE = DrawnSource(
    "gaussian_classes",
    {
        "classes": (2, 1000),
        "features": (1, 100_000),
        "ratio": (1, 1_000_000),
        "train": (2, MOST_SAMPLES),
        "test": (2, MOST_SAMPLES),
    },
    clouds,
    "Gaussian clouds with geometric class shares",
    _check_size,
)
