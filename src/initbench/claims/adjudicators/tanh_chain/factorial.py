"""Row A27: early against late layers, conditioning against scale."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import reached, success_gain
from initbench.claims.adjudicators.tanh_chain.arms import chain
from initbench.statistics import Estimate, exact, undefined, with_intervals
from initbench.tables.read import Tables

FIRST_4 = chain("orthogonal_first_4")
LAST_4 = chain("orthogonal_last_4")
SPECTRUM = r"svd_k(?P<kappa>[\d.]+)_s(?P<scale>[\d.]+)"
FACTORS = {"kappa": "log2_kappa", "scale": "log_scale"}


@adjudicates("A27")
def early_spread_is_the_cure(tables: Tables) -> dict[str, Estimate]:
    """Return first minus last four orthogonal layers, and the effects of kappa and scale."""
    return {"first_minus_last": success_gain(tables, FIRST_4, LAST_4)} | effects(design(tables))


def design(tables: Tables) -> pd.DataFrame:
    """Return success, log2 condition number and log scale of each run of the factorial."""
    outcomes = tables.outcomes("tiny_factorial")
    factors = outcomes["init"].astype(str).str.extract(SPECTRUM).astype(float)
    return pd.DataFrame(
        {
            "seed": outcomes["seed"],
            "success": reached(outcomes["test_accuracy"], 0.99).astype(float),
            "log2_kappa": np.log2(factors["kappa"]),
            "log_scale": np.log(factors["scale"]),
        }
    )


def effects(runs: pd.DataFrame) -> dict[str, Estimate]:
    """Return both coefficients of a logistic regression and each factor's share of deviance.

    A share is the part of the null deviance that is lost when the factor is left out. Standard
    errors are clustered by seed, because the arms of the factorial share their seeds. Where
    the outcomes can be separated without error, nothing can be estimated.
    """
    seeds = runs["seed"].nunique()
    try:
        full, without_kappa, without_scale = (
            _fit(runs, factors) for factors in (["kappa", "scale"], ["scale"], ["kappa"])
        )
    except PerfectSeparationWarning:
        names = ("kappa_effect", "scale_effect", "kappa_deviance", "scale_deviance")
        return dict.fromkeys(names, replace(undefined(seeds), method="perfectly separated"))
    return {
        "kappa_effect": _coefficient(full, "log2_kappa", seeds),
        "scale_effect": _coefficient(full, "log_scale", seeds),
        "kappa_deviance": exact((without_kappa.deviance - full.deviance) / full.null_deviance),
        "scale_deviance": exact((without_scale.deviance - full.deviance) / full.null_deviance),
    }


def _fit(runs: pd.DataFrame, factors: list[str]) -> Any:
    """Return the fitted logistic regression; raises PerfectSeparationWarning."""
    matrix = sm.add_constant(runs[[FACTORS[name] for name in factors]])
    model = sm.GLM(runs["success"], matrix, family=sm.families.Binomial())
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        return model.fit(cov_type="cluster", cov_kwds={"groups": runs["seed"].to_numpy()})


def _coefficient(fit: Any, name: str, seeds: int) -> Estimate:
    def interval(level: float) -> tuple[float, float]:
        low, high = fit.conf_int(alpha=1 - level).loc[name]
        return low, high

    return with_intervals(fit.params[name], interval, seeds, "logistic regression", "log odds")
