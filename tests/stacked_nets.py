"""Small stacked networks with known weights, their data, and what the probes say of them."""

import math

import torch

from entries import of_families
from initbench import architectures, inits
from initbench.training.data import Data
from initbench.training.ensemble import stack
from initbench.training.recordings import measure

CHAIN = {"family": "mlp", "inputs": 2, "width": 2, "depth": 2}
MNIST = {"family": "mnist_net", "hidden": [12, 7]}
CLOCK = {"family": "recurrent", "inputs": 3, "hidden": 6, "outputs": 2}
READER = {"family": "transformer", "layers": 2, "inputs": 5, "width": 12, "classes": 2}
BLOCKS = {"family": "residual", "inputs": 3, "width": 6, "blocks": 3, "classes": 2}
# Small nets and the shape of a sample.
SMALL = {
    "cnn": ({"family": "cnn", "depth": 2, "channels": 3}, (1, 28, 28)),
    "conv_stack": ({"family": "conv_stack", "channels": 3, "depth": 2}, (1, 6, 6)),
    "deep_tanh_mlp": ({"family": "deep_tanh_mlp"}, (2,)),
    "mlp": ({"family": "mlp", "inputs": 3, "width": 5, "depth": 2, "activation": "relu"}, (3,)),
    "mnist_net": (MNIST, (1, 28, 28)),
    "mnist_net_dropout": ({**MNIST, "dropout": 0.5}, (1, 28, 28)),
    "mnist_net_sigmoid": ({**MNIST, "activation": "sigmoid"}, (1, 28, 28)),
    "net_with_layer_norm": ({"family": "net_with_layer_norm", "inputs": 5, "width": 7}, (5,)),
    "recurrent_rnn": ({**CLOCK, "cell": "rnn"}, (4, 3)),
    "recurrent_lstm": ({**CLOCK, "cell": "lstm"}, (4, 3)),
    "recurrent_gru": ({**CLOCK, "cell": "gru"}, (4, 3)),
    "residual": (BLOCKS, (3,)),
    "residual_rezero": ({**BLOCKS, "rezero": True}, (3,)),
    "simple_net": ({"family": "simple_net", "input_size": 5, "hidden_size": 9}, (5,)),
    "siren": ({"family": "siren", "width": 7, "outputs": 2}, (1,)),
    "softmax_regression": ({"family": "softmax_regression"}, (1, 28, 28)),
    "transformer_none": ({**READER, "norm": "none"}, (6, 5)),
    "transformer_post": ({**READER, "norm": "post"}, (6, 5)),
    "transformer_pre": ({**READER, "norm": "pre"}, (6, 5)),
    "transformer_rows": ({**READER, "norm": "pre", "rows_per_token": 2}, (6, 5)),
}
KNOWN = {spec["family"] for spec, _ in SMALL.values()}
# Nets of every family: where none is above, that of its entry in config.yaml.
FAMILIES = SMALL | {name: (spec, form.sample) for name, (spec, form) in of_families(KNOWN).items()}


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
