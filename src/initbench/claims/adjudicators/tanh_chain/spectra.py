"""Rows about singular values at the start as predictors and as causes."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, measured, success, success_gain
from initbench.claims.adjudicators.tanh_chain.arms import chain
from initbench.statistics import Estimate, auc, proportion
from initbench.tables.read import Tables

DEFAULT = chain("default")
XAVIER = chain("xavier")
WEIGHTS = [f"layers.{k}.weight" for k in range(8)]
PRINTED_RATIO = 0.0964  # s2/s1 of the layer that document A marks as problematic
NETS = 50_000  # random nets of eight layers drawn for the chance of such a layer


@adjudicates("A28")
def spectra_predict_failure(tables: Tables) -> Measured:
    """Return how well statistics of the starting spectra tell failed Xavier runs from others.

    Each is the area under the ROC curve with a small value of the statistic as the warning,
    so 0.5 is chance and 1 is perfect.
    """
    statistics = spectral_statistics(tables, XAVIER)
    failed = ~success(tables, XAVIER).reindex(statistics.index).to_numpy(bool)
    return {
        "area": {str(name): auc(-statistics[name].to_numpy(), failed) for name in statistics},
        "failures": proportion(failed),
    }


def spectral_statistics(tables: Tables, arm: Arm) -> pd.DataFrame:
    """Return four statistics of the hidden layers' singular values at step 0, a row a seed.

    Products over the layers are given as means of logarithms, which rank the runs alike.
    """
    s1, s2 = (
        measured(tables, arm, "singular_value", step=0, index=index)[WEIGHTS] for index in (0, 1)
    )
    ratio = s2 / s1
    return pd.DataFrame(
        {
            "min_ratio": ratio.min(axis=1),
            "mean_ratio": ratio.mean(axis=1),
            "product_ratio": np.log(ratio).mean(axis=1),
            "product_s1": np.log(s1).mean(axis=1),
        }
    )


@adjudicates("A33")
def worst_layer_to_blame(tables: Tables) -> dict[str, Estimate]:
    """Return what repairing only the worst layer adds to success, and how rare such one is."""
    flat = random_ratios(NETS) < PRINTED_RATIO
    repaired = chain("orthogonal_worst_of_default")
    return {
        "difference": success_gain(tables, chain("orthogonal_worst_of_xavier"), XAVIER),
        "difference_default": success_gain(tables, repaired, DEFAULT),
        "chance_in_one_layer": proportion(flat[:, 0]),
        "chance_in_eight_layers": proportion(flat.any(axis=1)),
    }


def random_ratios(nets: int) -> npt.NDArray[np.float64]:
    """Return s2/s1 (nets, 8) of random 2 x 2 layers with independent uniform entries.

    The ratio does not depend on the bound of the uniform law, so it is drawn from (-1, 1).
    """
    weights = np.random.default_rng(seed=33).uniform(-1, 1, (nets, len(WEIGHTS), 2, 2))
    values = np.linalg.svd(weights, compute_uv=False)
    return np.asarray(values[..., 1] / values[..., 0])
