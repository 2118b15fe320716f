"""Singular values that a diverged seed does not take away from its neighbours."""

import torch
from torch import Tensor


def singular_values(matrices: Tensor) -> Tensor:
    """Return the singular values (S, k), descending, of (S, m, n); NaN where not all is finite."""
    finite = torch.isfinite(matrices).flatten(1).all(-1)
    values = torch.linalg.svdvals(torch.where(finite[:, None, None], matrices, 0.0))
    return torch.where(finite[:, None], values, torch.nan)
