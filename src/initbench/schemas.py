"""What each table of runs must look like; checked where the runs are collected."""

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from initbench.errors import InitbenchError

SHARE = pa.Check.in_range(0, 1)
COUNT = pa.Check.ge(0)

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
            "status": pa.Column(str, pa.Check.isin(["done", "diverged"])),
            "steps": pa.Column("int32", COUNT),
            "diverged_step": pa.Column("Int32", COUNT, nullable=True, coerce=True),
            "diverged_layer": pa.Column(object, nullable=True, coerce=True),
            "train_loss": pa.Column("float64", nullable=True),
            "train_accuracy": pa.Column("float64", SHARE),
            "test_loss": pa.Column("float64", nullable=True),
            "test_accuracy": pa.Column("float64", SHARE),
            "predicted_classes": pa.Column("int32", pa.Check.ge(1)),
            "predicted_share": pa.Column("float64", SHARE),
        },
        strict=True,
    ),
}


def check(name: str, frame: pd.DataFrame, where: str) -> None:
    """Raise InitbenchError, one sentence, unless `frame` has the shape of the table `name`."""
    try:
        SCHEMAS[name].validate(frame, lazy=True)
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
