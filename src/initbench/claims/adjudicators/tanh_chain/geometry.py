"""Rows about signals inside the chain: gradients, clouds, information, probes."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, measured, success
from initbench.claims.adjudicators.tanh_chain.arms import POINT, chain
from initbench.statistics import GAIN, Estimate, mean, median, proportion
from initbench.tables.read import Tables

DEFAULT = chain("default")
ORTHOGONAL = chain("orthogonal")
HIDDEN = [f"layers.{k}" for k in range(8)]
FOURTH = "layers.3"
LINE = 0.99  # share of variance on one axis from which a cloud counts as a line
RECOVERED = 1e-6  # largest error of a recovered input
RANK = 6 * 2 / (9 * 80)  # by which a rank correlation of nine places changes at least
TINY = float(np.finfo(np.float32).tiny)  # keeps the logarithm and ratio of a zero gradient finite


@adjudicates("A08")
def vanishing_gradients(tables: Tables) -> dict[str, Estimate]:
    """Return how gradients shrink over depth at the start, and over the first ten steps."""
    return {
        "depth": _over_depth(tables, DEFAULT),
        "onset": _onset(tables, DEFAULT),
        "depth_orthogonal": _over_depth(tables, ORTHOGONAL),
        "onset_orthogonal": _onset(tables, ORTHOGONAL),
    }


def _over_depth(tables: Tables, arm: Arm) -> Estimate:
    norms = measured(tables, arm, "gradient_norm", step=0).clip(lower=TINY)
    return median(np.log10(norms["layers.0.weight"] / norms["layers.7.weight"]))


def _onset(tables: Tables, arm: Arm) -> Estimate:
    start, later = (_total_gradient(tables, arm, step) for step in (0, 10))
    return median((later / start.clip(lower=TINY)).to_numpy())


def _total_gradient(tables: Tables, arm: Arm, step: int) -> "pd.Series[float]":
    return (measured(tables, arm, "gradient_norm", step) ** 2).sum(axis=1) ** 0.5


@adjudicates("A15")
def cloud_becomes_a_line(tables: Tables) -> dict[str, Estimate]:
    """Return how often the test points lie on a line after four layers of the default chain."""
    return _lines(tables, "pc1_share")


@adjudicates("A16")
def grid_becomes_a_line(tables: Tables) -> dict[str, Estimate]:
    """Return how often the grid of grey crosses lies on a line after four layers."""
    return _lines(tables, "pc1_share_grid")


def _lines(tables: Tables, quantity: str) -> dict[str, Estimate]:
    """Return the share of runs on a line, and orthogonal minus default, at both moments."""
    estimates = {}
    for moment, step in (("init", 0), ("end", None)):
        default, orthogonal = (
            measured(tables, arm, quantity, step)[FOURTH] for arm in (DEFAULT, ORTHOGONAL)
        )
        estimates[f"share_{moment}"] = proportion((default >= LINE).to_numpy())
        estimates[f"difference_{moment}"] = difference(orthogonal >= LINE, default >= LINE)
        estimates[f"median_pc1_{moment}"] = median(default.to_numpy())
    return estimates


@adjudicates("A38")
def orthogonal_grid_stays_planar(tables: Tables) -> dict[str, Estimate]:
    """Return how often the grid keeps two dimensions in all layers of the orthogonal chain."""
    return {
        "planar_init": _planar(tables, "pc1_share_grid", 0),
        "planar_end": _planar(tables, "pc1_share_grid", None),
        "planar_cloud_init": _planar(tables, "pc1_share", 0),
        "planar_cloud_end": _planar(tables, "pc1_share", None),
    }


def _planar(tables: Tables, quantity: str, step: int | None) -> Estimate:
    shares = measured(tables, ORTHOGONAL, quantity, step)[HIDDEN]
    return proportion((shares < LINE).all(axis=1).to_numpy())


@adjudicates("A17")
def lost_structure(tables: Tables) -> dict[str, Estimate]:
    """Return whether inputs can be recovered from the last hidden layer of the default chain."""
    estimates = {}
    for moment, step in (("end", None), ("init", 0)):
        suffix = "" if moment == "end" else "_init"
        for precision in ("float64", "float32"):
            error = measured(tables, DEFAULT, f"inversion_error_{precision}", step)[HIDDEN[-1]]
            recovered = (error < RECOVERED).to_numpy()
            estimates[f"recovered_{precision}{suffix}"] = proportion(recovered)
        codes = measured(tables, DEFAULT, "knn_accuracy", step)
        estimates[f"knn_change{suffix}"] = difference(codes[HIDDEN[-1]], codes["input"])
    return estimates


@adjudicates("A23")
def layers_pull_classes_apart(tables: Tables) -> dict[str, Estimate]:
    """Return how a linear probe improves over the trained orthogonal chain, and how steadily."""
    probes = measured(tables, ORTHOGONAL, "linear_probe")[["input", *HIDDEN]]
    solved = probes[success(tables, ORTHOGONAL).reindex(probes.index)]
    return {
        "gain": median((solved[HIDDEN[-1]] - solved["input"]).to_numpy(), step=POINT),
        "trend": median(order_correlation(solved.to_numpy()), step=RANK),
        "after_first": mean((solved[HIDDEN[-1]] - solved[HIDDEN[0]]).to_numpy(), bounds=GAIN),
        "gain_all_runs": median((probes[HIDDEN[-1]] - probes["input"]).to_numpy(), step=POINT),
        "trend_all_runs": median(order_correlation(probes.to_numpy()), step=RANK),
    }


def order_correlation(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return Spearman's correlation (n,) of each row of (n, k) with its position 0..k-1.

    A row without any variation has no trend: its correlation counts as 0.
    """
    ranks = rankdata(rows, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    order = np.arange(rows.shape[1]) - (rows.shape[1] - 1) / 2
    scale = np.sqrt((ranks**2).sum(axis=1) * (order**2).sum())
    trend = np.zeros(len(rows))
    np.divide(ranks @ order, scale, out=trend, where=scale > 0)
    return trend
