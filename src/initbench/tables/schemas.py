"""What each table must look like; checked where the files of the jobs are collected."""

from typing import Any

import pandas as pd
import pandera.pandas as pa
import pyarrow
from pandera.errors import SchemaErrors

from initbench.errors import InitbenchError

SHARE = pa.Check.in_range(0, 1)
COUNT = pa.Check.ge(0)
SIZE = pa.Column("int32", pa.Check.ge(1))
MEASURED = (
    *("start_norm", "left_component"),
    *(f"log_growth_{n}" for n in (1, 2, 3, 4, 5, 50, 99, 100, 300)),
    *("quotient_deviation", "quotient_last", "mean_quotient"),
    *("normalised_peak", "normalised_end", "normalised_cv"),
    *("misalignment", "angle_slope", "angle_theory", "rayleigh_error"),
    *("untied_log_growth_50", "untied_log_growth_300", "untied_normalised_log_growth_50"),
    *("tanh_log_growth_100", "tanh_normalised_log_growth_100"),
    *("relu_log_growth_100", "relu_normalised_log_growth_100"),
)

SCHEMAS = {
    "curves": pa.DataFrameSchema(
        {
            "seed": pa.Column("int64", COUNT),
            "step": pa.Column("int32", COUNT),
            "epoch": pa.Column("float32", COUNT),
            "split": pa.Column(str, pa.Check.isin(["train", "test", "running"])),
            "loss": pa.Column("float32", nullable=True),  # NaN where a run diverged
            "accuracy": pa.Column("float32", SHARE),
        },
        strict=True,
    ),
    "layers": pa.DataFrameSchema(
        {
            "seed": pa.Column("int64", COUNT),
            "step": pa.Column("int32", COUNT),
            "layer": pa.Column(str),
            "quantity": pa.Column(str),
            "index": pa.Column("int32", COUNT),
            "value": pa.Column("float64", nullable=True),
        },
        strict=True,
    ),
    "outcomes": pa.DataFrameSchema(
        {
            "seed": pa.Column("int64", COUNT, unique=True),
            "status": pa.Column(str, pa.Check.isin(["done", "diverged", "dead", "stuck"])),
            "learning_rate": pa.Column("float64", COUNT),
            "steps": pa.Column("int32", COUNT),
            "diverged_step": pa.Column("Int32", COUNT, nullable=True, coerce=True),
            "diverged_layer": pa.Column(object, nullable=True, coerce=True),
            "test_loss": pa.Column("float64", nullable=True),
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
            "value": pa.Column("float64", nullable=True),
        },
        strict=True,
    ),
    "draws": pa.DataFrameSchema(  # of the random matrices
        {
            "size": SIZE,
            "draw": pa.Column("int32", COUNT),
            "rho": pa.Column("float64", pa.Check.gt(0)),
            "rho_second": pa.Column("float64", COUNT, nullable=True),
            "sigma_max": pa.Column("float64", pa.Check.gt(0)),
            "dominant": pa.Column(str, pa.Check.isin(["real", "complex"])),
            "dominant_sign": pa.Column("int8", pa.Check.isin([-1, 0, 1])),
            "real_eigenvalues": pa.Column("int32", COUNT),
            "signed_flips": pa.Column("int32", COUNT),
            "steps_to_1pct": pa.Column("int32", pa.Check.ge(-1)),
            **{name: pa.Column("float64", nullable=True) for name in MEASURED},
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
                f"q{q}": pa.Column("float64", nullable=True) for q in ("05", "25", "50", "75", "95")
            },
            "n": pa.Column("int32", COUNT),
        },
        strict=True,
    ),
    "eigenvalues": pa.DataFrameSchema(
        {
            "size": SIZE,
            "draw": pa.Column("int32", COUNT),
            "re": pa.Column("float64"),
            "im": pa.Column("float64"),
        },
        strict=True,
    ),
}


def check(name: str, table: pyarrow.Table, where: str) -> None:
    """Raise InitbenchError, one sentence, unless `table` has the shape of the table `name`."""
    try:
        SCHEMAS[name].validate(table.to_pandas(), lazy=True)
    except SchemaErrors as error:
        fault = _fault(error.failure_cases.iloc[0])
        raise InitbenchError(
            f"{where} {fault}; delete it (rm '{where}') and run snakemake again."
        ) from error


def _fault(case: "pd.Series[Any]") -> str:
    """Return what is wrong with a table, from the first of pandera's failure cases."""
    check, seen = case["check"], case["failure_case"]
    if check == "column_in_dataframe":
        return f"lacks the column '{seen}'"
    if check == "column_in_schema":
        return f"has the unknown column '{seen}'"
    return f"has a column '{case['column']}' that fails the check {check} (for instance {seen})"
