"""A signal on a line with slow and fast parts and a jump, to be fitted by a small network."""

import numpy as np
from numpy.random import RandomState

from initbench.datasets._drawn import DrawnSource
from initbench.datasets._source import Points, Spec, Split
from initbench.datasets._specification import MOST_SAMPLES

FREQUENCIES = (1.0, 5.0, 13.0, 29.0)  # cycles over [-1, 1]


def signal(t: Points) -> Points:
    """Return the signal at `t` in [-1, 1]: sines of four frequencies and a step, within [-1, 1]."""
    waves = sum(np.sin(np.pi * f * t) / (k + 1) for k, f in enumerate(FREQUENCIES))
    value: Points = (waves + np.where(t > 0.3, 0.5, -0.5)) / 2.6
    return value


def fit(spec: Spec, stream: RandomState) -> Split:
    """Return evenly spaced t (1, n, 1) with values (1, n, 1); the test points lie half way between.

    The points are the same for every stream; their order is the stream's, so that points held out
    of the training lie among the others.
    """
    train = stream.permutation(np.linspace(-1, 1, spec["points"]))
    test = (np.sort(train)[1:] + np.sort(train)[:-1]) / 2
    parts = [
        array[None, :, None].astype(np.float32) for t in (train, test) for array in (t, signal(t))
    ]
    return Split(*parts)


SOURCE = DrawnSource("signal_1d", {"points": (2, MOST_SAMPLES)}, fit, "one fixed signal on a line")
