"""In which shapes `orthogonal_` gives orthogonal matrices, and where only half of it (B38)."""

import numpy as np

from initbench.checks._draws import filled
from initbench.checks._registry import Measurement, check
from initbench.checks.orthogonality import DRAWS, SHAPES, gram_is_identity

for form in SHAPES:
    check("B38", f"b38_{form}", form=form)(gram_is_identity)


@check("B38", "b38_long_side")
def long_side() -> Measurement:
    """Return the largest entry of |gram - I| for the longer side of tall and wide matrices.

    The gram of the longer side has a rank below its order, so it cannot be the identity.
    """
    shapes = [*SHAPES["tall"], *SHAPES["wide"]]
    worst = 0.0
    for shape in shapes:
        for seed in DRAWS:
            weight = filled("orthogonal_", shape, seed, "float32")
            long = weight if shape[0] > shape[1] else weight.T
            worst = max(worst, float(np.abs(long @ long.T - np.eye(len(long))).max()))
    listed = ", ".join(f"{outputs}x{inputs}" for outputs, inputs in shapes)
    return Measurement(worst, 0, 1e-5, f"largest over {len(DRAWS)} draws of {listed}")
