"""One training job: from the meaning of a cell's names to its three Parquet files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from initbench import datasets
from initbench.datasets import Split, read_manifest
from initbench.environment import environment
from initbench.tables import shards
from initbench.training.cell import shortened, train_cell


def run(spec: Mapping[str, Any], prepared: Path, seeds: range, identity: Mapping[str, str],
        outputs: Mapping[str, Path]) -> None:  # fmt: skip
    """Train the cell `spec` for `seeds` on one thread and write its tables to `outputs`.

    `prepared` is the dataset's folder; `identity` (experiment, dataset, ... and fingerprint) goes
    into the footers.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # a dead net's fading moments would slow Adam 2.4 times

    def load(some: Sequence[int]) -> Split:
        split = datasets.load(spec["dataset"], prepared, some)
        return shortened(split, spec["train_samples"]) if "train_samples" in spec else split

    tables = train_cell(spec, load, seeds)
    checksums = read_manifest(prepared)["sha256"]
    metadata = {**identity, "data_sha256": checksums, "environment": environment()}
    for name, path in outputs.items():
        shards.write(tables[name], path, metadata)
