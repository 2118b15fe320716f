"""Document C's definitions: a net as a stack of layers (C03), eigenvectors (C10)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from initbench.checks._registry import Measurement, check
from initbench.datasets import FIRST_SEED
from initbench.matrices.printed_matrix import MATRIX
from initbench.seeds import numpy_stream

Array = NDArray[np.float64]

SEEDS = range(FIRST_SEED, FIRST_SEED + 20)
SIZES = (2, 5, 20, 100)
DEPTH, WIDTH, SAMPLES = 5, 16, 64
ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
}


@check("C03", "c03_tanh", activation="tanh")
@check("C03", "c03_relu", activation="relu")
def stack_of_layers(activation: str) -> Measurement:
    """Return the largest difference of nn.Sequential from a loop over affine map and activation."""
    worst = 0.0
    for seed in SEEDS:
        weights, biases, x = _draw(seed)
        built = _sequential(weights, biases, x, activation)
        for weight, bias in zip(weights, biases, strict=True):
            x = ACTIVATIONS[activation](x @ weight.T + bias)
        worst = max(worst, np.abs(built - x).max())
    detail = f"largest difference over {len(SEEDS)} nets of {DEPTH} layers of {WIDTH} units"
    return Measurement(worst, 0, 1e-12, detail)


def _draw(seed: int) -> tuple[Array, Array, Array]:
    """Return weights (layer, out, in), biases (layer, out) and inputs (sample, unit)."""
    weights = numpy_stream(seed, "weight").normal(0, WIDTH**-0.5, (DEPTH, WIDTH, WIDTH))
    biases = numpy_stream(seed, "bias").normal(size=(DEPTH, WIDTH))
    return weights, biases, numpy_stream(seed, "data").normal(size=(SAMPLES, WIDTH))


def _sequential(weights: Array, biases: Array, x: Array, activation: str) -> Array:
    """Return the output (sample, unit) of PyTorch's own stack of these layers."""
    import torch
    from torch import nn

    net = nn.Sequential()
    for weight, bias in zip(weights, biases, strict=True):
        layer = nn.Linear(WIDTH, WIDTH, device="meta")  # no draw from the global stream
        state = {"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)}
        layer.load_state_dict(state, assign=True)
        net.extend([layer, {"tanh": nn.Tanh, "relu": nn.ReLU}[activation]()])
    output: Array = net(torch.from_numpy(x)).detach().numpy()
    return output


@check("C10", "c10_document_matrix")
def document_eigenpairs() -> Measurement:
    """Return the largest |A v - lambda v| over the eigenpairs of the document's matrix."""
    return Measurement(_residual(MATRIX), 0, 1e-10, "five eigenpairs, eigenvectors of length one")


@check("C10", "c10_random_matrices")
def random_eigenpairs() -> Measurement:
    """Return the largest |A v - lambda v| over the eigenpairs of Gaussian matrices."""
    worst = max(
        _residual(numpy_stream(seed, "weight", str(size)).normal(size=(size, size)))
        for size in SIZES
        for seed in SEEDS
    )
    sizes = ", ".join(map(str, SIZES))
    detail = f"largest over {len(SEEDS)} Gaussian matrices each of size {sizes}"
    return Measurement(worst, 0, 1e-10, detail)


def _residual(matrix: Array) -> float:
    """Return the largest |A v - lambda v| over the eigenpairs (lambda, v), |v| = 1, of `matrix`."""
    values, vectors = np.linalg.eig(matrix)
    return float(np.linalg.norm(matrix @ vectors - values * vectors, axis=0).max())
