"""Two thick C-shaped bands, each with an end in the mouth of the other: the yin-yang picture."""

import numpy as np
from numpy.random import RandomState

from initbench.datasets._planar import PlanarSource
from initbench.datasets._source import Points

SPAN = 4 * np.pi / 3  # of the arc: a third of the ring stays open
HALF_WIDTH = 0.2  # of the band, in radii of its middle line
CENTRE = np.array([0.5, 0.25])  # of the point symmetry that takes one band to the other


def bands(first: int, second: int, stream: RandomState) -> tuple[Points, Points]:
    """Return noise-free points (n, 2) of two bands round (0, 0) and (1, 0.5), of mean radius 1.

    Angle and radius are uniform; the second band is the first turned by half a turn. Without
    noise the bands are 0.26 apart.
    """
    one, other = _band(first, stream), _band(second, stream)
    return one, 2 * CENTRE - other


def _band(count: int, stream: RandomState) -> Points:
    angle = stream.uniform(0, SPAN, count)
    radius = stream.uniform(1 - HALF_WIDTH, 1 + HALF_WIDTH, count)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


SOURCE = PlanarSource("c_bands", bands)
