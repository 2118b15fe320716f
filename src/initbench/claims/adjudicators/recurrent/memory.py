"""Rows about orthogonal recurrent weights, and the bias of an LSTM's forget gate."""

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pandas as pd

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, ever_reaches, final, steps_to
from initbench.statistics import GAIN, SHARE, Estimate, exact, mean, median, undefined
from initbench.tables.read import Tables
from initbench.theory.baselines import ADDING_BASELINE

TASKS = {"recall": "delayed_recall", "adding": "adding"}
LENGTHS = (20, 60)
HIDDEN = ("default", "normal", "xavier", "orthogonal", "identity")
FORGET = {"minus_1": "-1", "zero": "0", "one": "1", "two": "2"}
LEARNED = 0.90  # share of symbols recalled
FLOORS = {"recall": 0.20, "adding": 0.25}  # constant answers get 12.5 and 19 %


def on_task(net: str, init: str, task: str, steps: int) -> Arm:
    """Return the arm of "recall" or "adding" over `steps` steps, for net "rnn", "lstm", "gru"."""
    return Arm(f"{task}_{steps}", init, f"{TASKS[task]}_{steps}", f"{net}_{task}")


def on_rows(net: str, init: str) -> Arm:
    """Return the arm that reads images row by row."""
    return Arm("rows_28", init, "mnist_rows_5k", f"{net}_rows")


def accuracy(
    tables: Tables,
    net: str,
    init: str,
    tasks: Sequence[str] = tuple(TASKS),
    lengths: Sequence[int] = LENGTHS,
) -> "pd.Series[Any]":
    """Return the final test accuracy by seed, averaged over `tasks` and `lengths`.

    In the adding problem an answer counts as right where it is off by less than 0.1.
    """
    ends = [
        final(tables, on_task(net, init, task, steps)) for task, steps in product(tasks, lengths)
    ]
    return pd.concat(ends, axis=1, join="inner").mean(axis=1, skipna=False)


def gain(tables: Tables, net: str, init: str, over: str, *parts: Sequence[Any]) -> Estimate:
    """Return the paired difference in accuracy, `init` minus `over`; `parts` as in `accuracy`."""
    return difference(*(accuracy(tables, net, arm, *parts) for arm in (init, over)), bounds=GAIN)


def learned(
    tables: Tables, net: str, inits: Sequence[str], tasks: Sequence[str] = tuple(TASKS)
) -> Estimate:
    """Return on how many pairs of task and length one of `inits` is clearly above its floor."""

    def above(init: str, task: str, steps: int) -> bool:
        ends = accuracy(tables, net, init, [task], [steps])
        return mean(ends.to_numpy(float), bounds=SHARE).low > FLOORS[task]

    pairs = product(tasks, LENGTHS)
    return exact(sum(any(above(init, *pair) for init in inits) for pair in pairs))


def gain_on_rows(tables: Tables, net: str, init: str) -> Estimate:
    """Return the paired difference in accuracy on images read by rows, `init` minus default."""
    default = final(tables, on_rows(net, "recurrent_default"))
    return difference(final(tables, on_rows(net, init)), default, bounds=GAIN)


@adjudicates("B40")
def orthogonal_in_plain_nets(tables: Tables) -> dict[str, Estimate]:
    """Return what orthogonal recurrent weights gain in a tanh net, by task and by length."""
    orthogonal, default, xavier = (
        f"recurrent_{name}" for name in ("orthogonal", "default", "xavier")
    )
    found = {task: gain(tables, "rnn", orthogonal, default, [task]) for task in TASKS}
    for task, steps in product(TASKS, LENGTHS):
        found[f"{task}_{steps}"] = gain(tables, "rnn", orthogonal, default, [task], [steps])
    for task in TASKS:
        found[f"{task}_over_xavier"] = gain(tables, "rnn", orthogonal, xavier, [task])
    for name in HIDDEN:
        found[name] = mean(
            accuracy(tables, "rnn", f"recurrent_{name}").to_numpy(float), bounds=SHARE
        )
    return found | {
        "learned": learned(tables, "rnn", [orthogonal, default]),
        "rows": gain_on_rows(tables, "rnn", orthogonal),
        "loss_default": _relative_loss(tables, default),
        "loss_orthogonal": _relative_loss(tables, orthogonal),
    }


def _relative_loss(tables: Tables, init: str) -> Estimate:
    """Return the median test loss of the longer adding problem over that of a constant answer."""
    loss = final(tables, on_task("rnn", init, "adding", max(LENGTHS)), "test_loss")
    return median(loss.fillna(math.inf).to_numpy(float) / ADDING_BASELINE)


def orthogonal_in_gated_nets(net: str) -> Callable[[Tables], dict[str, Estimate]]:
    """Return the adjudicator of orthogonal recurrent weights in "lstm" or "gru"."""
    default, stacked = "recurrent_default", "recurrent_orthogonal"

    def measured(tables: Tables) -> dict[str, Estimate]:
        by_task = {f"stacked_{task}": gain(tables, net, stacked, default, [task]) for task in TASKS}
        return by_task | {
            "stacked": gain(tables, net, stacked, default),
            "per_gate": gain(tables, net, "recurrent_orthogonal_gates", default),
            "learned": learned(tables, net, [stacked, default]),
            "rows": gain_on_rows(tables, net, stacked),
            "default": mean(accuracy(tables, net, default).to_numpy(float), bounds=SHARE),
        }

    return measured


for claim, gated in {"B52": "lstm", "B53": "gru"}.items():
    adjudicates(claim)(orthogonal_in_gated_nets(gated))


@adjudicates("B58")
def positive_forget_bias(tables: Tables) -> dict[str, Estimate]:
    """Return what a forget bias of 1 gains over 0 in accuracy and steps, by length."""
    one, zero = (f"forget_bias_{bias}" for bias in (1, 0))
    found = {"learned": learned(tables, "lstm", [one, zero], ["recall"])}
    for steps in LENGTHS:
        found[f"accuracy_{steps}"] = gain(tables, "lstm", one, zero, ["recall"], [steps])
        found[f"steps_{steps}"] = _ratio_of_steps(tables, steps)
        found[f"adding_{steps}"] = gain(tables, "lstm", one, zero, ["adding"], [steps])
        for name, bias in FORGET.items():
            ends = accuracy(tables, "lstm", f"forget_bias_{bias}", ["recall"], [steps])
            found[f"{name}_{steps}"] = mean(ends.to_numpy(float), bounds=SHARE)
    return found


def _ratio_of_steps(tables: Tables, steps: int) -> Estimate:
    """Return the mean ratio, bias 1 over bias 0, of the updates to 90 % recall, by seed.

    It is undefined if no run of either gets there.
    """
    arms = [on_task("lstm", f"forget_bias_{bias}", "recall", steps) for bias in (1, 0)]
    one, zero = (steps_to(tables, arm, LEARNED) for arm in arms)
    if not any(ever_reaches(tables, arm, LEARNED) for arm in arms):
        return undefined(len(one))
    ratio = one / zero
    # Kept as differences from zero, so that the ratio can be tested like any paired effect.
    return difference(ratio, 0 * ratio)
