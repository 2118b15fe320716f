"""Facts about PyTorch that surprise people, and that this project's inits and checks rest on."""

import math

import pytest
import torch
from scipy import stats
from torch import nn

SEED = 2_000_000


@pytest.fixture(autouse=True)
def own_stream():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        yield


def stream(seed=SEED):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("inputs", "outputs"), [(784, 128), (64, 512)])
def test_the_default_of_linear_is_the_heuristic_that_glorot_and_bengio_set_out_from(
    inputs, outputs
):
    layer = nn.Linear(inputs, outputs)
    bound = 1 / math.sqrt(inputs)
    for parameter in (layer.weight, layer.bias):
        values = parameter.detach().flatten().double().numpy()
        assert abs(values).max() <= bound
        assert stats.kstest(values, stats.uniform(-bound, 2 * bound).cdf).pvalue > 0.01
    assert 3 * inputs * layer.weight.detach().var() == pytest.approx(1, abs=0.02)


def test_the_default_of_linear_is_written_as_he_with_a_slope_of_root_five():
    written, plain = torch.empty(2, 20, 30)
    nn.init.kaiming_uniform_(written, a=math.sqrt(5), generator=stream())
    bound = 1 / math.sqrt(30)
    nn.init.uniform_(plain, -bound, bound, generator=stream())
    assert torch.allclose(written, plain)
    torch.manual_seed(SEED)
    layer = nn.Linear(30, 20)
    torch.manual_seed(SEED)
    assert torch.equal(layer.weight, nn.init.kaiming_uniform_(written, a=math.sqrt(5)))


def test_trunc_normal_cuts_at_two_in_absolute_terms():
    weight = torch.empty(300, 300, dtype=torch.float64)
    nn.init.trunc_normal_(weight, std=0.02, generator=stream())
    beyond = float((weight.abs() > 2 * 0.02).double().mean())
    assert beyond == pytest.approx(2 * stats.norm.sf(2), abs=0.003)  # as without any cut
    assert weight.std() == pytest.approx(0.02, rel=0.01)
    nn.init.trunc_normal_(weight, std=1.0, generator=stream())
    assert weight.abs().max() <= 2
    assert weight.std() == pytest.approx(stats.truncnorm(-2, 2).std(), rel=0.01)


def norm_ratios(conv):
    """Return |conv(x)| / |x| of Gaussian images, wrapped around so that no border is lost."""
    x = torch.randn(20, conv.in_channels, 8, 8, generator=stream(SEED + 1))
    with torch.no_grad():
        return conv(x).flatten(1).norm(dim=1) / x.flatten(1).norm(dim=1)


def circular():
    return nn.Conv2d(8, 8, 3, padding=1, padding_mode="circular", bias=False)


def test_orthogonal_on_a_conv_kernel_flattens_it_and_is_no_isometry():
    conv = circular()
    nn.init.orthogonal_(conv.weight, generator=stream())
    flat = conv.weight.detach().flatten(1)
    assert torch.allclose(flat @ flat.T, torch.eye(8), atol=1e-5)
    ratios = norm_ratios(conv)
    assert ratios.mean() == pytest.approx(1, abs=0.2)
    assert (ratios - 1).abs().max() > 0.05
    x = torch.ones(1, 8, 8, 8)  # constant images are stretched by more than any rounding
    stretch = torch.linalg.svdvals(conv.weight.detach().sum(dim=(2, 3)))
    assert conv(x).norm() / x.norm() <= stretch[0] + 1e-5
    assert stretch[0] > 1.2


def test_an_orthogonal_matrix_in_the_middle_of_the_kernel_is_an_isometry():
    conv = circular()
    nn.init.zeros_(conv.weight)
    with torch.no_grad():
        nn.init.orthogonal_(conv.weight[:, :, 1, 1], generator=stream())
    assert torch.allclose(norm_ratios(conv), torch.ones(20), atol=1e-5)


def test_torch_has_no_delta_orthogonal_init():
    names = [name for name in dir(nn.init) if name.endswith("_") and not name.startswith("_")]
    assert "orthogonal_" in names
    assert [name for name in names if "delta" in name] == []


def test_the_layers_of_a_transformer_encoder_start_equal():
    layer = nn.TransformerEncoderLayer(d_model=8, nhead=2, dim_feedforward=16, batch_first=True)
    encoder = nn.TransformerEncoder(layer, num_layers=3)
    first, *others = (dict(layer.named_parameters()) for layer in encoder.layers)
    assert len(first) > 8
    for other in others:
        assert all(torch.equal(first[name], other[name]) for name in first)
        assert all(first[name] is not other[name] for name in first)  # copies, not one tensor
    fresh = nn.TransformerEncoderLayer(d_model=8, nhead=2, dim_feedforward=16, batch_first=True)
    assert not torch.equal(fresh.linear1.weight, first["linear1.weight"])


def test_the_two_biases_of_an_lstm_add():
    lstm, x = nn.LSTM(3, 5), torch.randn(4, 2, 3)
    before, _ = lstm(x)
    with torch.no_grad():
        lstm.bias_ih_l0 += 0.7
        lstm.bias_hh_l0 -= 0.7
    after, _ = lstm(x)
    assert torch.allclose(before, after, atol=1e-6)
    with torch.no_grad():
        lstm.bias_hh_l0 += 0.7
    assert not torch.allclose(before, lstm(x)[0], atol=1e-2)


@pytest.mark.parametrize("function", [nn.init.kaiming_normal_, nn.init.kaiming_uniform_])
def test_kaiming_takes_the_wrong_fan_of_an_array_of_inputs_by_outputs(function):
    right, wrong = torch.empty(128, 784), torch.empty(784, 128)
    function(right, generator=stream())
    function(wrong, generator=stream())
    assert right.std() == pytest.approx(math.sqrt(2 / 784), rel=0.02)
    assert wrong.std() == pytest.approx(math.sqrt(2 / 128), rel=0.02)
    assert wrong.std() / right.std() == pytest.approx(2.475, rel=0.02)
    function(wrong.T, generator=stream())  # the remedy: a transposed view
    assert wrong.std() == pytest.approx(math.sqrt(2 / 784), rel=0.02)
