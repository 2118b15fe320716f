"""How many floating-point operations the training of a grid asks for.

The usual estimate: 6 a parameter and sample, 2 of them forward and 4 backward. It is low for nets
that use a weight more than once a sample (convolutions, recurrent nets, Transformers), and leaves
out what is evaluated and recorded.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from initbench import architectures
from initbench.grid.config import Config, cell_spec, cells
from initbench.training.protocol import Protocol

EACH = 6


def training_gflop(config: Config, samples: Mapping[str, int]) -> dict[str, float]:
    """Return the operations of each experiment in 10⁹; `samples` are a dataset's for training."""
    sizes = {name: parameters(spec) for name, spec in config["architectures"].items()}
    total: dict[str, float] = defaultdict(float)
    for cell in cells(config):
        spec = cell_spec(config, cell)
        seen = min(samples[cell.dataset], spec.get("train_samples", samples[cell.dataset]))
        protocol = Protocol.of(spec["protocol"])
        runs = cell.count + tuning_runs(protocol)
        total[cell.experiment] += EACH * sizes[cell.architecture] * seen * protocol.epochs * runs
    return {name: operations / 1e9 for name, operations in total.items()}


def tuning_runs(protocol: Protocol) -> float:
    """Return the runs that choose the learning rate of a block, as shares of a whole run."""
    if not protocol.tuning:
        return 0.0
    trained = 1 - protocol.tuning["held_out"]
    return len(protocol.rates) * protocol.tuning["seeds"] * trained


def parameters(architecture: Mapping[str, Any]) -> int:
    """Return the number of parameters of an architecture."""
    return sum(parameter.numel() for parameter in architectures.build(architecture).parameters())
