"""The moons of document A's notebook against this package's own (A01)."""

import numpy as np
from numpy.random import RandomState

from initbench.checks._registry import Measurement, check
from initbench.datasets.moons import SOURCE

SEEDS = 20


@check("A01", "a01_moons_equal_sklearn")
def moons_equal_sklearn() -> Measurement:
    """Return the largest difference between our 1000 moons and scikit-learn's, over 20 seeds."""
    from sklearn.datasets import make_moons

    worst = 0.0
    for seed in range(SEEDS):
        x, y = SOURCE.draw(1000, 0.1, RandomState(seed))
        points, labels = make_moons(1000, noise=0.1, random_state=RandomState(seed))
        worst = max(worst, np.abs(x - points).max(), np.abs(y - labels).max())
    return Measurement(
        worst, 0, 1e-12, f"largest difference in a coordinate or label over {SEEDS} seeds"
    )
