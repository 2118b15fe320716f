"""How many floating-point operations the training of a grid asks for, as torch counts them."""

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from initbench import architectures, datasets
from initbench.grid.config import Config, cell_spec, cells
from initbench.training.protocol import Protocol


def training_gflop(config: Config) -> dict[str, float]:
    """Return the operations of each experiment in 10⁹: of all updates, tuning included.

    What is evaluated and recorded is left out.
    """
    forms = {name: datasets.form(spec) for name, spec in config["datasets"].items()}
    total: dict[str, float] = defaultdict(float)
    for cell in cells(config):
        spec, form = cell_spec(config, cell), forms[cell.dataset]
        seen = min(form.train, spec.get("train_samples", form.train))
        protocol = Protocol.of(spec["protocol"])
        batch = protocol.batch_size(seen)
        updates = protocol.epochs * seen / batch * (cell.count + tuning_runs(protocol))
        total[cell.experiment] += updates * of_batch(spec["architecture"], (batch, *form.sample))
    return {name: operations / 1e9 for name, operations in total.items()}


def tuning_runs(protocol: Protocol) -> float:
    """Return the runs that choose the learning rate of a block, as shares of a whole run."""
    if not protocol.tuning:
        return 0.0
    trained = 1 - protocol.tuning["held_out"]
    return len(protocol.rates) * protocol.tuning["seeds"] * trained


def of_batch(architecture: Mapping[str, Any], shape: tuple[int, ...]) -> int:
    """Return the operations of one forward and backward pass over inputs of `shape`.

    Those of matrix products and convolutions, an addition and a multiplication counting two; what
    works element by element, and the optimizer, is left out.
    """
    return _of_batch(json.dumps(architecture, sort_keys=True), shape)


@cache
def _of_batch(architecture: str, shape: tuple[int, ...]) -> int:
    spec = json.loads(architecture)
    try:
        return _counted(spec, shape, "meta")  # shapes without numbers, and no fused kernels
    except RuntimeError:  # of a net that looks at its numbers
        return _counted(spec, shape, "cpu")


def _counted(architecture: Mapping[str, Any], shape: tuple[int, ...], device: str) -> int:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    net = architectures.build(architecture).to(device)
    unknown = {torch.ops.aten.baddbmm_: _in_place}  # to torch, which knows baddbmm
    with FlopCounterMode(display=False, custom_mapping=unknown) as counter:
        net(torch.zeros(shape, device=device)).sum().backward()
    return int(counter.get_total_flops())


def _in_place(_: Sequence[int], a: Sequence[int], b: Sequence[int], **__: object) -> int:
    """Return the operations of adding the products of matrices (S, m, k) and (S, k, n)."""
    return 2 * math.prod(a) * b[-1]
