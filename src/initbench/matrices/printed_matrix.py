"""The 5 × 5 matrix of document C, read from the figure of its page, and the values it prints."""

import numpy as np
from numpy.typing import NDArray

MATRIX: NDArray[np.float64] = np.array(
    [
        [-0.42739389, -0.91464317, 0.17051758, -1.04743813, 0.24789594],
        [-0.53701479, -0.36202856, 0.82169871, -0.046131, 0.04811389],
        [-0.40991696, -1.38174488, 0.09368269, 0.2774955, -0.2917465],
        [0.42508457, -0.490963, 1.54949819, -0.13925871, 0.96862453],
        [0.43682514, -1.01695567, 2.85185699, 0.97823768, -2.29492069],
    ]
)
MATRIX.flags.writeable = False

# The document prints moduli; the largest eigenvalue is real and negative.
PRINTED_EIGENVALUES = (0.980, 0.980, 1.586, 1.586, 2.604)
PRINTED_QUOTIENT = 2.60
PRINTED_STEPS, PRINTED_NORM = 99, 1.85e41  # last point of its plot of the norm
