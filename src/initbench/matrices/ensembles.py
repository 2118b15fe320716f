"""What is multiplied: Gaussian ensembles and document C's matrix, drawn in batches keyed alone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from initbench.errors import InitbenchError, unknown
from initbench.matrices.printed_matrix import MATRIX
from initbench.seeds import stream_key

Array = NDArray[np.float64]

# The keys of each kind of ensemble with the least and the largest value that make sense.
BOUNDS = {
    "gaussian": {"size": (2, 1000), "draws": (1, 1_000_000), "steps": (300, 100_000)},
    "document_c": {"starts": (1, 1_000_000), "steps": (300, 100_000)},
}
BATCH = 500  # draws of a batch,
BATCH_ENTRIES = 4_000_000  # or fewer, so that its matrices take at most 32 MB


@dataclass(frozen=True)
class Batch:
    """Some draws of an ensemble: the number of the first, matrices (n, k, k), starts (n, k).

    `layers(steps)` yields the independent matrices (n, k, k) of an untied product, the same at
    each call; document C's one matrix has none.
    """

    first: int
    matrices: Array
    starts: Array
    layers: Callable[[int], Iterator[Array]] | None


def check(spec: Mapping[str, Any]) -> None:
    """Raise InitbenchError for an ensemble of unknown kind, with unknown keys or bad numbers."""
    kind = str(spec.get("kind"))
    if kind not in BOUNDS:
        raise unknown("kind of random matrix", kind, BOUNDS)
    for key in set(spec) - {"kind", *BOUNDS[kind]}:
        raise unknown(f"key of a {kind} ensemble", str(key), BOUNDS[kind])
    for key, (least, most) in BOUNDS[kind].items():
        if type(spec.get(key)) is not int or not least <= spec[key] <= most:
            raise InitbenchError(
                f"An ensemble of kind '{kind}' has `{key}: {spec.get(key)!r:.60}` but needs a "
                f"whole number of at least {least}; correct it in config.yaml ({most} is the most)."
            )


def size_of(spec: Mapping[str, Any]) -> int:
    """Return k of the k × k matrices of an ensemble."""
    return int(spec["size"]) if spec["kind"] == "gaussian" else len(MATRIX)


def batches(spec: Mapping[str, Any], name: str, seed: int) -> Iterator[Batch]:
    """Yield the draws of the ensemble `name` in batches, each with random streams of its own.

    Entries of matrices and starts are standard Gaussian; draw i does not depend on their number.
    """
    size, gaussian = size_of(spec), spec["kind"] == "gaussian"
    count = spec["draws"] if gaussian else spec["starts"]
    step = max(1, min(BATCH, BATCH_ENTRIES // size**2))
    for first in range(0, count, step):
        shape = (min(step, count - first), size, size)
        key = f"{name}/{first}"
        starts = _normal(seed, "data", key, shape[:2])
        if gaussian:
            layers = partial(_layers, seed, key, shape)
            yield Batch(first, _normal(seed, "weight", key, shape), starts, layers)
        else:
            yield Batch(first, np.broadcast_to(MATRIX, shape), starts, None)


def _layers(seed: int, key: str, shape: tuple[int, ...], steps: int) -> Iterator[Array]:
    for layer in range(steps):
        yield _normal(seed, "weight", f"{key}/untied.{layer}", shape)


def _normal(seed: int, role: str, key: str, shape: tuple[int, ...]) -> Array:
    return np.random.default_rng(stream_key(seed, role, key)).standard_normal(shape)
