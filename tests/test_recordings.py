"""What is recorded about tensors and states: known answers, and seeds that do not mix."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from initbench.training import protocol
from initbench.training.recordings import RECORDINGS, measure
from initbench.training.recordings.linalg import singular_values
from initbench.training.recordings.states import grid, pc1_share
from stacked_nets import CHAIN, circle, data, drawn, eyes, network, values

NAN = float("nan")
POINTS = data(circle().unsqueeze(0))


def test_every_group_of_the_protocols_has_its_probe():
    assert set(RECORDINGS) == set(protocol.RECORDINGS)


# Tensors


def test_gradient_norms_of_a_zero_softmax_regression():
    """With all scores equal, d loss / d bias is 0.1 minus the class shares."""
    model = network({"family": "softmax_regression"}, {"out": torch.zeros(2, 10, 784)})
    x = torch.zeros(2, 4, 1, 28, 28)
    x[0] = 1.0
    labels = torch.tensor([[0, 0, 0, 1], [5, 6, 7, 8]])
    torch.nn.functional.cross_entropy(model(x).mT, labels, reduction="none").mean(
        1
    ).sum().backward()
    found = values("gradients", model, data(x), "gradient_norm")
    norms = [math.sqrt(0.65**2 + 0.15**2 + 8 * 0.01), math.sqrt(4 * 0.15**2 + 6 * 0.01)]
    assert found["out.bias", 0] == pytest.approx(norms)
    assert found["out.weight", 0] == pytest.approx([28 * norms[0], 0.0])


def test_a_tensor_without_gradient_has_norm_zero():
    found = values("gradients", network(CHAIN, {"final": eyes(3)}), POINTS, "gradient_norm")
    assert len(found) == 6
    assert set(map(tuple, found.values())) == {(0.0, 0.0, 0.0)}


def test_distinct_values_and_largest_size_of_tensors_and_gradients():
    weights = {"layers.0": [[[1.0, -3.0], [1.0, 2.0]], [[0.5, 0.5], [0.5, 0.5]]]}
    model = network(CHAIN, weights)
    model.layers[0].weight.grad = torch.tensor([[[1.0, 1.0], [1.0, 1.0]], [[1.0, 2.0], [3.0, 4.0]]])
    found = {
        quantity: values("uniques", model, POINTS, quantity)
        for quantity in ("unique_values", "max_abs", "gradient_unique")
    }
    assert found["unique_values"]["layers.0.weight", 0] == [3, 1]
    assert found["max_abs"]["layers.0.weight", 0] == [3.0, 0.5]
    assert found["gradient_unique"]["layers.0.weight", 0] == [1, 4]
    assert found["gradient_unique"]["final.weight", 0] == [1, 1]


WIDE = {"family": "mlp", "inputs": 3, "width": 2, "depth": 1}


def test_rows_and_columns_of_a_matrix_that_is_not_square():
    weights = {
        "layers.0": [[[1.0, 2.0, 3.0]] * 2, [[1.0, 1.0, 2.0], [5.0, 5.0, 6.0]]],
        "final": [torch.zeros(2, 2), torch.eye(2)],
    }
    model = network(WIDE, weights)
    assert values("symmetry", model, POINTS, "distinct_rows") == {
        ("layers.0.weight", 0): [1, 2], ("final.weight", 0): [1, 2],
    }  # fmt: skip
    assert values("symmetry", model, POINTS, "distinct_columns") == {
        ("layers.0.weight", 0): [3, 2], ("final.weight", 0): [1, 2],
    }  # fmt: skip


def test_cosines_between_rows():
    rows = [[[3.0, 4.0], [-6.0, -8.0]], [[1.0, 0.0], [0.0, 9.0]], [[1.0, 0.0], [1.0, 1.0]]]
    found = values("symmetry", network(CHAIN, {"final": rows}), POINTS, "median_abs_cosine")
    assert found["final.weight", 0] == pytest.approx([1.0, 0.0, math.sqrt(0.5)])


def test_a_single_row_has_no_cosine():
    spec = {"family": "mnist_net", "hidden": [1, 2]}
    model = network(spec, {"fc1": torch.ones(2, 1, 784)})
    found = values("symmetry", model, POINTS, "median_abs_cosine")
    assert np.isnan(found["fc1.weight", 0]).all()
    assert found["fc2.weight", 0] == [0.0, 0.0]


def test_effective_ranks():
    spec = {"family": "mlp", "inputs": 5, "width": 4, "depth": 1}
    first = torch.zeros(4, 4, 5)
    first[0, :, :4] = 3 * torch.eye(4)
    first[1] = torch.outer(torch.arange(4.0), torch.arange(5.0))
    first[3, 0, 0] = first[3, 1, 1] = 7.0  # two equal singular values; the third matrix is zero
    model = network(spec, {"layers.0": first})
    found = values("symmetry", model, POINTS, "effective_rank")
    assert found["layers.0.weight", 0] == pytest.approx([4.0, 1.0, 0.0, 2.0], abs=1e-4)


def test_singular_values_come_in_descending_order():
    weights = {"layers.0": [[[0.0, -2.0, 0.0], [0.5, 0.0, 0.0]], [[3.0, 0, 4.0], [0, 0, 0]]]}
    found = values("spectra", network(WIDE, weights), POINTS, "singular_value")
    assert found["layers.0.weight", 0] == pytest.approx([2.0, 5.0])
    assert found["layers.0.weight", 1] == pytest.approx([0.5, 0.0])
    assert [key for key in found if key[0].startswith("layers")] == [
        ("layers.0.weight", 0), ("layers.0.weight", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("bad", [NAN, math.inf, -math.inf])
def test_a_broken_matrix_leaves_its_neighbours_their_singular_values(bad):
    matrices = torch.diag_embed(torch.tensor([[1.0, 2.0]] * 3))
    matrices[1, 0, 1] = bad
    found = singular_values(matrices)
    assert torch.isnan(found[1]).all()
    assert found[[0, 2]].tolist() == [[2.0, 1.0]] * 2


# States


def test_sizes_of_states_by_hand():
    spec = {**CHAIN, "depth": 1, "activation": "relu"}
    model = network(spec, {"layers.0": [torch.eye(2), 2 * torch.eye(2)], "final": eyes(2)})
    block = data([[[3.0, -1.0], [0.5, 1.0]]])
    found = {
        quantity: values("states", model, block, quantity)
        for quantity in ("rms", "dispersion", "zero_share", "saturated_share")
    }
    state = math.sqrt((9 + 0 + 0.25 + 1) / 4)
    assert found["rms"]["input", 0] == pytest.approx([math.sqrt(11.25 / 4)] * 2)
    assert found["rms"]["layers.0", 0] == pytest.approx([state, 2 * state])
    spread = math.hypot(1.25, 0.5)
    assert found["dispersion"]["layers.0", 0] == pytest.approx([spread, 2 * spread])
    assert found["zero_share"]["layers.0", 0] == [0.25, 0.25]
    assert found["saturated_share"]["layers.0", 0] == [0.5, 0.75]
    assert [key[0] for key in found["rms"]] == ["input", "layers.0", "final"]


def test_grid_of_grey_crosses():
    points = grid()
    assert points.shape == (1, 144, 2)
    assert (points.min(), points.max()) == (-3.0, 2.5)
    assert len(torch.unique(points[0], dim=0)) == 144
    assert torch.unique(points).tolist() == [-3 + k / 2 for k in range(12)]


def test_a_line_a_round_cloud_and_a_point():
    line = torch.outer(torch.linspace(-1, 1, 60), torch.tensor([0.6, -0.8])) + 5.0
    point = torch.full((60, 2), 0.1)
    shares = pc1_share(torch.stack([line, circle(), point]).double())
    assert shares.tolist() == pytest.approx([1.0, 0.5, 1.0], abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 10), st.floats(0, 6.28), st.floats(-5, 5))
def test_share_of_an_ellipse_knows_no_rotation_scale_or_shift(scale, angle, shift):
    turn = torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    ellipse = circle() * torch.tensor([2.0, 1.0])
    cloud = scale * ellipse @ turn + shift
    assert pc1_share(cloud.unsqueeze(0).double()).item() == pytest.approx(0.8, abs=1e-5)


def test_geometry_takes_the_grid_through_the_same_layers():
    model = network(CHAIN, {"layers.0": [[[1.0, 1.0]] * 2], "layers.1": eyes(1)})
    shares = values("geometry", model, POINTS, "pc1_share")
    on_grid = values("geometry", model, POINTS, "pc1_share_grid")
    assert shares["input", 0] == pytest.approx([0.5], abs=1e-6)
    assert on_grid["input", 0] == pytest.approx([0.5], abs=1e-6)
    for layer in ("layers.0", "layers.1"):
        assert shares[layer, 0] == pytest.approx([1.0])
        assert on_grid[layer, 0] == pytest.approx([1.0])


@pytest.mark.parametrize(
    "group", ["states", "geometry", "symmetry", "spectra", "linear_probe", "invertibility"]
)
def test_a_diverged_seed_is_nan_and_leaves_the_others_as_they_are(group):
    labels = (circle()[:, 0] > 0).long().unsqueeze(0)
    block = data(circle().expand(2, -1, -1), labels.expand(2, -1))
    model = drawn({"family": "deep_tanh_mlp", "depth": 2}, "orthogonal", 2, torch.float32)
    calm = {m[:3]: m[3] for m in measure(group, model, block)}
    for parameter in model.parameters():
        parameter.data[1] = NAN
    broken = {m[:3]: m[3] for m in measure(group, model, block)}
    assert broken.keys() == calm.keys()
    counts = {"zero_share", "dead_share", "saturated_share", "distinct_rows", "distinct_columns"}
    for key, found in broken.items():
        assert found[0] == calm[key][0], key
        if key[1] not in counts and key[0] != "input":
            assert torch.isnan(found[1]), key
