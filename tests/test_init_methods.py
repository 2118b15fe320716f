"""Exact properties of single init methods, parity with torch.nn.init, and NumPy twins."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import nn

from initbench.errors import InitbenchError
from initbench.inits import initialize
from initbench.inits._common import fans, weight_layers
from initbench.inits.deterministic_table import TABLES
from initbench.seeds import numpy_stream, stream_key, torch_stream

SEED = 2_000_000
sizes = st.integers(1, 24)


def chain(*widths):
    return nn.Sequential(*[nn.Linear(*pair) for pair in pairwise(widths)])


def drawn(model, method, seed=SEED, **parameters):
    initialize(model, method, parameters, seed)
    return model


def weight(rows, columns, method, **parameters):
    model = nn.Sequential(nn.Linear(columns, rows, dtype=torch.float64))
    return drawn(model, method, **parameters)[0].weight.detach()


def eye(size):
    return torch.eye(size, dtype=torch.float64)


def spectrum(matrix):
    return torch.linalg.svdvals(matrix)


def test_zeros_and_constants_hold_their_value():
    assert all(not p.any() for p in drawn(chain(3, 4, 2), "zeros").parameters())
    assert all((p == -0.1).all() for p in drawn(chain(3, 4), "constant", value=-0.1).parameters())
    layer = drawn(chain(3, 4), "constant", value=1, bias="zero")[0]
    assert (layer.weight == 1).all()
    assert (layer.bias == 0).all()


@pytest.mark.parametrize("bias", [True, False])
def test_constant_layer_changes_that_layer_only(bias):
    plain = drawn(chain(3, 4, 5, 2), "default")
    changed = drawn(chain(3, 4, 5, 2), "constant_layer", layer="1", value=0.1, bias=bias)
    assert (changed[1].weight == 0.1).all()
    same = [torch.equal(*p) for p in zip(plain.parameters(), changed.parameters(), strict=True)]
    assert same == [True, True, False, not bias, True, True]


def test_layers_without_bias_are_fine():
    for method in ("default", "orthogonal", "zeros"):
        assert drawn(nn.Sequential(nn.Linear(2, 2, bias=False)), method)[0].bias is None
    assert drawn(nn.Linear(2, 2), "zeros").weight.sum() == 0


@given(sizes, sizes, st.floats(0.1, 3))
@settings(max_examples=40, deadline=None)
def test_orthogonal_rows_or_columns_by_shape(rows, columns, gain):
    matrix = weight(rows, columns, "orthogonal", gain=gain) / gain
    gram = matrix @ matrix.T if rows <= columns else matrix.T @ matrix
    assert torch.allclose(gram, eye(min(rows, columns)), atol=1e-12)


def trace_moments(matrices):
    """z scores of E tr = 0 and E tr² = 1, the moments of a Haar-distributed orthogonal matrix."""
    trace = torch.stack(matrices).diagonal(dim1=1, dim2=2).sum(1)
    samples = torch.stack([trace, trace**2 - 1])
    return samples.mean(1) / samples.std(1) * len(matrices) ** 0.5


@pytest.mark.parametrize("size", [2, 5])
def test_orthogonal_is_haar_by_its_sign_fix(size):
    models = [drawn(chain(size, size), "orthogonal", seed) for seed in range(3000)]
    fixed = [model[0].weight.detach() for model in models]
    gaussian = torch.randn(3000, size, size, generator=torch_stream(SEED, "noise"))
    unfixed = list(torch.linalg.qr(gaussian)[0])
    assert trace_moments(fixed).abs().max() < 4
    assert trace_moments(unfixed).abs().max() > 10


@pytest.mark.parametrize("method", ["orthogonal", "xavier_uniform"])
def test_shared_draws_one_matrix_a_shape_as_a_reseeded_generator_does(method):
    model = drawn(chain(2, 2, 2, 3), method, shared=True)
    draw = getattr(nn.init, f"{method}_")
    for layer in model:
        twin = draw(
            torch.empty_like(layer.weight), generator=torch_stream(SEED, "weight", "shared")
        )
        assert torch.equal(layer.weight, twin)
    assert torch.equal(model[0].weight, model[1].weight)
    independent = drawn(chain(2, 2, 2, 3), method)
    assert not torch.equal(independent[0].weight, independent[1].weight)


def test_orthogonal_layers_by_position_leave_the_rest():
    model = drawn(chain(2, 2, 2, 2), "orthogonal", layers=[0, 2])
    plain, full = drawn(chain(2, 2, 2, 2), "default"), drawn(chain(2, 2, 2, 2), "orthogonal")
    for layer, source in zip(model, [full[0], plain[1], full[2]], strict=True):
        assert torch.equal(layer.weight, source.weight)
        assert (layer.bias == 0).all()


@pytest.mark.parametrize(
    ("rest", "bias"), [("default", "default"), ("xavier_uniform", "zero")], ids=str
)
def test_orthogonal_worst_is_the_polar_factor_of_the_worst_hidden_layer(rest, bias):
    widths = [2] * 9
    plain = drawn(chain(*widths), rest, bias=bias)
    model = drawn(chain(*widths), "orthogonal", layers="worst", rest=rest, bias=bias)
    ratios = [spectrum(layer.weight)[1] / spectrum(layer.weight)[0] for layer in plain]
    worst = int(torch.stack(ratios[:-1]).argmin())
    fixed = model[worst].weight
    assert torch.allclose(fixed @ fixed.T, torch.eye(2), atol=1e-5)
    symmetric = fixed.T @ plain[worst].weight
    assert torch.allclose(symmetric, symmetric.T, atol=1e-5)
    assert (torch.linalg.eigvalsh(symmetric) > 0).all()
    for name, parameter in model.named_parameters():
        assert torch.equal(parameter, plain.get_parameter(name)) == (name != f"{worst}.weight")


def test_orthogonal_worst_never_takes_the_head():
    for seed in range(20):
        plain = drawn(chain(2, 2, 2), "default", seed)
        model = drawn(chain(2, 2, 2), "orthogonal", seed, layers="worst")
        assert torch.equal(plain[1].weight, model[1].weight)


@given(sizes, sizes, st.floats(1, 50), st.floats(0.1, 3))
@settings(max_examples=40, deadline=None)
def test_svd_has_the_chosen_singular_values(rows, columns, ratio, scale):
    values = spectrum(weight(rows, columns, "svd", condition_number=ratio, scale=scale))
    expected = ratio if min(rows, columns) > 1 else 1
    assert float(values[0] / values[-1]) == pytest.approx(expected, rel=1e-9)
    assert float(values.log().mean().exp()) == pytest.approx(scale, rel=1e-9)
    steps = values.log().diff()
    assert torch.allclose(steps, steps.mean().expand_as(steps), atol=1e-9)


def test_svd_turns_its_singular_vectors_uniformly():
    parameters = {"condition_number": 8, "scale": 1}
    models = [drawn(chain(3, 3), "svd", seed, **parameters) for seed in range(2000)]
    left, _, right = torch.linalg.svd(torch.stack([m[0].weight.detach() for m in models]))
    law = stats.beta(0.5, 1)
    for vectors in (left[:, :, 0], right[:, 0, :]):
        assert min(stats.kstest(v**2, law.cdf).pvalue for v in vectors.T.numpy()) > 1e-3


@given(sizes, sizes, st.sampled_from(sorted(TABLES)))
@settings(max_examples=60, deadline=None)
def test_table_rows_differ_and_have_he_size(rows, columns, pattern):
    matrix = weight(rows, columns, "deterministic_table", pattern=pattern)
    assert len(matrix.unique(dim=0)) == rows
    assert float((matrix**2).mean()) == pytest.approx(2 / columns, rel=1e-12)


@pytest.mark.parametrize("pattern", sorted(TABLES))
@pytest.mark.parametrize("shape", [(128, 784), (64, 128), (10, 64), (8, 2)])
def test_table_rows_differ_in_float32_at_the_sizes_of_the_benchmark(shape, pattern):
    layer = drawn(chain(*shape[::-1]), "deterministic_table", pattern=pattern)[0]
    assert len(layer.weight.unique(dim=0)) == shape[0]


def test_tables_have_their_known_entries():
    sine = TABLES["sine"](4, 3)
    assert sine[2, 1] - sine[0, 0] == pytest.approx(math.sin(6) - math.sin(1))
    assert abs(sine.mean()) < 1e-15
    hadamard = [[1, 1, 1], [1, -1, 1], [1, 1, -1], [1, -1, -1], [2, 2, 2]]
    assert TABLES["hadamard"](5, 3).tolist() == hadamard
    assert TABLES["identity"](2, 5).tolist() == [[1, 0, 1, 0, 1], [0, 1, 0, 1, 0]]
    assert TABLES["identity"](3, 2).tolist() == [[1, 0], [0, 1], [2, 0]]


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2)])
def test_identity_is_the_scaled_partial_identity(shape):
    assert weight(*shape, "identity", gain=1.5).equal(1.5 * torch.eye(*shape, dtype=torch.float64))


PARITY = {
    "normal": lambda w, g: nn.init.normal_(w, 0, 0.01, generator=g),
    "xavier_uniform": lambda w, g: nn.init.xavier_uniform_(w, generator=g),
    "xavier_normal": lambda w, g: nn.init.xavier_normal_(w, generator=g),
    "he_uniform": lambda w, g: nn.init.kaiming_uniform_(w, generator=g),
    "he_normal": lambda w, g: nn.init.kaiming_normal_(w, generator=g),
    "orthogonal": lambda w, g: nn.init.orthogonal_(w, generator=g),
}


@pytest.mark.parametrize("method", PARITY)
def test_parity_with_torch_given_the_same_generator(method):
    parameters = {"std": 0.01} if method == "normal" else {}
    model = nn.Sequential(nn.Linear(9, 5), nn.Conv2d(5, 4, 3))
    for name, layer in weight_layers(drawn(model, method, **parameters)):
        blank = torch.empty_like(layer.weight)
        expected = PARITY[method](blank, torch_stream(SEED, "weight", name))
        assert torch.equal(layer.weight, expected)


def test_default_is_the_law_of_linear_reset_parameters():
    layer = drawn(chain(9, 5), "default")[0]
    reference = nn.Linear(9, 5)
    with torch.random.fork_rng():
        torch.manual_seed(stream_key(SEED, "weight", "0"))
        reference.reset_parameters()
        assert torch.equal(layer.weight, reference.weight)
        biases = torch.cat([nn.Linear(9, 50).bias.detach() for _ in range(40)])
    ours = torch.cat([drawn(chain(9, 50), "default", s)[0].bias.detach() for s in range(40)])
    assert stats.ks_2samp(ours, biases).pvalue > 1e-3


def test_equal_laws_share_the_base_draw():
    model = {
        method: drawn(chain(6, 8, 4), method, **({"std": 0.01} if method == "normal" else {}))
        for method in ("normal", "xavier_normal", "he_normal", "default", "he_uniform")
    }
    for i, (fan_in, fan_out) in enumerate([(6, 8), (8, 4)]):
        base = model["normal"][i].weight / 0.01
        xavier, he = model["xavier_normal"][i].weight, model["he_normal"][i].weight
        assert torch.allclose(xavier, base * math.sqrt(2 / (fan_in + fan_out)), atol=1e-6)
        assert torch.allclose(he, base * math.sqrt(2 / fan_in), atol=1e-6)
        uniform = model["default"][i].weight
        assert torch.allclose(model["he_uniform"][i].weight, uniform * math.sqrt(6), atol=1e-6)


TWINS = {
    "normal": lambda stream, out, into: stream.randn(out, into) * 0.01,
    "xavier_normal": lambda stream, out, into: stream.randn(out, into) * np.sqrt(2 / (into + out)),
    "he_normal": lambda stream, out, into: stream.randn(out, into) * np.sqrt(2 / into),
}


@pytest.mark.parametrize("method", TWINS)
def test_numpy_twin_follows_the_same_law(method):
    parameters = {"std": 0.01} if method == "normal" else {}
    for out, into in [(128, 784), (64, 128)]:
        ours = weight(out, into, method, **parameters).flatten()
        twin = TWINS[method](numpy_stream(SEED, "weight", method), out, into).ravel()
        assert stats.ks_2samp(ours, twin).pvalue > 1e-3
        assert stats.ks_2samp(ours, 1.25 * twin).pvalue < 1e-3


@pytest.mark.parametrize(
    "layer", [nn.Linear(3, 5), nn.Conv1d(3, 8, 5), nn.Conv2d(3, 8, 5), nn.Conv3d(2, 4, 3)], ids=str
)
def test_fans_are_those_of_torch(layer):
    assert fans(layer) == nn.init._calculate_fan_in_and_fan_out(layer.weight)


@pytest.mark.parametrize(
    ("method", "parameters", "message"),
    [
        ("constant_layer", {"layer": "fc1"}, "Unknown layer 'fc1'"),
        ("orthogonal", {"layers": [0, 2]}, "layer position 2, .* weight layers 0 to 1"),
        ("orthogonal", {"layers": [-1]}, "a list of whole numbers of at least 0"),
    ],
)
def test_layers_that_do_not_exist_are_refused(method, parameters, message):
    with pytest.raises(InitbenchError, match=message):
        drawn(chain(2, 2, 2), method, **parameters)


def test_worst_needs_a_hidden_layer():
    with pytest.raises(InitbenchError, match="no hidden layer"):
        drawn(chain(2, 2), "orthogonal", layers="worst")
