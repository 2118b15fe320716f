"""The adding problem (Hochreiter and Schmidhuber 1997, section 5.4): sum two marked numbers."""

import numpy as np
from numpy.random import RandomState

from initbench.datasets._drawn import DrawnSource
from initbench.datasets._source import Points, Spec, Split
from initbench.datasets._specification import MOST_SAMPLES, check_numbers


def adding(spec: Spec, stream: RandomState) -> Split:
    """Return sequences (1, n, steps, 2) of numbers and marks, and the sums (1, n) float32.

    Numbers are uniform on [0, 1]; one mark lies in the first half and one in the second. Always
    answering 1 has a mean squared error of 1/6.
    """
    return Split(*_part(spec, spec["train"], stream), *_part(spec, spec["test"], stream))


def _part(spec: Spec, samples: int, stream: RandomState) -> tuple[Points, Points]:
    steps, rows = spec["steps"], np.arange(samples)
    x = np.zeros((samples, steps, 2), np.float32)
    x[..., 0] = stream.uniform(size=(samples, steps))
    marks = (
        stream.randint(0, steps // 2, size=samples),
        stream.randint(steps // 2, steps, samples),
    )
    for mark in marks:
        x[rows, mark, 1] = 1
    return x[None], x[rows, marks[0], 0][None] + x[rows, marks[1], 0][None]


SOURCE = DrawnSource(
    "adding",
    {"steps": (2, 10_000), "train": (2, MOST_SAMPLES), "test": (2, MOST_SAMPLES)},
    adding,
    "sequences of numbers, two of which are marked and to be summed",
    lambda spec: check_numbers("adding", (spec["train"] + spec["test"]) * spec["steps"] * 2),
)
