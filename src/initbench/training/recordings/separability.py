"""How much of the classes the states still hold: linear probes, neighbours, inversion."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from initbench.architectures._feedforward import Feedforward
from initbench.architectures.deep_tanh_mlp import DeepTanhMLP
from initbench.training.data import Data
from initbench.training.recorder import Measurement
from initbench.training.recordings.states import layer_states

NEIGHBOURS = 15


def linear_probe(model: Feedforward, data: Data) -> Iterator[Measurement]:
    """Yield the accuracy of a linear classifier on the input and on each hidden state."""
    train, test = _states(model, data)
    for name in train:
        yield name, "linear_probe", 0, _scores(_linear, train[name], test[name], data)


def invertibility(model: Feedforward, data: Data) -> Iterator[Measurement]:
    """Yield 15-NN accuracy on the input and on the last hidden state, and inversion errors.

    Errors are given where the layers can be inverted: tanh layers as wide as the input.
    """
    train, test = _states(model, data)
    last = list(train)[-1]
    for name in dict.fromkeys(("input", last)):
        white = [_whiten(train[name], states[name]) for states in (train, test)]
        yield name, "knn_accuracy", 0, _scores(_neighbours, white[0], white[1], data)
    if isinstance(model, DeepTanhMLP) and train[last].shape == train["input"].shape:
        for kind in (torch.float32, torch.float64):
            error = inversion_error(model, data.test_x.to(kind))
            yield last, f"inversion_error_{str(kind).removeprefix('torch.')}", 0, error


def _states(model: Feedforward, data: Data) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return the input and all states but the logits, on training and on test data."""
    train, test = (dict(layer_states(model, x)) for x in (data.train_x, data.test_x))
    logits = list(train)[-1]
    del train[logits], test[logits]
    return train, test


def _linear() -> Any:
    from sklearn.linear_model import LogisticRegression  # a second to import: only if asked for
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(solver="newton-cholesky", C=1e4))


def _neighbours() -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(NEIGHBOURS)


def _scores(classifier: Any, train: Tensor, test: Tensor, data: Data) -> Tensor:
    """Return the test accuracy (S,) of a classifier fitted to each seed's training states."""
    pairs = zip(train.numpy(), data.train_y.numpy(), test.numpy(), data.test_y.numpy(), strict=True)
    scores = [_score(classifier(), *pair) for pair in pairs]
    return torch.tensor(scores, dtype=torch.float64)


def _score(classifier: Any, x: Any, y: Any, test_x: Any, test_y: Any) -> float:
    if not np.isfinite(x).all():  # a diverged run has no states to classify
        return float("nan")
    return float(classifier.fit(x, y).score(test_x, test_y))


def _whiten(reference: Tensor, x: Tensor) -> Tensor:
    """Return x (S, n, d) with `reference`'s mean removed and its covariance made the identity."""
    mean = reference.mean(1, keepdim=True)
    centred = reference - mean
    values, vectors = torch.linalg.eigh(torch.nan_to_num(centred.mT @ centred))
    scale = (values / reference.shape[1]).clamp_min(torch.finfo(values.dtype).tiny).rsqrt()
    white: Tensor = (x - mean) @ vectors * scale.unsqueeze(1)
    return white


@torch.no_grad()
def inversion_error(model: DeepTanhMLP, x: Tensor) -> Tensor:
    """Return the largest error (S,) of recovering x (S, n, 2) from the last hidden states.

    Each layer is undone by atanh and the inverse of its matrix, in the precision of `x`.
    """
    parameters = dict(model.layers.named_parameters())
    layers = [
        (parameters[f"{k}.weight"].to(x.dtype), parameters[f"{k}.bias"].to(x.dtype))
        for k in range(len(model.layers))
    ]
    state = x
    for weight, bias in layers:
        state = torch.tanh(state @ weight.mT + bias.unsqueeze(1))
    for weight, bias in reversed(layers):
        state = torch.linalg.solve_ex(weight, (torch.atanh(state) - bias.unsqueeze(1)).mT)[0].mT
    return (state - x).abs().amax((1, 2)).double()
