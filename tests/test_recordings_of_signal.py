"""How much of the classes and of the signal the states still hold: known answers."""

import torch

from initbench.training.recordings.separability import inversion_error
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
