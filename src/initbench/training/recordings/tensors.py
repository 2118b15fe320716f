"""Quantities of single parameter tensors: gradients, spectra, symmetry between units."""

from collections.abc import Iterator

import torch
from torch import Tensor

from initbench.architectures._feedforward import Feedforward
from initbench.training.data import Data
from initbench.training.recorder import Measurement
from initbench.training.recordings.linalg import singular_values


def gradients(model: Feedforward, data: Data) -> Iterator[Measurement]:
    """Yield the L2 norm of each tensor's gradient on the current batch."""
    for name, parameter in model.named_parameters():
        yield name, "gradient_norm", 0, _gradient(parameter).flatten(1).double().norm(dim=1)


def uniques(model: Feedforward, data: Data) -> Iterator[Measurement]:
    """Yield the largest size and the number of distinct values of each tensor and gradient."""
    for name, parameter in model.named_parameters():
        yield name, "max_abs", 0, parameter.detach().flatten(1).abs().amax(1)
        yield name, "unique_values", 0, _distinct(parameter.detach())
        yield name, "gradient_unique", 0, _distinct(_gradient(parameter))


def spectra(model: Feedforward, data: Data) -> Iterator[Measurement]:
    """Yield the singular values of each weight matrix, in descending order."""
    for name, weight in _matrices(model):
        for index, values in enumerate(singular_values(weight).T):
            yield name, "singular_value", index, values


def symmetry(model: Feedforward, data: Data) -> Iterator[Measurement]:
    """Yield how alike the units are: distinct rows and columns, cosines, effective rank.

    The effective rank is the exponential of the entropy of the normalised singular values
    (Roy and Vetterli 2007); it is 0 for a zero matrix.
    """
    for name, weight in _matrices(model):
        yield name, "distinct_rows", 0, _count([len(torch.unique(w, dim=0)) for w in weight])
        yield name, "distinct_columns", 0, _count([len(torch.unique(w.T, dim=0)) for w in weight])
        yield name, "median_abs_cosine", 0, _median_cosine(weight)
        yield name, "effective_rank", 0, _effective_rank(weight)


def _gradient(parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def _matrices(model: Feedforward) -> Iterator[tuple[str, Tensor]]:
    for name, parameter in model.named_parameters():
        if parameter.dim() == 3:
            yield name, parameter.detach()


def _count(numbers: list[int]) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def _distinct(tensors: Tensor) -> Tensor:
    return _count([len(torch.unique(tensor)) for tensor in tensors])


def _median_cosine(weight: Tensor) -> Tensor:
    """Return the median absolute cosine between different rows; NaN for a single row."""
    rows = torch.nn.functional.normalize(weight.double(), dim=-1)
    i, j = torch.triu_indices(weight.shape[1], weight.shape[1], offset=1)
    if not len(i):
        return torch.full((len(weight),), torch.nan)
    return (rows @ rows.mT)[:, i, j].abs().median(-1).values


def _effective_rank(weight: Tensor) -> Tensor:
    values = singular_values(weight.double())
    total = values.sum(-1, keepdim=True)
    shares = values / total.clamp_min(torch.finfo(torch.float64).tiny)
    rank = torch.exp(torch.special.entr(shares).sum(-1))
    return torch.where(total.squeeze(-1) == 0, 0.0, rank)
