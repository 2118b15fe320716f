"""Row B84: what to do on an alarm of the monitor, against a restart."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.depth.arms import DATASET, LEARNED, net
from initbench.claims.adjudicators.depth.monitor import failures, foreseen, readings
from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, success
from initbench.statistics import GAIN, Estimate, proportion
from initbench.tables.read import Tables

ALARM = 0.5  # probability to fail
DEPTH = 30
# The starts that the nets with LayerNorm have too, and how they are called there.
TWINS = {
    "normal_0.01": "sigma_1e-2",
    "normal_1": "sigma_1",
    "default_zero_bias": "default_zero_bias",
    "xavier_normal": "xavier_normal",
    "he_normal": "he_normal",
}
ELSEWHERE = ("tanh", "sigmoid")


@adjudicates("B84")
def remedies_on_alarm(tables: Tables) -> dict[str, Estimate]:
    """Return what two remedies add to success after an alarm, over a restart with a new seed."""
    alarms = foreseen(readings(tables), failures(tables)) > ALARM
    alarmed, again, lsuv = watched(tables, alarms, "relu")
    normed = {i: Arm("ln_depth", twin, DATASET, f"ln_d{DEPTH}") for i, twin in TWINS.items()}
    layer_norm = successes(tables, normed)
    where = alarmed.to_numpy(bool)
    return {
        "lsuv": gain_on_alarm(lsuv, restarted(again), alarmed),
        "layer_norm": gain_on_alarm(layer_norm, restarted(again), alarmed),
        "lsuv_over_same": gain_on_alarm(lsuv, again, alarmed),
        "layer_norm_over_same": gain_on_alarm(layer_norm, again, alarmed),
        **{f"lsuv_{name}": _lsuv_elsewhere(tables, alarms, name) for name in ELSEWHERE},
        "alarms": proportion(where.ravel()),
        "false_alarms": proportion(again.to_numpy(bool)[where]),
    }


def watched(
    tables: Tables, alarms: "pd.Series[bool]", activation: str
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return alarms, successes, and successes with LSUV at depth 30, as tables seeds x inits."""
    of_net = alarms.xs(net(activation, DEPTH, "").architecture, level="architecture")
    again = successes(tables, {init: net(activation, DEPTH, init) for init in TWINS})
    lsuv = successes(tables, dict.fromkeys(TWINS, net(activation, DEPTH, "lsuv")))
    return of_net.unstack("init")[list(TWINS)], again, lsuv


def successes(tables: Tables, arms: Mapping[str, Arm]) -> pd.DataFrame:
    """Return which runs reach 80 % test accuracy, as a table seeds x names of the arms."""
    runs = {name: success(tables, arm, LEARNED) for name, arm in arms.items()}
    return pd.concat(runs, axis=1, join="inner").sort_index()


def restarted(runs: pd.DataFrame) -> pd.DataFrame:
    """Return, for each seed, the runs of the next one; the last seed takes the first one's."""
    return pd.DataFrame(np.roll(runs, -1, axis=0), index=runs.index, columns=runs.columns)


def gain_on_alarm(remedy: pd.DataFrame, control: pd.DataFrame, alarmed: pd.DataFrame) -> Estimate:
    """Return the paired difference in success, averaged over the alarmed inits of a seed."""
    rates = [runs.astype(float).where(alarmed).mean(axis=1) for runs in (remedy, control)]
    return difference(*(rate.dropna() for rate in rates), bounds=GAIN)


def _lsuv_elsewhere(tables: Tables, alarms: "pd.Series[bool]", activation: str) -> Estimate:
    """Return what LSUV adds over a restart in nets of another activation."""
    alarmed, again, lsuv = watched(tables, alarms, activation)
    return gain_on_alarm(lsuv, restarted(again), alarmed)
