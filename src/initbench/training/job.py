"""One training job: from the meaning of a cell's names to its three Parquet files."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from initbench import datasets, shards
from initbench.datasets import Split
from initbench.provenance import environment
from initbench.training.engine import train_block
from initbench.training.protocol import Protocol


def run(spec: Mapping[str, Any], prepared: Path, seeds: range, identity: Mapping[str, str],
        outputs: Mapping[str, Path]) -> None:  # fmt: skip
    """Train the cell `spec` for `seeds` on one thread and write its tables to `outputs`.

    `prepared` is the dataset's folder; `identity` (experiment, dataset, ... and fingerprint) goes
    into the footers.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # a dead net's fading moments would slow Adam 2.4 times
    split = datasets.load(spec["dataset"], prepared, seeds)
    if "train_samples" in spec:
        split = _shortened(split, spec["train_samples"])
    protocol = Protocol.of(spec["protocol"])
    tables = train_block(spec["architecture"], spec["init"], protocol, split, seeds)
    manifest = json.loads((prepared / "manifest.json").read_text())
    metadata = {**identity, "data_sha256": manifest["sha256"], "environment": environment()}
    for name, path in outputs.items():
        shards.write(tables[name], path, metadata)


def _shortened(split: Split, samples: int) -> Split:
    """Return `split` with at most `samples` training samples (the preview's)."""
    x, y = split.train_x[:, :samples], split.train_y[:, :samples]
    return replace(split, train_x=np.ascontiguousarray(x), train_y=np.ascontiguousarray(y))
