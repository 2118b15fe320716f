"""Signal propagation at initialization: known answers, and a plain loop number by number."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from initbench.errors import InitbenchError
from initbench.inits._common import weight_layers
from initbench.probes._nets import SAMPLES, draw_mlp, gaussian
from initbench.probes.propagation import PAIRS, draw_inputs, measure, participation, recorded, sizes

HE = {"method": "he_normal"}
LSUV = {"method": "lsuv"}
ORTHOGONAL = {"method": "orthogonal"}


def propagate(init, activations, width=4, depth=3, seeds=range(1), **more):
    table = measure(init, seeds, activations=activations, widths=[width], depth=depth, **more)
    return table.to_pandas()


def by_layer(frame):
    """Return a column a quantity and a row a layer, averaged over seeds."""
    return frame.pivot_table("value", "layer", "quantity", dropna=False)


# Known answers


def test_an_orthogonal_linear_net_keeps_signals_gradients_angles_and_shape():
    found = by_layer(propagate(ORTHOGONAL, ["identity"], width=8, depth=50, seeds=range(2)))
    assert list(found.index) == recorded(50, 5) == [*range(1, 11), *range(15, 51, 5)]
    for quantity in ("zero_share", "dead_share", "saturated_share"):
        assert (found.pop(quantity) == 0).all()
    assert np.ptp(found.to_numpy(), axis=0) == pytest.approx(0, abs=1e-10)
    assert found.second_moment[1] == pytest.approx(1, abs=0.1)
    assert found.correlation[1] == pytest.approx(0.5, abs=0.1)


def test_a_scaled_identity_by_hand():
    """With W = g·I, states are g^l·x, and R = g^(L−l) Σ ⟨v, h_l⟩/√n."""
    gain, depth, width = 0.5, 4, 3
    found = by_layer(propagate({"method": "identity", "gain": gain}, ["identity"], width, depth))
    x, readout = draw_inputs(0, width).samples, gaussian(0, "readout", width)
    for layer in range(1, depth + 1):
        row = found.loc[layer]
        assert row.second_moment == pytest.approx(gain ** (2 * layer) * x.square().mean().item())
        passed = gain ** (depth - layer)
        rms = passed * readout.square().mean().sqrt().item() / math.sqrt(SAMPLES)
        assert row.state_gradient_rms == pytest.approx(rms)
        outer = readout.norm() * x.sum(0).norm() / math.sqrt(SAMPLES)
        norm = passed * gain ** (layer - 1) * outer.item()
        assert row.weight_gradient_norm == pytest.approx(norm)


def test_relu_zeroes_half_of_the_states():
    found = by_layer(propagate(HE, ["relu"], width=64, depth=3, seeds=range(30)))
    assert found.zero_share.to_numpy() == pytest.approx(0.5, abs=0.02)
    assert found.second_moment.to_numpy() == pytest.approx(1, abs=0.1)


def test_saturation_is_counted_where_the_activation_saturates():
    frame = propagate({"method": "identity", "gain": 10.0}, ["tanh", "sigmoid", "relu"], depth=1)
    shares = frame[frame.quantity == "saturated_share"].set_index("activation").value
    z = 10 * draw_inputs(0, 4).samples
    tanh, sigmoid = torch.tanh(z), torch.sigmoid(z)
    assert shares["tanh"] == (tanh.abs() > 0.99).double().mean()
    assert shares["sigmoid"] == ((sigmoid < 0.01) | (sigmoid > 0.99)).double().mean()
    assert 0.3 < shares["sigmoid"] < shares["tanh"] < 1
    assert shares["relu"] == 0


def test_a_dead_net_is_recorded_as_it_is():
    minus = {"method": "constant", "value": -1.0, "bias": "zero"}
    dead = by_layer(propagate(minus, ["relu"])).loc[3]  # ReLU leaves nothing below layer 1
    assert dead.zero_share == dead.dead_share == 1
    assert np.isnan(dead.correlation)
    rest = dead.drop(["zero_share", "dead_share", "correlation", "state_gradient_rms"])
    assert (rest == 0).all()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("square", [4] * 4), ("growing", [4, 8, 12, 16]), ("shrinking", [16, 12, 8, 4])],
)
def test_layers_of_a_shape(shape, expected):
    assert sizes(4, 3, shape) == expected
    frame = propagate(ORTHOGONAL, ["identity"], shapes=[shape])
    assert set(frame.variant) == {shape}


def test_layers_that_only_grow_keep_the_norm_of_orthogonal_signals():
    found = by_layer(propagate(ORTHOGONAL, ["identity"], shapes=["growing"]))
    norms = found.second_moment.to_numpy() * sizes(4, 3, "growing")[1:]
    assert norms == pytest.approx(norms[0])


# Draws


def test_inits_transform_the_same_base_draw():
    he, xavier = (
        by_layer(propagate({"method": method}, ["identity"], depth=6)).second_moment
        for method in ("he_normal", "xavier_normal")
    )
    assert (he / xavier).to_numpy() == pytest.approx([2.0**k for k in range(1, 7)])


@pytest.mark.parametrize("init", [HE, LSUV, {**ORTHOGONAL, "gain": "activation"}])
def test_an_activation_gets_the_same_net_alone_and_among_others(init):
    both = propagate(init, ["tanh", "relu"], seeds=range(2))
    alone = propagate(init, ["relu"], seeds=range(2))
    again = both[both.activation == "relu"].reset_index(drop=True)
    assert again.equals(alone)


def test_an_activation_that_the_init_refuses_is_left_out():
    frame = propagate({"method": "critical"}, ["sigmoid", "tanh"])
    assert set(frame.activation) == {"tanh"}


@pytest.mark.parametrize(
    ("init", "names", "message"),
    [
        ({"method": "critical"}, ["sigmoid"], "no critical point"),
        (HE, ["tanh", "thanh"], "Unknown activation 'thanh'; did you mean 'tanh'"),
    ],
)
def test_what_nothing_can_be_drawn_for_is_refused(init, names, message):
    with pytest.raises(InitbenchError, match=message):
        propagate(init, names)


# A plain loop


def reference(weights, biases, phi, x, partners):
    """Return {(layer, quantity): value}, one sample at a time."""
    weights = [w.detach().clone().requires_grad_() for w in weights]
    readout = gaussian(0, "readout", len(weights[-1]))
    total, all_z, all_h = torch.zeros(()), [], []
    for sample in x:
        zs, hs = pass_through(weights, biases, phi, sample)
        total = total + torch.dot(readout, hs[-1]) / math.sqrt(len(x))
        all_z.append(zs)
        all_h.append(hs)
    found = {}
    for k, weight in enumerate(weights):
        (of_weight,) = torch.autograd.grad(total, weight, retain_graph=True)
        states = [hs[k] for hs in all_h]
        of_states = torch.cat(torch.autograd.grad(total, states, retain_graph=True))
        found[k + 1, "weight_gradient_norm"] = math.sqrt((of_weight**2).sum())
        found[k + 1, "state_gradient_rms"] = math.sqrt((of_states**2).mean())
        z, h = (np.array([p[k].tolist() for p in part]) for part in (all_z, all_h))
        angles = [
            cosine(z[i], pass_through(weights, biases, phi, partner)[0][k].detach().numpy())
            for i, partner in enumerate(partners)
        ]
        spectrum = np.linalg.eigvalsh(np.cov(h.T))
        found |= {
            (k + 1, "second_moment"): np.mean(h**2),
            (k + 1, "preactivation_second_moment"): np.mean(z**2),
            (k + 1, "variance"): np.mean([np.var(unit) for unit in h.T]),
            (k + 1, "zero_share"): np.mean([value == 0 for value in h.flat]),
            (k + 1, "dead_share"): np.mean([not unit.any() for unit in h.T]),
            (k + 1, "saturated_share"): np.mean([abs(value) > 0.99 for value in h.flat]),
            (k + 1, "correlation"): np.mean(angles),
            (k + 1, "participation"): spectrum.sum() ** 2 / (spectrum**2).sum(),
        }
    return found


def pass_through(weights, biases, phi, sample):
    zs, hs = [], [sample]
    for weight, bias in zip(weights, biases, strict=True):
        zs.append(weight @ hs[-1] + bias)
        hs.append(phi(zs[-1]))
    return zs, hs[1:]


def cosine(a, b):
    return a @ b / math.sqrt((a @ a) * (b @ b))


def test_every_number_of_a_small_net_against_a_plain_loop():
    init, layers = {"method": "normal", "std": 2.0, "bias": "default"}, [3, 3, 3]
    x, partners = draw_inputs(7, 3)
    model = draw_mlp(layers, "tanh", init, 7, x)
    parts = [(layer.weight, layer.bias.detach()) for _, layer in weight_layers(model)][:2]
    expected = reference(*zip(*parts, strict=True), torch.tanh, x, partners)
    found = propagate(init, ["tanh"], width=3, depth=2, seeds=range(7, 8))
    values = found.set_index(["layer", "quantity"]).value.to_dict()
    assert len(partners) == PAIRS
    assert 0.01 < values[2, "saturated_share"] < 0.99
    assert values == pytest.approx(expected, rel=1e-9)


# The soft rank


@settings(max_examples=30, deadline=None)
@given(st.floats(1e-90, 1e90), st.integers(0, 99), st.integers(1, 5))
def test_participation_knows_no_scale_and_lies_between_a_line_and_a_ball(scale, seed, units):
    cloud = gaussian(seed, "inputs", 20, units)
    centred = cloud - cloud.mean(0)
    rank = participation(centred).item()
    assert 1 - 1e-9 <= rank <= units + 1e-9
    assert participation(scale * centred).item() == pytest.approx(rank)


def test_participation_of_a_square_a_line_and_a_point():
    corners = torch.tensor([[1.0, 1, 0], [1, -1, 0], [-1, 1, 0], [-1, -1, 0]])
    assert participation(corners) == 2
    assert participation(corners[:, :1].expand(4, 3)) == 1
    assert participation(0 * corners) == 0
