"""Methods that follow the model's activation: gains as numbers, He's slope, the critical point."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch import nn

from initbench import architectures
from initbench.architectures._activations import activation
from initbench.errors import InitbenchError
from initbench.inits import initialize
from initbench.inits._common import fans, weight_layers
from initbench.inits._gains import activation_gain, gain_value
from initbench.seeds import torch_stream
from initbench.theory import mean_field

SEED = 2_000_000
GAINED = ("lecun_normal", "lecun_uniform", "xavier_normal", "xavier_uniform", "he_normal",
          "he_uniform", "orthogonal", "delta_orthogonal", "dirac", "identity")  # fmt: skip
PRINTED = {"gelu": 1.5335, "silu": 1.6765, "elu": 1.2452, "selu": 1.0000}


def net(name, inputs=6, width=8, depth=2):
    spec = {"family": "mlp", "inputs": inputs, "width": width, "depth": depth}
    return architectures.build({**spec, "activation": name})


def drawn(model, method, seed=SEED, **parameters):
    initialize(model, method, parameters, seed)
    return model


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("identity", ("linear",)),
        ("sigmoid", ("sigmoid",)),
        ("tanh", ("tanh",)),
        ("relu", ("relu",)),
        ("leaky_relu_0.01", ("leaky_relu", 0.01)),
        ("leaky_relu_0.2", ("leaky_relu", 0.2)),
    ],
)
def test_the_gain_is_that_of_torch_where_torch_has_a_rule(name, rule):
    assert activation_gain(activation(name)) == nn.init.calculate_gain(*rule)


@pytest.mark.parametrize("name", PRINTED)
def test_other_gains_keep_the_second_moment_of_a_gaussian(name):
    found = activation_gain(activation(name))
    assert found == pytest.approx(PRINTED[name], abs=5e-5)
    assert found == pytest.approx(mean_field.second_moment(name, 1.0) ** -0.5, rel=1e-9)


@pytest.mark.parametrize(
    ("module", "gain"),
    [
        (nn.SELU(inplace=True), PRINTED["selu"]),
        (nn.ELU(inplace=True), PRINTED["elu"]),
        (nn.SiLU(inplace=True), PRINTED["silu"]),
        (nn.CELU(inplace=True), PRINTED["elu"]),
        (nn.Hardtanh(inplace=True), (1 - 2 * stats.norm.pdf(1)) ** -0.5),
        (nn.LeakyReLU(0.2, inplace=True), math.sqrt(2 / 1.04)),
    ],
    ids=str,
)
def test_an_activation_in_place_has_the_gain_of_its_function(module, gain):
    assert activation_gain(module) == pytest.approx(gain, abs=5e-5)


def test_critical_knows_an_activation_in_place():
    model = net("selu")
    model.activation = nn.SELU(inplace=True)
    twins = drawn(model, "critical"), drawn(net("selu"), "critical")
    assert all(map(torch.equal, *(twin.parameters() for twin in twins)))


class Counter(nn.Module):
    calls = 0

    def forward(self, x):
        self.calls += 1
        return x.clamp_(0, 1)


def test_a_gain_changes_nothing_of_the_activation():
    module = Counter()
    activation_gain(module)
    assert module.calls == 0


@pytest.mark.parametrize(
    "module",
    [
        *(nn.RReLU(), nn.Dropout(), nn.AlphaDropout(), nn.Softmax(-1), nn.GLU()),
        *(nn.LayerNorm(4001), nn.Flatten()),
    ],
    ids=str,
)
def test_a_gain_of_what_is_no_function_of_one_number_is_refused(module):
    before = torch.get_rng_state()
    with pytest.raises(InitbenchError, match="one function of one number"):
        activation_gain(module)
    assert torch.equal(before, torch.get_rng_state())


def test_an_activation_that_lets_nothing_through_has_no_gain():
    with pytest.raises(InitbenchError, match=r"mean square 0\.0 on Gaussian inputs"):
        activation_gain(nn.Threshold(50.0, 0.0))


def test_the_gain_of_the_sine_has_its_closed_form():
    expected = math.sqrt(2 / (1 - math.exp(-2)))
    assert activation_gain(activation("sine")) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("method", GAINED)
@pytest.mark.parametrize("name", ["relu", "gelu"])
def test_gain_activation_is_the_number_of_the_models_activation(method, name):
    followed = drawn(net(name), method, gain="activation")
    given_as_number = drawn(net(name), method, gain=activation_gain(activation(name)))
    pairs = zip(followed.parameters(), given_as_number.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)
    plain = drawn(net(name), method, gain=1.0)
    assert not torch.equal(followed.layers[0].weight, plain.layers[0].weight)


@pytest.mark.parametrize("method", [*GAINED, "critical"])
def test_a_model_that_names_no_activation_is_refused(method):
    parameters = {} if method == "critical" else {"gain": "activation"}
    with pytest.raises(InitbenchError, match="the model has no module `activation`"):
        drawn(nn.Sequential(nn.Linear(2, 2)), method, **parameters)


@given(st.floats(-2, 2))
def test_he_of_a_slope_is_that_of_torch(slope):
    layer = nn.Linear(9, 5)
    for method in ("normal", "uniform"):
        initialize(layer, f"he_{method}", {"negative_slope": slope}, SEED)
        draw = getattr(nn.init, f"kaiming_{method}_")
        blank, stream = torch.empty(5, 9), torch_stream(SEED, "weight", "")
        assert torch.equal(layer.weight, draw(blank, a=slope, generator=stream))


def test_the_gain_of_a_rectifier_depends_on_its_slope_and_other_gains_do_not():
    assert gain_value("rectifier") == math.sqrt(2)
    assert gain_value("rectifier", negative_slope=1.0) == 1
    assert gain_value(3, negative_slope=1.0) == 3


def test_he_of_the_activation_is_he_for_relu_and_lecun_for_none():
    for name, method in (("relu", "he_normal"), ("identity", "lecun_normal")):
        first, second = drawn(net(name), "he_normal", gain="activation"), drawn(net(name), method)
        pairs = zip(first.parameters(), second.parameters(), strict=True)
        assert all(torch.equal(*pair) for pair in pairs)


@pytest.mark.parametrize(("name", "q_star"), [("tanh", 1.0), ("tanh", 0.0259), ("relu", 1.0)])
def test_critical_draws_follow_their_two_laws(name, q_star):
    weight_variance, bias_variance = mean_field.critical(name, q_star)
    models = [drawn(net(name), "critical", seed, q_star=q_star) for seed in range(60)]
    layers = [layer for model in models for _, layer in weight_layers(model)]
    weights = torch.cat([
        (layer.weight.detach() * fans(layer)[0] ** 0.5).flatten() for layer in layers
    ])  # fmt: skip
    biases = torch.cat([layer.bias.detach() for layer in layers])
    assert stats.kstest(weights, stats.norm(0, weight_variance**0.5).cdf).pvalue > 1e-3
    if bias_variance:
        assert stats.kstest(biases, stats.norm(0, bias_variance**0.5).cdf).pvalue > 1e-3
        assert stats.kstest(biases, stats.norm(0, 1.4 * bias_variance**0.5).cdf).pvalue < 1e-3
    else:
        assert not biases.any()


def test_critical_is_he_for_relu():
    first, second = drawn(net("relu"), "critical"), drawn(net("relu"), "he_normal")
    assert torch.allclose(first.layers[1].weight, second.layers[1].weight, rtol=1e-6)


@torch.no_grad()
def test_critical_keeps_q_star_in_a_wide_net():
    model = drawn(net("tanh", inputs=400, width=400, depth=20), "critical", q_star=0.8)
    x = torch.randn(200, 400, generator=torch.Generator().manual_seed(3)) * 0.8**0.5
    before_last = dict(model.states(x))["layers.18"]
    outputs = model.layers[-1](before_last)
    assert float(outputs.square().mean()) == pytest.approx(0.8, rel=0.15)


def test_an_activation_without_critical_point_is_refused():
    with pytest.raises(InitbenchError, match="no critical point at q"):
        drawn(net("sigmoid"), "critical", q_star=1.0)
