"""How much of the classes and of the signal the states still hold: known answers."""

import torch

from initbench.probes.separability import inversion_error
from stacked_nets import CHAIN, circle, data, drawn, eyes, network, values

# What the states still hold


def test_an_orthogonal_chain_is_inverted_to_the_last_digits():
    model = drawn({"family": "deep_tanh_mlp"}, "orthogonal", 5)
    x = 0.3 * circle().double().expand(5, -1, -1)
    exact, single = inversion_error(model, x), inversion_error(model, x.float())
    assert exact.dtype == single.dtype == torch.float64
    assert (exact < 1e-13).all()
    assert ((single > exact) & (single < 1e-4)).all()


def test_a_layer_of_rank_one_cannot_be_inverted():
    model = network(CHAIN, {"layers.0": [[[1.0, 1.0]] * 2], "layers.1": eyes(1)}, torch.float64)
    error = inversion_error(model, 0.3 * circle().double().unsqueeze(0))
    assert not (error < 0.1)


def two_clusters(distance, seed=0):
    """Return 40 points and labels (1, 40): two round clouds of radius 1 at +-distance / 2."""
    labels = torch.arange(40) % 2
    noise = torch.randn(40, 2, generator=torch.Generator().manual_seed(seed)).clamp(-1, 1)
    points = noise + torch.stack([(labels - 0.5) * distance, torch.zeros(40)], 1)
    return points.unsqueeze(0), labels.unsqueeze(0)


def clustered(distance):
    train, test = two_clusters(distance, 1), two_clusters(distance, 2)
    return data(*test, *train)


def test_probes_read_separable_classes_and_find_nothing_in_a_constant():
    model = network(CHAIN, {"layers.0": eyes(1), "layers.1": torch.zeros(1, 2, 2)})
    probe = values("linear_probe", model, clustered(8.0), "linear_probe")
    assert probe == {("input", 0): [1.0], ("layers.0", 0): [1.0], ("layers.1", 0): [0.5]}
    neighbours = values("invertibility", model, clustered(8.0), "knn_accuracy")
    assert neighbours == {("input", 0): [1.0], ("layers.1", 0): [0.5]}


def test_fifteen_neighbours_see_a_ring_that_no_line_can_cut():
    ring = torch.cat([circle(60), 0.2 * circle(40)]).unsqueeze(0)
    labels = (torch.arange(100) >= 60).long().unsqueeze(0)
    model = network(CHAIN, {"layers.0": eyes(1)})
    block = data(ring, labels)
    assert values("invertibility", model, block, "knn_accuracy")["input", 0] == [1.0]
    assert values("linear_probe", model, block, "linear_probe")["input", 0][0] < 0.7


def test_neighbours_are_counted_on_whitened_states():
    """A coordinate without meaning and a thousand times the spread must not drown the classes."""
    points, labels = two_clusters(8.0)
    noise = torch.randn(1, 40, 1, generator=torch.Generator().manual_seed(5))
    stretched = torch.cat([points[..., :1], 1000 * noise], dim=-1)
    model = network(CHAIN, {"layers.0": eyes(1)})
    found = values("invertibility", model, data(stretched, labels), "knn_accuracy")
    assert found["input", 0] == [1.0]


# Signal propagation at init


def signal_of(model, x):
    found = [values("signal", model, data(x), f"{way}_rms") for way in ("forward", "backward")]
    return [torch.tensor(list(part.values()), dtype=torch.float64) for part in found]


def test_an_orthogonal_linear_net_keeps_the_size_of_signal_and_gradient():
    spec = {"family": "mlp", "inputs": 6, "width": 6, "depth": 20, "activation": "identity"}
    x = torch.randn(1, 16, 6, generator=torch.Generator().manual_seed(3)).double()
    forward, backward = signal_of(drawn(spec, "orthogonal", 3), x)
    assert forward.shape == backward.shape == (20, 3)
    assert torch.allclose(forward, x.square().mean().sqrt(), rtol=1e-5)
    assert torch.allclose(backward, backward[0, 0], rtol=1e-5)
    assert 0.8 < backward[0, 0] < 1.2  # the readout is standard normal


def test_a_gain_multiplies_layer_by_layer_in_its_own_seed():
    spec = {**CHAIN, "depth": 5, "activation": "identity"}
    weights = {f"layers.{k}": [torch.eye(2), 1.5 * torch.eye(2)] for k in range(5)}
    forward, backward = signal_of(network(spec, weights, torch.float64), circle().double()[None])
    gains = torch.tensor([[1.0, 1.5]]).double().expand(4, 2)
    assert torch.allclose(forward[1:] / forward[:-1], gains)
    assert torch.allclose(backward[:-1] / backward[1:], gains)


def test_signal_covers_the_hidden_layers_in_order():
    found = values(
        "signal", network(CHAIN, {"layers.0": eyes(2)}), data(circle()[None]), "forward_rms"
    )
    assert list(found) == [("layers.0", 0), ("layers.1", 0)]
