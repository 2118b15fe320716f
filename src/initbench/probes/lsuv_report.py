"""What LSUV does: the variances it reaches, on its own batch and beyond, and its scale factors."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pyarrow as pa
import torch

from initbench.inits._common import weight_layers
from initbench.inits.orthogonal import METHOD as ORTHOGONAL
from initbench.probes._nets import SAMPLES, draw_mlp, gaussian, signals
from initbench.probes._table import Net, Value, table
from initbench.values import Activation, Depth, Positive

START = {"method": ORTHOGONAL.name}  # LSUV's first step (Mishkin and Matas 2016, Algorithm 1)


@torch.no_grad()
def measure(
    init: Mapping[str, Any],
    seeds: range,
    *,
    activations: Sequence[Activation],
    widths: Sequence[int],
    depth: Depth,
    scales: Sequence[Positive],
) -> pa.Table:
    """Return what `init`, an LSUV, makes of inputs of standard deviation `scale` (variant).

    Of each hidden layer's output before the nonlinearity, the variance over samples and units:
    `variance_calibration` on the batch that LSUV saw, `variance_heldout` on another one,
    `variance_before` on the batch with the orthogonal start. `scale_factor`: the norm of the
    layer's weight over that of its start (Mishkin and Matas 2016, arXiv:1511.06422).
    """

    def measured() -> Iterator[tuple[Net, Iterator[Value]]]:
        for name, width, scale, seed in product(activations, widths, scales, seeds):
            sizes = [width] * (depth + 1)
            yield Net(name, width, f"{scale:g}", seed), _values(init, name, sizes, seed, scale)

    return table(measured())


def _values(
    init: Mapping[str, Any], name: str, sizes: Sequence[int], seed: int, scale: float
) -> Iterator[Value]:
    batch, heldout = (
        scale * gaussian(seed, part, SAMPLES, sizes[0]) for part in ("inputs", "heldout")
    )
    start, end = (draw_mlp(sizes, name, one, seed, batch) for one in (START, init))
    looks = {"calibration": (end, batch), "heldout": (end, heldout), "before": (start, batch)}
    for look, (model, x) in looks.items():
        outputs, _ = signals(model, x)
        for layer, output in enumerate(outputs[:-1], start=1):
            yield layer, f"variance_{look}", 0, float(output.var(correction=0))
    pairs = zip(weight_layers(start)[:-1], weight_layers(end)[:-1], strict=True)
    for layer, ((_, before), (_, after)) in enumerate(pairs, start=1):
        yield layer, "scale_factor", 0, float(after.weight.norm() / before.weight.norm())
