"""Random matrices multiplied again and again (family E5): growth, eigenvalues, alignment."""

from initbench.matrices.ensembles import check
from initbench.matrices.measurement import measure

__all__ = ["check", "measure"]
