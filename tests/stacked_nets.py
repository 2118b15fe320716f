"""Small stacked networks with known weights, their data, and what the probes say of them."""

import math

import torch

from initbench import architectures, inits
from initbench.probes import measure
from initbench.training.data import Data
from initbench.training.ensemble import stack

CHAIN = {"family": "mlp", "inputs": 2, "width": 2, "depth": 2}


def network(spec, weights, kind=torch.float32):
    """Return seeds side by side with zero biases; `weights` maps a layer to one matrix a seed."""
    models = []
    for seed in range(len(next(iter(weights.values())))):
        model = architectures.build(spec).to(kind)
        for parameter in model.parameters():
            torch.nn.init.zeros_(parameter)
        for layer, matrices in weights.items():
            model.get_submodule(layer).weight.data = torch.as_tensor(matrices[seed]).to(kind)
        models.append(model)
    return stack(models, range(len(models)))


def drawn(spec, method, seeds, kind=torch.float64, **parameters):
    """Return the stacked networks of `seeds` seeds, filled by an init method."""
    models = [architectures.build(spec) for _ in range(seeds)]
    for seed, model in enumerate(models):
        inits.initialize(model, method, parameters, seed)
    return stack([model.to(kind) for model in models], range(seeds))


def data(test_x, test_y=None, train_x=None, train_y=None):
    """Return a block's data; what is not given repeats the test part, labels are 0."""
    test_x = torch.as_tensor(test_x)
    labels = torch.zeros(test_x.shape[:2], dtype=torch.long) if test_y is None else test_y
    return Data(
        test_x if train_x is None else torch.as_tensor(train_x),
        labels if train_y is None else train_y,
        test_x,
        labels,
    )


def values(group, model, block, quantity):
    """Return the values (a list over seeds) of one quantity by layer and index."""
    found = measure(group, model, block)
    return {(n, k): v.tolist() for n, q, k, v in found if q == quantity}


def eyes(seeds):
    return [torch.eye(2)] * seeds


def circle(n=60):
    angle = torch.arange(n) * 2 * math.pi / n
    return torch.stack([angle.cos(), angle.sin()], 1)
