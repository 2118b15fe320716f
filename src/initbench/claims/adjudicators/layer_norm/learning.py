"""Rows on what LayerNorm does to learning, over scales, depths and constants."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.kit.extremes import highest_upper, lowest_lower, named
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import difference, final, measured, one_class
from initbench.claims.adjudicators.layer_norm.arms import (
    CONSTANTS,
    DEPTHS,
    SCALES,
    learned,
    mean_success,
    net,
    width,
)
from initbench.statistics import GAIN, SHARE, Estimate, exact, mean, proportion
from initbench.tables.read import Tables

ARMS = {"with": True, "without": False}
NAMED_SCALES = tuple(SCALES)[1:]  # the ledger names 1e-3 to 3
TRAINS_WELL = 0.7


@adjudicates("B66")
def poor_starts(tables: Tables) -> Measured:
    """Return mean success over log10 σ with and without LayerNorm, and the gain, by depth."""
    found: dict[str, dict[str, Estimate]] = defaultdict(dict)
    for depth in DEPTHS:
        arms = {arm: mean_success(tables, depth, normalize) for arm, normalize in ARMS.items()}
        found["gain"][f"d{depth}"] = difference(arms["with"], arms["without"], bounds=GAIN)
        for arm, share in arms.items():
            found[f"{arm}_norm"][f"d{depth}"] = mean(share.to_numpy(), bounds=SHARE)
    return found


@adjudicates("B68")
def sensitivity_to_scale(tables: Tables) -> Measured:
    """Return over how many decades of σ nets learn, by depth, with and without LayerNorm.

    `wider` compares single runs, pair by pair; the others take all runs together.
    """
    depths = {f"d{depth}": depth for depth in DEPTHS}
    found: dict[str, Mapping[str, Estimate]] = {
        "wider": {key: _wider(tables, depth) for key, depth in depths.items()}
    }
    for arm, flag in ARMS.items():
        found[f"decades_{arm}"] = {key: _decades(tables, d, flag) for key, d in depths.items()}
        found[f"best_to_worst_{arm}"] = {
            key: _best_to_worst(tables, depth, flag) for key, depth in depths.items()
        }
    return found


def _wider(tables: Tables, depth: int) -> Estimate:
    """Return in how many more decades of σ a run learns, with minus without LayerNorm."""
    wins = [learned(tables, depth, flag).astype(float) for flag in ARMS.values()]
    single = [pd.Series(width(won.to_numpy()), index=won.index) for won in wins]
    reach = float(width(np.ones(len(SCALES))))
    return difference(*single, bounds=(-reach, reach))


def _decades(tables: Tables, depth: int, normalize: bool) -> Estimate:
    """Return over how many decades of σ at least half of the runs learn."""
    runs = learned(tables, depth, normalize).astype(float)
    return exact(float(width(runs.mean().to_numpy())), n=len(runs), unit="decades")


def _best_to_worst(tables: Tables, depth: int, normalize: bool) -> Estimate:
    """Return the mean accuracy at the best scale over that at the worst one."""
    ends = [final(tables, net(depth, init, normalize)) for init in SCALES]
    means = [float(accuracy.mean()) for accuracy in ends]
    return exact(max(means) / min(means), n=len(ends[0]))


@adjudicates("B71")
def poor_starts_train_well(tables: Tables) -> dict[str, Estimate]:
    """Return how often nets with LayerNorm learn from each scale, at the worst one and overall."""
    wins = {depth: learned(tables, depth, inits=NAMED_SCALES) for depth in DEPTHS}
    arms = {
        f"{init}_d{depth}": named(proportion(runs[init].to_numpy(bool)), f"{init} at depth {depth}")
        for depth, runs in wins.items()
        for init in NAMED_SCALES
    }
    passing = sum(share.low > TRAINS_WELL for share in arms.values())
    failing = sum(share.high < TRAINS_WELL for share in arms.values())
    return {
        "lowest": lowest_lower(arms.values()),
        "passing": exact(float(passing)),
        "failing": exact(float(failing)),
    } | {
        f"mean_d{depth}": mean(runs.mean(axis=1).to_numpy(), bounds=SHARE)
        for depth, runs in wins.items()
    }


@adjudicates("B72")
def constants_with_layer_norm(tables: Tables) -> dict[str, Estimate]:
    """Return how often nets with LayerNorm learn from constants, and their first gradients."""
    shares = {
        f"{init.replace('.', '_')}_d{depth}": proportion(runs[init].to_numpy(bool))
        for depth in DEPTHS
        for runs in [learned(tables, depth, inits=CONSTANTS)]
        for init in CONSTANTS
    }
    arms = [net(depth, init) for depth, init in product(DEPTHS, CONSTANTS)]
    answers = [one_class(tables, arm).to_numpy(bool) for arm in arms]
    gradients = [_largest_gradient(tables, depth) for depth in DEPTHS]
    return shares | {
        "lowest": lowest_lower(shares.values()),
        "highest": highest_upper(shares.values()),
        "one_answer": proportion(np.concatenate(answers)),
        "gradient": exact(max(gradients)),
    }


def _largest_gradient(tables: Tables, depth: int) -> float:
    """Return the largest first gradient of a tensor other than the output's bias, any constant."""
    output_bias = f"fc{depth + 1}.bias"
    norms = [measured(tables, net(depth, init), "gradient_norm", step=0) for init in CONSTANTS]
    return max(float(table.drop(columns=output_bias).to_numpy().max()) for table in norms)


@adjudicates("B79")
def layer_norm_in_deep_nets(tables: Tables) -> Measured:
    """Return the gain by LayerNorm at each depth, and that in deep nets minus that at depth 3.

    Deep is the deepest net that learns with or without LayerNorm from some σ in half of its runs.
    """
    gains = {
        depth: mean_success(tables, depth, True) - mean_success(tables, depth, False)
        for depth in DEPTHS
    }
    shallow, *deeper = DEPTHS
    best = {depth: _best_success(tables, depth) for depth in DEPTHS}
    deep = max((depth for depth in deeper if best[depth].value >= 0.5), default=min(deeper))
    interaction = difference(gains[deep], gains[shallow], bounds=(-2.0, 2.0))
    return {
        "interaction": named(interaction, f"depth {deep}"),
        "gain": {f"d{depth}": mean(g.to_numpy(), bounds=GAIN) for depth, g in gains.items()},
        "learned": {f"d{depth}": share for depth, share in best.items()},
    }


def _best_success(tables: Tables, depth: int) -> Estimate:
    """Return the highest share of runs that learn from one σ, with or without LayerNorm."""
    wins = pd.concat([learned(tables, depth, flag) for flag in ARMS.values()], axis=1)
    return proportion(wins.iloc[:, int(wins.to_numpy().mean(axis=0).argmax())].to_numpy(bool))
