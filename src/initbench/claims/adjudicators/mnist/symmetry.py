"""Rows of document D about symmetry: equal units, zero tensors, variation and kicks."""

from functools import partial

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, final, success
from initbench.claims.adjudicators.mnist.arms import (
    BIASES,
    CONSTANTS,
    WEIGHTS,
    ablation,
    at_end,
    constant_arms,
    distinct_units,
    extreme,
    main,
)
from initbench.statistics import GAIN, Estimate, exact, mean, proportion, spearman
from initbench.tables.read import Tables

ZEROS = main("zeros")
TENSORS = (*WEIGHTS, *BIASES)
TABLES = {"sine": "table_sine", "hadamard": "table_hadamard", "identity": "table_identity"}
NOISE = ("1e-6", "1e-5", "1e-4", "1e-3", "1e-2")
BEYOND = "1e-1"
LEARNED = 0.50


def over_default(tables: Tables, init: str) -> Estimate:
    """Return the final accuracy from `init` minus that from default, in the short experiment."""
    return difference(
        final(tables, ablation(init)), final(tables, ablation("default")), bounds=GAIN
    )


def table_differences(tables: Tables) -> dict[str, Estimate]:
    """Return how the three deterministic tables compare with default."""
    return {name: over_default(tables, init) for name, init in TABLES.items()}


@adjudicates("D04")
def variation_or_randomness(tables: Tables) -> dict[str, Estimate]:
    """Return how deterministic variation and random biases compare with default."""
    return table_differences(tables) | {
        "random_biases": over_default(tables, "constant_0.1_random_bias"),
        "zero_weights": over_default(tables, "zero_weights"),
    }


@adjudicates("D21")
def parameters_stay_zero(tables: Tables) -> dict[str, Estimate]:
    """Return how many tensors of the all-zero net stay zero, and how large the others get."""
    largest = {name: extreme(tables, ZEROS, "max_abs", name) for name in TENSORS}
    out_bias = largest["out.bias"]
    return {
        "zero_tensors": exact(float(sum(value == 0 for value in largest.values()))),
        "out_bias": exact(out_bias),
        "elsewhere": exact(max(value for name, value in largest.items() if name != "out.bias")),
    }


@adjudicates("D22")
def lone_zeros(tables: Tables) -> dict[str, Estimate]:
    """Return how many tensors of the all-zero net hold only zeros at the end."""
    end = partial(at_end, tables, ZEROS)
    lone = [
        ((end("unique_values", name) == 1) & (end("max_abs", name) == 0)).all() for name in TENSORS
    ]
    return {
        "lone_zero_tensors": exact(float(sum(lone))),
        "out_bias_values": exact(float(end("unique_values", "out.bias").max())),
    }


@adjudicates("D23")
def zeros_keep_symmetry(tables: Tables) -> Measured:
    """Return the largest number of different units of the all-zero net."""
    return {"units": distinct_units(tables, [ZEROS])}


@adjudicates("D33")
def equal_for_ever(tables: Tables) -> Measured:
    """Return the largest number of different units from any constant start."""
    arms = constant_arms()
    runs = sum(len(final(tables, arm)) for arm in arms)
    dropout = at_end(
        tables, ablation("constant_0.1", "mnist_net_dropout"), "distinct_rows", "fc1.weight"
    )
    return {
        "units": distinct_units(tables, arms),
        "runs": exact(float(runs)),
        "dropout_rows": exact(float(dropout.min())),
    }


def kicked(init: str, noise: str | None) -> Arm:
    """Return the arm that starts from `init` and gets `noise` after its first epoch."""
    return Arm(f"mnist_kick_{noise}", init, "mnist", "mnist_net") if noise else ablation(init)


def dose_response(runs: "list[pd.Series[bool]]") -> Estimate:
    """Return the rank correlation over runs between the level of noise and learning."""
    dose = np.repeat(np.arange(len(runs)), [len(level) for level in runs])
    return spearman(dose.astype(float), np.concatenate(runs).astype(float))


@adjudicates("D37")
def noise_separates(tables: Tables) -> dict[str, Estimate]:
    """Return how learning from all zeros depends on the noise that is added."""
    levels = (None, *NOISE)
    runs = [success(tables, kicked("zeros", noise), LEARNED) for noise in levels]
    rates = [proportion(run.to_numpy(bool)) for run in runs]
    beyond = success(tables, kicked("zeros", BEYOND), LEARNED)
    names = ["no_noise", *(f"noise_{noise.replace('-', '_')}" for noise in NOISE)]
    units = distinct_units(tables, constant_arms()).values()
    return dict(zip(names, rates, strict=True)) | {
        "noise_1e_1": proportion(beyond.to_numpy(bool)),
        "rise": dose_response(runs),
        "monotone": exact(float((np.diff([rate.value for rate in rates]) >= 0).all())),
        "different_units": exact(max(units, key=lambda unit: unit.value).value),
        "rise_zero_fc1": rise_zero_fc1(tables),
    }


def rise_zero_fc1(tables: Tables) -> Estimate:
    """Return the dose response where only the first layer starts at zero."""
    runs = [success(tables, kicked("zero_fc1", noise), LEARNED) for noise in NOISE]
    return dose_response(runs)


@adjudicates("D39")
def random_or_varied(tables: Tables) -> dict[str, Estimate]:
    """Return what deterministic tables reach, and how different the units end."""
    default = partial(at_end, tables, main("default"), layer="fc1.weight")
    constants = [ablation(init) for init in CONSTANTS.values()]

    def highest(quantity: str) -> Estimate:
        ends = [at_end(tables, arm, quantity, "fc1.weight").max() for arm in constants]
        return exact(float(max(ends)))

    return table_differences(tables) | {
        "random_rows": exact(float(default(quantity="distinct_rows").min())),
        "random_rank": mean(default(quantity="effective_rank").to_numpy(float)),
        "constant_rows": highest("distinct_rows"),
        "constant_rank": highest("effective_rank"),
    }
