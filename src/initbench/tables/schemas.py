"""What each table must look like; checked where the files of the jobs are collected.

NaN stands for what is not defined (the angle between the units of a layer with one unit), and is
let in where a column is nullable. Infinite are only a run's numbers that overflowed, which makes
it a diverged run, and logarithms of zero.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
from pandera.errors import SchemaErrors

from initbench.errors import InitbenchError
from initbench.io import quoted

SHARE = pa.Check.in_range(0, 1)
COUNT = pa.Check.ge(0)
ENDLESS = float("inf")
NOT_NEGATIVE = pa.Check.in_range(0, ENDLESS, include_max=False)
POSITIVE = pa.Check.in_range(0, ENDLESS, include_min=False, include_max=False)
FINITE = pa.Check.in_range(-ENDLESS, ENDLESS, include_min=False, include_max=False)
LOGARITHM = pa.Check.lt(ENDLESS)  # -inf: ReLU leaves nothing of some vectors
SIZE = pa.Column("int32", pa.Check.ge(1))
MEASURED = (
    *("start_norm", "left_component"),
    *(f"log_growth_{n}" for n in (1, 2, 3, 4, 5, 50, 99, 100, 300)),
    *("quotient_deviation", "quotient_last", "mean_quotient"),
    *("normalised_peak", "normalised_end", "normalised_cv"),
    *("misalignment", "misalignment_end", "angle_slope", "angle_theory", "rayleigh_error"),
    *("untied_log_growth_50", "untied_log_growth_300", "untied_normalised_log_growth_50"),
    *("tanh_log_growth_100", "tanh_normalised_log_growth_100"),
    *("relu_log_growth_100", "relu_normalised_log_growth_100"),
)

SCHEMAS = {
    "curves": pa.DataFrameSchema(
        {
            "seed": pa.Column("int64", COUNT),
            "step": pa.Column("int32", COUNT),
            "epoch": pa.Column("float32", NOT_NEGATIVE),
            "split": pa.Column(str, pa.Check.isin(["train", "test", "running"])),
            "loss": pa.Column("float32", nullable=True),  # see OVERFLOWING
            "accuracy": pa.Column("float32", SHARE),
        },
        strict=True,
        unique=["seed", "step", "split"],
    ),
    "layers": pa.DataFrameSchema(
        {
            "seed": pa.Column("int64", COUNT),
            "step": pa.Column("int32", COUNT),
            "layer": pa.Column(str),
            "quantity": pa.Column(str),
            "index": pa.Column("int32", COUNT),
            "value": pa.Column("float64", nullable=True),  # see OVERFLOWING
        },
        strict=True,
        unique=["seed", "step", "layer", "quantity", "index"],
    ),
    "outcomes": pa.DataFrameSchema(
        {
            "seed": pa.Column("int64", COUNT, unique=True),
            "status": pa.Column(str, pa.Check.isin(["done", "diverged", "dead", "stuck"])),
            "learning_rate": pa.Column("float64", NOT_NEGATIVE),
            "steps": pa.Column("int32", COUNT),
            "diverged_step": pa.Column("Int32", COUNT, nullable=True, coerce=True),
            "diverged_layer": pa.Column(object, nullable=True, coerce=True),
            "test_loss": pa.Column("float64", nullable=True),  # see OVERFLOWING
            "test_accuracy": pa.Column("float64", SHARE),
            "predicted_classes": pa.Column("int32", pa.Check.ge(1)),
            "predicted_share": pa.Column("float64", SHARE),
        },
        strict=True,
    ),
    "values": pa.DataFrameSchema(  # of the probes
        {
            "activation": pa.Column(str),
            "width": pa.Column("int32", pa.Check.ge(1)),
            "variant": pa.Column(str),
            "seed": pa.Column("int64", COUNT),
            "layer": pa.Column("int32", COUNT),
            "quantity": pa.Column(str),
            "index": pa.Column("int32", COUNT),
            "value": pa.Column("float64", FINITE, nullable=True),
        },
        strict=True,
        unique=["activation", "width", "variant", "seed", "layer", "quantity", "index"],
    ),
    "draws": pa.DataFrameSchema(  # of the random matrices
        {
            "size": SIZE,
            "draw": pa.Column("int32", COUNT, unique=True),
            "rho": pa.Column("float64", POSITIVE),
            "rho_second": pa.Column("float64", NOT_NEGATIVE, nullable=True),
            "sigma_max": pa.Column("float64", POSITIVE),
            "dominant": pa.Column(str, pa.Check.isin(["real", "complex"])),
            "dominant_sign": pa.Column("int8", pa.Check.isin([-1, 0, 1])),
            "real_eigenvalues": pa.Column("int32", COUNT),
            "signed_flips": pa.Column("int32", COUNT),
            "steps_to_1pct": pa.Column("int32", pa.Check.ge(-1)),
            **{
                name: pa.Column("float64", LOGARITHM if "log" in name else FINITE, nullable=True)
                for name in MEASURED
            },
        },
        strict=True,
    ),
    "paths": pa.DataFrameSchema(
        {
            "size": SIZE,
            "kind": pa.Column(str),
            "dominant": pa.Column(str, pa.Check.isin(["all", "real", "complex"])),
            "quantity": pa.Column(str, pa.Check.isin(["log10_norm", "quotient"])),
            "step": pa.Column("int32", COUNT),
            **{
                f"q{q}": pa.Column("float64", LOGARITHM, nullable=True)
                for q in ("05", "25", "50", "75", "95")
            },
            "n": pa.Column("int32", COUNT),
        },
        strict=True,
        unique=["kind", "dominant", "quantity", "step"],
    ),
    "eigenvalues": pa.DataFrameSchema(
        {
            "size": SIZE,
            "draw": pa.Column("int32", COUNT),
            "re": pa.Column("float64", FINITE),
            "im": pa.Column("float64", FINITE),
        },
        strict=True,
    ),
}


# The column of each table that holds what a diverged run left, be it infinite or NaN.
OVERFLOWING = {"curves": "loss", "layers": "value", "outcomes": "test_loss"}
UNDEFINED = {"layers"}  # where NaN says more than that the run diverged
TWICE = "multiple_fields_uniqueness"  # pandera's name for the same row twice
TUNED = "tuning"  # the layer of a tuned rate's score: -inf where that rate diverged


def check(name: str, table: pyarrow.Table, where: str) -> None:
    """Raise InitbenchError, one sentence, unless `table` has the shape of the table `name`."""
    try:
        SCHEMAS[name].validate(table.to_pandas(), lazy=True)
    except SchemaErrors as error:
        # The same row twice may only follow from another fault.
        cases = error.failure_cases.sort_values("check", key=lambda c: c == TWICE, kind="stable")
        raise _refusal(where, _fault(cases.iloc[0])) from error


def check_seeds(name: str, table: pyarrow.Table, seeds: Collection[int], where: str) -> None:
    """Raise InitbenchError unless `table` has as many rows of each of `seeds`, and of no other.

    A run may leave a table but "outcomes" empty.
    """
    counts = table["seed"].to_pandas().value_counts()
    if set(counts.index) == set(seeds) and (name == "values" or counts.nunique() == 1):
        return
    if name == "outcomes" or len(table):
        seen = f"{len(counts)} seeds, {len(table)} rows"
        raise _refusal(where, f"does not hold its {len(seeds)} seeds alike ({seen})")


def check_overflow(name: str, table: pyarrow.Table, diverged: Collection[int], where: str) -> None:
    """Raise InitbenchError if a training run has numbers that overflowed and is not `diverged`."""
    frame = table.to_pandas()
    value = frame[OVERFLOWING[name]]
    bad = np.isinf(value) if name in UNDEFINED else ~np.isfinite(value)
    bad &= ~frame["seed"].isin(diverged)
    if name == "layers":
        bad &= frame["layer"] != TUNED
    if bad.any():
        seed = frame["seed"][bad].iloc[0]
        raise _refusal(
            where, f"has a {value.name} that is not finite of seed {seed}, which did not diverge"
        )


def _refusal(where: str, fault: str) -> InitbenchError:
    return InitbenchError(
        f"{where} {fault}; delete it (rm {quoted(where)}) and run snakemake again."
    )


def _fault(case: "pd.Series[Any]") -> str:
    """Return what is wrong with a table, from the first of pandera's failure cases."""
    check, seen = case["check"], case["failure_case"]
    if check == "column_in_dataframe":
        return f"lacks the column '{seen}'"
    if check == "column_in_schema":
        return f"has the unknown column '{seen}'"
    if check == TWICE:
        return "has the same row twice"
    return f"has a column '{case['column']}' that fails the check {check} (for instance {seen})"
