"""Inits made for one kind of network: recurrent weights, SIREN, the bias of the output."""

import math

import pytest
import torch
from scipy import stats
from torch import nn

from initbench import architectures
from initbench.datasets.gaussian_classes import frequencies
from initbench.errors import InitbenchError
from initbench.inits import initialize
from initbench.inits._common import fans, weight_layers

SEED = 2_000_000
HIDDEN = 12
GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def cell(kind, seed=SEED, hidden_units=HIDDEN, **parameters):
    spec = {"family": "recurrent", "cell": kind, "inputs": 5, "outputs": 2, "hidden": hidden_units}
    model = architectures.build(spec).double()
    initialize(model, "recurrent", parameters, seed)
    return model


def mlp(method, seed=SEED, width=30, classes=3, **parameters):
    spec = {"family": "mlp", "inputs": 20, "width": width, "depth": 2, "classes": classes}
    model = architectures.build({**spec, "activation": "relu"}).double()
    initialize(model, method, parameters, seed)
    return model


def fits(values, law):
    return stats.kstest(values.detach().flatten().numpy(), law.cdf).pvalue > 1e-3


def eye(size):
    return torch.eye(size, dtype=torch.float64)


# Recurrent


@pytest.mark.parametrize("kind", GATES)
def test_orthogonal_recurrent_weights_stacked_and_by_gate(kind):
    stacked = cell(kind).hidden_map.weight
    assert torch.allclose(stacked.T @ stacked, eye(HIDDEN), atol=1e-12)
    squares = cell(kind, gates="separate").hidden_map.weight.chunk(GATES[kind])
    assert len(squares) == GATES[kind]
    for square in squares:
        assert torch.allclose(square @ square.T, eye(HIDDEN), atol=1e-12)
        assert not torch.equal(square, squares[0]) or square is squares[0]


def test_a_gate_of_the_stacked_matrix_is_no_isometry():
    gate = cell("lstm").hidden_map.weight.chunk(4)[0]
    assert torch.linalg.svdvals(gate).min() < 0.5


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize(
    ("hidden", "law"),
    [
        ("default", lambda gates: stats.uniform(-(60**-0.5), 2 * 60**-0.5)),
        ("normal", lambda gates: stats.norm(0, 0.01)),
        ("xavier", lambda gates: stats.norm(0, math.sqrt(2 / (60 + 60 * gates)))),
    ],
)
def test_laws_of_the_recurrent_weights(kind, hidden, law):
    model = cell(kind, hidden_units=60, hidden=hidden)
    assert fits(model.hidden_map.weight, law(GATES[kind]))
    assert not fits(1.3 * model.hidden_map.weight, law(GATES[kind]))


def test_xavier_by_gate_knows_the_size_of_one_gate():
    model = cell("lstm", hidden_units=60, hidden="xavier", gates="separate")
    assert fits(model.hidden_map.weight, stats.norm(0, math.sqrt(2 / 120)))


def test_identities_of_gates():
    for square in cell("gru", hidden="identity", gates="separate").hidden_map.weight.chunk(3):
        assert torch.equal(square, eye(HIDDEN))
    assert torch.equal(cell("rnn", hidden="identity").hidden_map.weight, eye(HIDDEN))


@pytest.mark.parametrize("hidden", ["default", "normal", "xavier", "orthogonal", "identity"])
def test_all_else_is_the_same_whatever_the_recurrent_weights(hidden):
    model, xavier = cell("lstm", hidden=hidden), cell("lstm", hidden="normal")
    assert torch.equal(model.input_map.weight, xavier.input_map.weight)
    assert torch.equal(model.head.weight, xavier.head.weight)
    assert not any(layer.bias.any() for _, layer in weight_layers(model))


def test_the_rest_is_xavier_or_as_torch_makes_it():
    models = [cell("gru", seed, hidden_units=40) for seed in range(5)]
    inputs = torch.stack([model.input_map.weight for model in models])
    assert fits(inputs, stats.norm(0, math.sqrt(2 / (5 + 3 * 40))))
    law = stats.uniform(-(40**-0.5), 2 * 40**-0.5)
    models = [
        cell("gru", seed, hidden_units=40, hidden="default", rest="default") for seed in range(5)
    ]
    for values in zip(*(model.parameters() for model in models), strict=True):
        assert fits(torch.stack(values), law)


@pytest.mark.parametrize("rest", ["xavier", "default"])
@pytest.mark.parametrize("value", [-1, 0.0, 2.0])
def test_the_forget_bias_is_the_sum_of_both_and_nothing_else_changes(value, rest):
    model, plain = (cell("lstm", rest=rest, **p) for p in ({"forget_bias": value}, {}))
    forget = slice(HIDDEN, 2 * HIDDEN)
    total = model.input_map.bias + model.hidden_map.bias
    assert (total[forget] == value).all()
    for layer, other in ((model.input_map, plain.input_map), (model.hidden_map, plain.hidden_map)):
        same = layer.bias == other.bias
        same[forget] = True
        assert same.all()
        assert torch.equal(layer.weight, other.weight)


@torch.no_grad()
def test_the_forget_bias_decides_how_long_the_cell_keeps_what_it_saw():
    x = torch.zeros(2, 30, 5, dtype=torch.float64)
    x[1, 0] = 1
    shares = []
    for bias in (-1.0, 1.0, 4.0):
        states = dict(cell("lstm", hidden="normal", forget_bias=bias).states(x))["hidden_map"]
        shares.append(float((states[1] - states[0]).abs().max()))
    assert shares[0] < 1e-6
    assert shares == sorted(shares)
    assert shares[2] > 1e-3


@pytest.mark.parametrize("kind", ["rnn", "gru"])
def test_a_forget_bias_needs_an_lstm(kind):
    with pytest.raises(InitbenchError, match=r"forget_bias = 1\.0, .*has [13] of .* 4 gates"):
        cell(kind, forget_bias=1.0)


def test_a_net_that_is_not_recurrent_is_refused():
    with pytest.raises(InitbenchError, match="input_map, hidden_map, head, but the model has 0;"):
        initialize(nn.Sequential(nn.Linear(2, 2)), "recurrent", {}, SEED)


# SIREN


def siren(seed=SEED, **parameters):
    model = architectures.build({"family": "siren", "inputs": 2, "width": 128, "depth": 4})
    initialize(model.double(), "siren", parameters, seed)
    return model


@pytest.mark.parametrize("omega", [30.0, 7.0])
def test_laws_of_siren(omega):
    (_, first), *others = weight_layers(siren(omega=omega))
    assert fits(first.weight, stats.uniform(-1 / 2, 1))
    for _, layer in others[:-1]:
        bound = math.sqrt(6 / 128) / omega
        assert fits(layer.weight, stats.uniform(-bound, 2 * bound))
        assert not fits(1.2 * layer.weight, stats.uniform(-bound, 2 * bound))


def test_biases_of_siren_are_torchs_default_or_zero():
    for _, layer in weight_layers(siren())[:-1]:
        bound = fans(layer)[0] ** -0.5
        assert fits(layer.bias, stats.uniform(-bound, 2 * bound))
    assert not any(layer.bias.any() for _, layer in weight_layers(siren(bias="zero")))


@torch.no_grad()
def test_siren_keeps_the_variance_of_its_arguments_near_one():
    """A sine of N(0, v) has a mean square of (1 - exp(-2v))/2, one over many periods of 1/2."""
    model = siren(bias="zero")
    uniform = torch.rand(4000, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    states = list(dict(model.states(2 * uniform - 1)).values())
    variance = 1.0
    for before, layer in zip(states, list(model.layers)[1:], strict=False):
        assert float((30 * layer(before)).var()) == pytest.approx(variance, rel=0.1)
        variance = 1 - math.exp(-2 * variance)
    assert 0.79 < variance < 1


# Bias of the output


@pytest.mark.parametrize("std", [0.01, 0.5])
def test_only_the_head_differs_from_he(std):
    model, he = mlp("output_bias", std=std), mlp("he_normal")
    for ours, plain in zip(model.layers, he.layers, strict=True):
        assert torch.equal(ours.weight, plain.weight)
        assert not ours.bias.any()
    factor = std / math.sqrt(2 / 30)
    torch.testing.assert_close(model.final.weight, factor * he.final.weight)


def test_the_bias_of_the_head_is_zero_torchs_default_or_the_log_of_the_shares():
    assert not mlp("output_bias").final.bias.any()
    biases = [mlp("output_bias", seed, head="default").final.bias for seed in range(60)]
    assert fits(torch.stack(biases), stats.uniform(-(30**-0.5), 2 * 30**-0.5))
    found = mlp("output_bias", head=[6, 3, 1]).final.bias.tolist()
    assert found == pytest.approx([math.log(p) for p in (0.6, 0.3, 0.1)])


@pytest.mark.parametrize(("classes", "ratio"), [(2, 99), (10, 100)])
@pytest.mark.parametrize("family", ["softmax_regression", "mlp"])
@torch.no_grad()
def test_the_first_loss_is_the_entropy_of_the_classes(family, classes, ratio):
    shares = frequencies(classes, ratio)
    extra = {"width": 64, "depth": 2, "activation": "relu"} if family == "mlp" else {}
    model = architectures.build({"family": family, "inputs": 32, "classes": classes, **extra})
    initialize(model, "output_bias", {"head": shares.tolist()}, SEED)
    stream = torch.Generator().manual_seed(1)
    x = torch.randn(2000, 32, generator=stream)
    loss = -(model(x).log_softmax(-1).double().mean(0) @ torch.from_numpy(shares))
    assert float(loss) == pytest.approx(stats.entropy(shares), rel=0.02)


def test_shares_of_other_classes_are_refused():
    with pytest.raises(
        InitbenchError, match="got 2 class frequencies, but the model has 3 outputs"
    ):
        mlp("output_bias", head=[1.0, 2.0])
    layer = nn.Sequential(nn.Linear(2, 2, bias=False))
    with pytest.raises(InitbenchError, match="bias of layer '0', but that has none"):
        initialize(layer, "output_bias", {}, SEED)


# Head by He or Xavier


def test_a_head_of_its_own_differs_from_he_in_the_head_alone():
    he, xavier = (mlp(method).state_dict() for method in ("he_normal", "xavier_normal"))
    assert all(map(torch.equal, mlp("own_head", head="he").state_dict().values(), he.values()))
    for name, value in mlp("own_head", head="xavier").state_dict().items():
        same = xavier if name == "final.weight" else he
        assert torch.equal(value, same[name])
    assert not torch.equal(he["final.weight"], xavier["final.weight"])
