"""Rows on inits made for one architecture: SIREN's own rule and two others."""

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, final, success
from initbench.claims.adjudicators.residual.branches import net
from initbench.claims.adjudicators.tanh_chain.arms import chain
from initbench.statistics import GAIN, Estimate, mean
from initbench.tables.read import Tables

OWN = "siren_own"
STANDARD = {
    "default": "default",
    "xavier": "xavier_normal",
    "he": "he_normal",
    "normal": "normal_0.01",
}
SQUARED_RANGE = 4.0  # the signal lies within [-1, 1]
CHAIN = chain("svd_k1_s1.0", "tiny_factorial")
CHAIN_STANDARD = (chain("default"), chain("xavier"))


def best(rivals: "Iterable[pd.Series[Any]]") -> "pd.Series[Any]":
    """Return the runs with the highest mean."""
    return max(rivals, key=lambda runs: float(runs.mean()))


def psnr(tables: Tables, init: str) -> "pd.Series[float]":
    """Return the peak signal-to-noise ratio in dB between the training points, by seed.

    A run that diverged counts as 0 dB, an error as large as the range, and no run as less.
    """
    error = final(tables, Arm("siren", init, "siren_1d", "siren"), "test_loss").astype(float)
    error = error.fillna(SQUARED_RANGE).clip(upper=SQUARED_RANGE)
    return 10 * (SQUARED_RANGE / error).map(math.log10)


def siren_gain(tables: Tables) -> Estimate:
    """Return the paired difference in dB, SIREN's own init minus the best standard one."""
    standard = [psnr(tables, init) for init in STANDARD.values()]
    return replace(difference(psnr(tables, OWN), best(standard)), picked=-len(standard))


@adjudicates("B88")
def init_of_siren(tables: Tables) -> dict[str, Estimate]:
    """Return what SIREN's own init adds to the quality of the fit, and each init's quality."""
    inits = {"own": OWN} | STANDARD
    return {"difference": siren_gain(tables)} | {
        name: mean(psnr(tables, init).to_numpy(), unit="dB") for name, init in inits.items()
    }


@adjudicates("B94")
def custom_inits(tables: Tables) -> dict[str, Estimate]:
    """Return what three inits made for their net add over the standard ones."""
    standard = [success(tables, arm).astype(float) for arm in CHAIN_STANDARD]
    chain = difference(success(tables, CHAIN), best(standard))
    return {
        "siren": siren_gain(tables),
        "residual": difference(
            final(tables, net("zero_last")), final(tables, net("he")), bounds=GAIN
        ),
        "chain": replace(chain, picked=-len(standard)),
    }
