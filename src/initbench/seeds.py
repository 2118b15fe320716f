"""Random streams keyed by (seed, role, layer), so that no draw depends on any other draw."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from initbench.errors import unknown

if TYPE_CHECKING:
    import torch

ROLES = ("data", "split", "order", "weight", "bias", "noise", "dropout")


def stream_key(seed: int, role: str, layer: str = "") -> int:
    """Return the 63-bit key of a stream: the head of the SHA-256 of seed, role and layer name.

    Raises InitbenchError for a role that is not one of `ROLES`.
    """
    if role not in ROLES:
        raise unknown("stream role", role, ROLES)
    digest = hashlib.sha256(f"{seed}/{role}/{layer}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def numpy_stream(seed: int, role: str, layer: str = "") -> np.random.RandomState:
    """Return a fresh legacy NumPy stream, the kind scikit-learn takes as `random_state`."""
    return np.random.RandomState(stream_key(seed, role, layer) % 2**32)


def torch_stream(seed: int, role: str, layer: str = "") -> "torch.Generator":
    """Return a fresh PyTorch generator on the CPU; the global generator stays untouched."""
    import torch

    return torch.Generator().manual_seed(stream_key(seed, role, layer))
