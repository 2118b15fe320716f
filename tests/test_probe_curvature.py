"""The Hessian of the loss at the start: known spectra, a plain reference, and the data."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from initbench import datasets, probes
from initbench.probes._nets import draw_mlp
from initbench.probes.curvature import derivatives, moons
from initbench.seeds import numpy_stream

SEED = 2_000_003
SPEC = {"measure": "curvature"}


def measured(init, activation, seeds=range(SEED, SEED + 1), **settings):
    table = probes.measure({**SPEC, "activations": [activation], **settings}, init, seeds)
    return table.to_pandas().set_index("quantity").value


def test_the_data_are_those_of_the_training_runs():
    spec = {"source": "moons", "samples": 1000, "noise": 0.1, "standardize": "all"}
    split = datasets.draw(spec, numpy_stream(SEED, "data"))
    x, y = moons(SEED)
    assert x.dtype == torch.float64
    assert np.array_equal(x.numpy(), split.train_x[0])
    assert np.array_equal(y.numpy(), split.train_y[0])


def test_all_zeros_is_a_saddle_under_tanh():
    """Only products of two layers' weights curve the loss: eigenvalues ± s of E (p - y) x."""
    x, y = moons(SEED)
    shares = np.bincount(y) / len(y)
    error = shares - np.eye(2)[y]
    steepest = np.linalg.svd(error.T @ x.numpy() / len(x), compute_uv=False)[0]
    found = measured({"method": "zeros"}, "tanh")
    assert found["min_eigenvalue"] == pytest.approx(-steepest, rel=1e-10)
    assert found["max_eigenvalue"] == pytest.approx(max(2 * shares.prod(), steepest), rel=1e-10)
    assert found["gradient_norm"] == pytest.approx(0, abs=1e-15)


def test_all_zeros_in_several_layers_is_a_plain_also_under_tanh():
    found = measured({"method": "zeros"}, "tanh", depth=3)
    assert found["min_eigenvalue"] == pytest.approx(0, abs=1e-12)


def test_all_zeros_is_flat_under_relu_but_for_the_heads_bias():
    found = measured({"method": "zeros"}, "relu")
    assert found["min_eigenvalue"] == pytest.approx(0, abs=1e-12)
    shares = np.bincount(moons(SEED)[1]) / 800
    assert found["max_eigenvalue"] == pytest.approx(2 * shares.prod(), rel=1e-10)


@pytest.mark.parametrize("activation", ["tanh", "relu", "identity"])
def test_derivatives_are_those_of_a_plain_reference(activation):
    x, y = moons(SEED)
    model = draw_mlp([2, 3, 4], activation, {"method": "default"}, SEED, x)
    shapes = {name: p.shape for name, p in model.named_parameters()}

    def loss(vector):
        parts = vector.split([shape.numel() for shape in shapes.values()])
        values = {n: p.view(shapes[n]) for n, p in zip(shapes, parts, strict=True)}
        return cross_entropy(torch.func.functional_call(model, values, (x,)), y)

    start = torch.nn.utils.parameters_to_vector(model.parameters()).detach()
    gradient, hessian = derivatives(model, x, y)
    torch.testing.assert_close(gradient, torch.autograd.functional.jacobian(loss, start))
    torch.testing.assert_close(hessian, torch.autograd.functional.hessian(loss, start))
    assert torch.allclose(hessian, hessian.T, atol=1e-12)


def test_a_linear_net_of_one_unit_by_finite_differences():
    x, y = moons(SEED)
    model = draw_mlp([2, 1], "identity", {"method": "default"}, SEED, x)
    gradient, hessian = derivatives(model, x, y)
    step = 1e-5
    with torch.no_grad():
        model.final.bias[0] += step
    moved, _ = derivatives(model, x, y)
    torch.testing.assert_close((moved - gradient) / step, hessian[:, -2], atol=1e-4, rtol=1e-4)


def test_width_and_depth_are_settings():
    table = probes.measure(
        {**SPEC, "activations": ["tanh"], "widths": [3, 5], "depth": 2},
        {"method": "default"},
        range(SEED, SEED + 2),
    )
    frame = table.to_pandas()
    assert frame.groupby(["width", "seed"]).size().to_dict() == {
        (width, seed): 3 for width in (3, 5) for seed in (SEED, SEED + 1)
    }
    assert (frame.layer == 0).all()
    assert frame.value.nunique() == 12
