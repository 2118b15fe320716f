"""Remember the first symbol of a sequence until its end: a task of pure memory."""

import numpy as np
from numpy.random import RandomState

from initbench.datasets._drawn import DrawnSource
from initbench.datasets._source import Labels, Points, Spec, Split
from initbench.datasets._specification import MOST_SAMPLES, check_numbers

NOISE = 0.1  # std of what the network sees while it waits


def recall(spec: Spec, stream: RandomState) -> Split:
    """Return sequences (1, n, steps, classes + 1) and the symbols (1, n) to be recalled.

    The first step shows one of `classes` symbols, the last a cue in the channel of its own; in
    between there is Gaussian noise in the symbols' channels.
    """
    return Split(*_part(spec, spec["train"], stream), *_part(spec, spec["test"], stream))


def _part(spec: Spec, samples: int, stream: RandomState) -> tuple[Points, Labels]:
    symbols = stream.randint(spec["classes"], size=samples)
    x = np.zeros((samples, spec["steps"], spec["classes"] + 1), np.float32)
    x[:, 1:, :-1] = stream.normal(scale=NOISE, size=x[:, 1:, :-1].shape)
    x[np.arange(samples), 0, symbols] = 1
    x[:, -1, -1] = 1
    return x[None], symbols.astype(np.int64)[None]


def _check_size(spec: Spec) -> None:
    features = spec["classes"] + 1
    check_numbers("delayed_recall", (spec["train"] + spec["test"]) * spec["steps"] * features)


SOURCE = DrawnSource(
    "delayed_recall",
    {
        "steps": (3, 10_000),
        "classes": (2, 1000),
        "train": (2, MOST_SAMPLES),
        "test": (2, MOST_SAMPLES),
    },
    recall,
    "sequences that show a symbol first and ask for it last",
    _check_size,
)
