"""How much a product of one matrix with itself grows, and whether its quotient settles."""

import numpy as np

from initbench.matrices.ensembles import Array
from initbench.matrices.products import log_norms

LOGGED = (1, 2, 3, 4, 5, 50, 99, 100, 300)
END = 300


def growth(quotients: Array, radius: Array) -> dict[str, Array]:
    """Return the columns (n,) on growth, from ln(|x_N|/|x_{N-1}|) (n, ≥ 300) and ρ (n,).

    The normalised ones are those of A/ρ, whose product is that of A divided by ρ at each step.
    """
    logs = log_norms(quotients)[:, : END + 1]
    normalised = np.exp(logs - np.arange(END + 1) * np.log(radius)[:, None])
    settled = np.exp(quotients[:, END - 10 : END]) / radius[:, None]
    last = normalised[:, -50:]
    return {
        **{f"log_growth_{steps}": logs[:, steps] for steps in LOGGED},
        "quotient_deviation": np.abs(settled - 1).max(axis=1),
        "quotient_last": np.exp(quotients[:, 99]),
        "mean_quotient": np.exp((logs[:, END] - logs[:, 100]) / (END - 100)) / radius,
        "normalised_peak": normalised.max(axis=1),
        "normalised_end": normalised[:, END],
        "normalised_cv": last.std(axis=1) / last.mean(axis=1),
    }
