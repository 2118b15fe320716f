"""The narrow table that every measurement at initialization returns."""

from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("activation", pa.string()),
        ("width", pa.int32()),
        ("variant", pa.string()),
        ("seed", pa.int64()),
        ("layer", pa.int32()),
        ("quantity", pa.string()),
        ("index", pa.int32()),
        ("value", pa.float64()),
    ]
)


class Net(NamedTuple):
    """The net that a value belongs to; a text is empty where it says nothing."""

    activation: str
    width: int
    variant: str
    seed: int


Value = tuple[int, str, int, float]  # layer (1 = the first), quantity, index, value


def table(measured: Iterable[tuple[Net, Iterable[Value]]]) -> pa.Table:
    """Return one row for each value of each net."""
    rows = [(*net, *value) for net, values in measured for value in values]
    columns = zip(SCHEMA, zip(*rows, strict=True), strict=True)
    return pa.table([pa.array(column, field.type) for field, column in columns], schema=SCHEMA)
