"""What orthogonal matrices keep and what they do not (A24, A25), and near rank one (A32)."""

from collections.abc import Iterator

import numpy as np

from initbench.checks._registry import Measurement, check
from initbench.datasets import FIRST_SEED, draw
from initbench.datasets._source import Points
from initbench.seeds import numpy_stream

DRAWS = range(FIRST_SEED, FIRST_SEED + 100)
SHAPES = {  # (outputs, inputs)
    "square": ((2, 2), (64, 64)),
    "tall": ((8, 2), (64, 16)),
    "wide": ((2, 8), (16, 64)),
}
MOONS = {"source": "moons", "samples": 1000, "noise": 0.1, "standardize": "all"}


def _orthogonal(shape: tuple[int, int], seed: int, precision: str) -> Points:
    """Return one draw of torch's `orthogonal_` (outputs, inputs)."""
    import torch

    from initbench.seeds import torch_stream

    weight = torch.empty(shape, dtype=getattr(torch, precision))
    torch.nn.init.orthogonal_(weight, generator=torch_stream(seed, "weight"))
    array: Points = weight.numpy()
    return array


@check("A24", "a24_square", form="square")
@check("A24", "a24_tall", form="tall")
@check("A24", "a24_wide", form="wide")
def gram_is_identity(form: str) -> Measurement:
    """Return the largest entry of |gram - I| in float32, the gram being that of the short side.

    Square: both W W^T and W^T W. Tall: W^T W, orthonormal columns. Wide: W W^T, orthonormal rows.
    """
    worst = 0.0
    for shape in SHAPES[form]:
        for seed in DRAWS:
            weight = _orthogonal(shape, seed, "float32")
            worst = max(worst, *(_off_identity(gram) for gram in _grams(weight)))
    return Measurement(worst, 0, 1e-5, _detail(form))


def _grams(weight: Points) -> Iterator[Points]:
    outputs, inputs = weight.shape
    if outputs >= inputs:
        yield weight.T @ weight
    if outputs <= inputs:
        yield weight @ weight.T


def _off_identity(gram: Points) -> float:
    return float(np.abs(gram - np.eye(len(gram))).max())


def _detail(form: str) -> str:
    shapes = " and ".join(f"{outputs}x{inputs}" for outputs, inputs in SHAPES[form])
    return f"largest over {len(DRAWS)} draws of {shapes} (outputs x inputs)"


@check("A25", "a25_norms_square", form="square")
@check("A25", "a25_norms_tall", form="tall")
@check("A25", "a25_norms_wide", form="wide")
def norms(form: str) -> Measurement:
    """Return the largest relative change of the norm of 100 Gaussian vectors under W, float64.

    A wide W projects onto fewer coordinates, so it loses what lies in its kernel.
    """
    worst = 0.0
    for shape in SHAPES[form]:
        for seed in DRAWS:
            x = numpy_stream(seed, "noise").normal(size=(100, shape[1]))
            before = np.linalg.norm(x, axis=1)
            after = np.linalg.norm(x @ _orthogonal(shape, seed, "float64").T, axis=1)
            worst = max(worst, np.abs(after / before - 1).max())
    return Measurement(worst, 0, 1e-6, _detail(form) + ", 100 vectors each")


def _variances(seed: int) -> tuple[Points, Points]:
    """Return the variance of each coordinate of the moons before and after a 2x2 orthogonal W."""
    x = draw(MOONS, numpy_stream(seed, "data")).train_x[0].astype(np.float64)
    return x.var(axis=0), (x @ _orthogonal((2, 2), seed, "float64").T).var(axis=0)


@check("A25", "a25_trace_square")
def trace() -> Measurement:
    """Return the largest relative change of the trace of the moons' covariance."""
    pairs = [_variances(seed) for seed in DRAWS]
    worst = max(abs(after.sum() / before.sum() - 1) for before, after in pairs)
    return Measurement(worst, 0, 1e-6, f"largest over {len(DRAWS)} draws of 2x2 on the moons")


@check("A25", "a25_coordinate_variance_square")
def coordinate_variance() -> Measurement:
    """Return the largest relative change of one coordinate's variance: a rotation mixes them."""
    pairs = [_variances(seed) for seed in DRAWS]
    worst = max(np.abs(after / before - 1).max() for before, after in pairs)
    return Measurement(worst, 0, 1e-6, f"largest over {len(DRAWS)} draws of 2x2 on the moons")


@check("A32", "a32_eckart_young")
def eckart_young() -> Measurement:
    """Return the largest deviation of the relative rank-1 error from s2 / sqrt(s1^2 + s2^2).

    The best rank-1 approximation keeps the first singular triple (Eckart and Young, 1936).
    """
    worst = 0.0
    for weight in numpy_stream(FIRST_SEED, "weight").normal(size=(1000, 2, 2)):
        u, s, vt = np.linalg.svd(weight)
        error = np.linalg.norm(weight - s[0] * np.outer(u[:, 0], vt[0])) / np.linalg.norm(weight)
        worst = max(worst, abs(error - s[1] / np.hypot(*s)))
    return Measurement(worst, 0, 1e-10, "largest over 1000 Gaussian 2x2 matrices")
