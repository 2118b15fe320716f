"""Exact properties of the methods with structure: radius, centre, sparsity, cut."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import nn

from initbench.inits import initialize
from initbench.inits.truncated_normal import STD_AFTER_CUT
from initbench.seeds import torch_stream

SEED = 2_000_000
sizes = st.integers(1, 20)


def drawn(layer, method, seed=SEED, **parameters):
    model = nn.Sequential(layer).double()
    initialize(model, method, parameters, seed)
    return model[0].weight.detach()


def eye(size):
    return torch.eye(size, dtype=torch.float64)


@given(sizes)
@settings(max_examples=20, deadline=None)
def test_square_weights_have_spectral_radius_one(size):
    weight = drawn(nn.Linear(size, size), "spectral_radius")
    assert float(torch.linalg.eigvals(weight).abs().max()) == pytest.approx(1, rel=1e-10)


def test_the_base_draw_of_the_spectral_radius_is_gaussian():
    weight, gaussian = (drawn(nn.Linear(9, 9), m, **p) for m, p in GAUSSIAN.items())
    assert torch.allclose(weight / weight[0, 0], gaussian / gaussian[0, 0])


GAUSSIAN = {"spectral_radius": {}, "normal": {"std": 1.0}}


def test_rectangles_and_kernels_have_no_radius_and_get_lecuns_law():
    for layer in (nn.Linear(6, 9), nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 1)):
        expected = drawn(type(layer)(*ARGUMENTS[type(layer)](layer)), "lecun_normal")
        assert torch.allclose(drawn(layer, "spectral_radius"), expected)


ARGUMENTS = {
    nn.Linear: lambda layer: (layer.in_features, layer.out_features),
    nn.Conv2d: lambda layer: (layer.in_channels, layer.out_channels, layer.kernel_size),
}


def test_large_squares_tend_to_lecuns_law():
    weight = drawn(nn.Linear(400, 400), "spectral_radius")
    assert float(weight.std()) == pytest.approx(1 / 20, rel=0.08)


@pytest.mark.parametrize(("channels", "outputs"), [(3, 3), (3, 7)])
@pytest.mark.parametrize("size", [1, 3, 5])
def test_delta_orthogonal_convolutions_keep_the_norm_of_images_borders_included(
    channels, outputs, size
):
    layer = nn.Conv2d(channels, outputs, size, padding=size // 2, bias=False)
    drawn(layer, "delta_orthogonal", gain=2.0)
    images = torch.randn(5, channels, 6, 6, generator=torch_stream(0, "noise")).double()
    norms, after = (x.flatten(1).norm(dim=1) for x in (images, layer(images).detach()))
    assert torch.allclose(after, 2 * norms)


def test_delta_orthogonal_with_fewer_outputs_has_orthonormal_rows():
    kernel = drawn(nn.Conv2d(7, 3, 3), "delta_orthogonal")
    centre = kernel[:, :, 1, 1]
    assert torch.allclose(centre @ centre.T, eye(3), atol=1e-12)
    assert int((kernel != 0).sum()) == centre.numel()


def test_orthogonal_kernels_do_not_keep_the_norm():
    layer = nn.Conv2d(3, 3, 3, padding=1, bias=False)
    drawn(layer, "orthogonal")
    images = torch.randn(5, 3, 6, 6, generator=torch_stream(0, "noise")).double()
    ratio = layer(images).detach().flatten(1).norm(dim=1) / images.flatten(1).norm(dim=1)
    assert float((ratio - 1).abs().min()) > 0.02


def test_delta_orthogonal_linear_layers_are_the_orthogonal_ones():
    for shape in ((4, 4), (3, 8), (8, 3)):
        first, second = (drawn(nn.Linear(*shape), m) for m in ("delta_orthogonal", "orthogonal"))
        assert torch.equal(first, second)


@pytest.mark.parametrize("layer", [nn.Conv1d, nn.Conv2d, nn.Conv3d])
def test_dirac_copies_its_input(layer):
    convolution = layer(2, 3, 3, padding=1)
    drawn(convolution, "dirac", gain=0.5)
    sides = [5] * (convolution.weight.dim() - 2)
    images = torch.randn(4, 2, *sides, generator=torch_stream(0, "noise")).double()
    with torch.no_grad():
        outputs = convolution(images)
    assert torch.equal(outputs[:, :2], images / 2)
    assert not outputs[:, 2].any()


def test_dirac_is_the_identity_on_vectors():
    assert torch.equal(drawn(nn.Linear(3, 3), "dirac"), eye(3))


@given(sizes, sizes, st.integers(1, 25))
@settings(max_examples=30, deadline=None)
def test_sparse_units_have_their_number_of_connections(inputs, outputs, connections):
    weight = drawn(nn.Linear(inputs, outputs), "sparse", connections=connections)
    assert ((weight != 0).sum(1) == min(connections, inputs)).all()


def test_sparse_connections_are_gaussian_and_uniformly_placed():
    weights = torch.stack([drawn(nn.Linear(12, 9), "sparse", s, connections=3, std=0.5)
                           for s in range(200)])  # fmt: skip
    chosen = weights != 0
    assert stats.kstest(weights[chosen], stats.norm(0, 0.5).cdf).pvalue > 1e-3
    assert stats.chisquare(chosen.sum((0, 1)).numpy()).pvalue > 1e-3
    assert len(chosen.flatten(1).unique(dim=0)) == 200


def test_sparse_counts_the_inputs_of_a_kernel():
    kernel = drawn(nn.Conv2d(4, 6, 3), "sparse", connections=5)
    assert ((kernel != 0).flatten(1).sum(1) == 5).all()


def test_the_relative_cut_keeps_the_stated_deviation_and_has_no_tails():
    assert math.isclose(STD_AFTER_CUT, stats.truncnorm(-2, 2).std(), rel_tol=1e-12)
    weight = drawn(nn.Linear(300, 300), "truncated_normal", std=0.02)
    assert float(weight.std()) == pytest.approx(0.02, rel=0.01)
    assert 0.99 < float(weight.abs().max()) / (2 * 0.02 / STD_AFTER_CUT) <= 1


def test_the_absolute_cut_is_torchs_and_cuts_nothing_at_small_deviations():
    layers = (nn.Linear(300, 300), nn.Linear(300, 300))
    cut = drawn(layers[0], "truncated_normal", std=0.02, cut="absolute")
    assert torch.equal(cut, drawn(layers[1], "normal", std=0.02))
    assert float(cut.abs().max()) > 4 * 0.02
    wide = drawn(layers[0], "truncated_normal", std=1.0, cut="absolute")
    blank, stream = torch.empty(300, 300, dtype=torch.float64), torch_stream(SEED, "weight", "0")
    assert torch.equal(wide, nn.init.trunc_normal_(blank, generator=stream))
    assert float(wide.std()) == pytest.approx(STD_AFTER_CUT, rel=0.01)


@pytest.mark.parametrize(
    ("normal", "uniform", "variance"),
    [("lecun_normal", "lecun_uniform", 1 / 400), ("he_normal", "he_uniform", 2 / 400)],
)
def test_normal_and_uniform_versions_have_one_variance(normal, uniform, variance):
    for method in (normal, uniform):
        weight = drawn(nn.Linear(400, 300), method)
        assert float(weight.var()) == pytest.approx(variance, rel=0.02)
