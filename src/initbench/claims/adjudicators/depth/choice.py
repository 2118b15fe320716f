"""Row B90: an init chosen by the document's rules, at random, or once for all."""

from collections.abc import Mapping, Sequence
from itertools import product

import pandas as pd

from initbench.claims.adjudicators.depth.arms import (
    ACTIVATIONS,
    AT_ONE_RATE,
    DECISIVE,
    DEPTHS,
    FIXED,
    INITS,
    MATCHED,
    TUNED,
    net,
)
from initbench.claims.adjudicators.kit.extremes import named
from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import difference, final
from initbench.statistics import GAIN, Estimate, mean
from initbench.tables.read import Tables

Net = tuple[str, int]  # activation and depth
VERY_DEEP = 30


@adjudicates("B90")
def choice_by_rule(tables: Tables) -> dict[str, Estimate]:
    """Return what the document's choice gains over two others, and the regret of each choice.

    Regret: accuracy of a net's best init less that of the chosen one, averaged over the nets.
    """
    ends = accuracies(tables, TUNED, ACTIVATIONS, INITS)
    chosen = chosen_by(ends, {pair: advice(*pair) for pair in ends})
    by_activation = chosen_by(ends, {pair: MATCHED[pair[0]] for pair in ends})
    best = chosen_by(ends, {pair: best_init(runs) for pair, runs in ends.items()})
    random, (name, single) = at_random(ends), best_single(ends)
    fixed = accuracies(tables, FIXED, DECISIVE, AT_ONE_RATE)
    chosen_fixed = chosen_by(fixed, {pair: advice(*pair) for pair in fixed})
    return {
        "over_random": difference(chosen, random, bounds=GAIN),
        "over_single": named(difference(chosen, single, bounds=GAIN), f"single choice {name}"),
        "by_activation_over_random": difference(by_activation, random, bounds=GAIN),
        "by_activation_over_single": difference(by_activation, single, bounds=GAIN),
        "regret_rule": mean((best - chosen).to_numpy(), bounds=GAIN),
        "regret_random": mean((best - random).to_numpy(), bounds=GAIN),
        "regret_single": mean((best - single).to_numpy(), bounds=GAIN),
        "over_random_fixed_rate": difference(chosen_fixed, at_random(fixed), bounds=GAIN),
        "over_single_fixed_rate": difference(chosen_fixed, best_single(fixed)[1], bounds=GAIN),
    }


def advice(activation: str, depth: int) -> str:
    """Return document B's init: by the activation, and LSUV in very deep nets."""
    return "lsuv" if depth >= VERY_DEEP else MATCHED[activation]


def accuracies(
    tables: Tables, experiment: str, activations: Sequence[str], inits: Sequence[str]
) -> dict[Net, pd.DataFrame]:
    """Return the final test accuracies of each net as a table seeds x inits."""
    return {
        pair: pd.concat(
            {init: final(tables, net(*pair, init, experiment)) for init in inits},
            axis=1,
            join="inner",
        )
        for pair in product(activations, DEPTHS)
    }


def chosen_by(ends: Mapping[Net, pd.DataFrame], choice: Mapping[Net, str]) -> "pd.Series[float]":
    """Return the accuracy from the init that `choice` names, averaged over nets, by seed."""
    columns = {pair: runs[choice[pair]] for pair, runs in ends.items()}
    return pd.concat(columns, axis=1, join="inner").mean(axis=1)


def at_random(ends: Mapping[Net, pd.DataFrame]) -> "pd.Series[float]":
    """Return the mean accuracy over all nets and inits, by seed."""
    columns = {pair: runs.mean(axis=1) for pair, runs in ends.items()}
    return pd.concat(columns, axis=1, join="inner").mean(axis=1)


def best_init(runs: pd.DataFrame) -> str:
    """Return the init with the highest mean accuracy over seeds."""
    return str(runs.mean().idxmax())


def best_single(ends: Mapping[Net, pd.DataFrame]) -> "tuple[str, pd.Series[float]]":
    """Return the one init that does best over all nets, and its accuracy by seed."""
    inits = next(iter(ends.values())).columns
    single = {init: chosen_by(ends, dict.fromkeys(ends, init)) for init in inits}
    name = max(single, key=lambda init: float(single[init].mean()))
    return str(name), single[name]
