"""A ring round a disc: the negative control that no chain of width 2 can pull apart.

Invertible layers of width 2 are homeomorphisms of the plane, so the disc stays enclosed.
"""

import numpy as np
from numpy.random import RandomState

from initbench.datasets._planar import PlanarSource
from initbench.datasets._source import Points

DISC = 0.4  # radius
RING = (0.8, 1.0)  # inner and outer radius


def ring_and_disc(first: int, second: int, stream: RandomState) -> tuple[Points, Points]:
    """Return noise-free points (n, 2), uniform over a ring (class 0) and over a disc (class 1)."""
    return _annulus(first, *RING, stream), _annulus(second, 0.0, DISC, stream)


def _annulus(count: int, inner: float, outer: float, stream: RandomState) -> Points:
    angle = stream.uniform(0, 2 * np.pi, count)
    radius = np.sqrt(stream.uniform(inner**2, outer**2, count))  # uniform over the area
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


SOURCE = PlanarSource("circles", ring_and_disc)
