"""Two interleaving half circles, the data of document A's notebook."""

import numpy as np
from numpy.random import RandomState

from initbench.datasets._planar import PlanarSource
from initbench.datasets._source import Points


def half_circles(first: int, second: int, stream: RandomState) -> tuple[Points, Points]:
    """Return the noise-free points (n, 2) of both moons, evenly spaced as in scikit-learn.

    Class 0 is the upper unit half circle round (0, 0), class 1 the lower one round (1, 0.5).
    """
    upper, lower = np.linspace(0, np.pi, first), np.linspace(0, np.pi, second)
    return (
        np.column_stack([np.cos(upper), np.sin(upper)]),
        np.column_stack([1 - np.cos(lower), 1 - np.sin(lower) - 0.5]),
    )


SOURCE = PlanarSource("moons", half_circles)
