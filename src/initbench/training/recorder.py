"""Collects what a block does into the three narrow tables: curves, layers, outcomes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from torch import Tensor

Measurement = tuple[str, str, int, Tensor]  # layer, quantity, index, one value a seed (S,)

CURVES = pa.schema(
    [
        ("seed", pa.int64()),
        ("step", pa.int32()),
        ("epoch", pa.float32()),
        ("split", pa.string()),
        ("loss", pa.float32()),
        ("accuracy", pa.float32()),
    ]
)
LAYERS = pa.schema(
    [
        ("seed", pa.int64()),
        ("step", pa.int32()),
        ("layer", pa.string()),
        ("quantity", pa.string()),
        ("index", pa.int32()),
        ("value", pa.float64()),
    ]
)
OUTCOMES = pa.schema(
    [
        ("seed", pa.int64()),
        ("status", pa.string()),
        ("learning_rate", pa.float64()),
        ("steps", pa.int32()),
        ("diverged_step", pa.int32()),
        ("diverged_layer", pa.string()),
        ("test_loss", pa.float64()),
        ("test_accuracy", pa.float64()),
        ("predicted_classes", pa.int32()),
        ("predicted_share", pa.float64()),
    ]
)
SCHEMAS = {"curves": CURVES, "layers": LAYERS, "outcomes": OUTCOMES}


@dataclass
class Recorder:
    """Rows of one block of `seeds`, kept as whole columns of S values."""

    seeds: Sequence[int]
    curves: list[dict[str, object]] = field(default_factory=list)
    layers: list[dict[str, object]] = field(default_factory=list)

    def curve(self, step: int, epoch: float, split: str, loss: Tensor, accuracy: Tensor) -> None:
        """Add loss (S,) and accuracy (S,) on `split` after `step` updates."""
        self.curves.append(
            {"step": step, "epoch": epoch, "split": split}
            | {"loss": loss.numpy().copy(), "accuracy": accuracy.numpy().copy()}
        )

    def measure(self, step: int, measurements: Iterable[Measurement]) -> None:
        """Add the values (S,) of each measurement taken after `step` updates."""
        for layer, quantity, index, value in measurements:
            self.layers.append(
                {"step": step, "layer": layer, "quantity": quantity, "index": index}
                | {"value": value.detach().double().numpy().copy()}
            )

    def table(self, name: str) -> pa.Table:
        """Return the rows of "curves" or "layers" as an Arrow table."""
        columns, schema = getattr(self, name), SCHEMAS[name]
        arrays: dict[str, npt.NDArray[Any]] = {
            "seed": np.tile(np.asarray(self.seeds, np.int64), len(columns))
        }
        for key in schema.names[1:]:
            arrays[key] = self._column([column[key] for column in columns])
        return pa.table(arrays, schema=schema)

    def _column(self, values: list[object]) -> npt.NDArray[Any]:
        """Return one value a seed for each entry: arrays are joined, scalars repeated."""
        if values and isinstance(values[0], np.ndarray):
            return np.concatenate(values)  # type: ignore[arg-type]
        return np.repeat(np.asarray(values, dtype=object if not values else None), len(self.seeds))
