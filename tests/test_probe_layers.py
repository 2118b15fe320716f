"""SimpleNet, convolutions, LSUV and spectra at initialization: known answers and plain loops."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d

from initbench.architectures import conv_stack, simple_net
from initbench.inits._common import weight_layers
from initbench.probes._nets import draw, draw_mlp, gaussian
from initbench.probes.conv_borders import IMAGES, regions
from initbench.probes.conv_borders import measure as measure_borders
from initbench.probes.lsuv_report import measure as measure_lsuv
from initbench.probes.simple_net import measure as measure_simple_net
from initbench.probes.spectra import measure as measure_spectra

HE = {"method": "he_normal"}
XAVIER = {"method": "xavier_normal"}


def indexed(table, *columns):
    return table.to_pandas().set_index(list(columns)).value.sort_index()


# SimpleNet


def simple_outputs(init, seed):
    """Return what the document records of the net (three arrays), computed with NumPy."""
    x = gaussian(seed, "inputs", 1000, 100)
    model = draw(simple_net.build, init, seed, x)
    outputs, h = [], x.numpy()
    for layer in (model.fc1, model.fc2, model.fc3):
        z = h @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()
        outputs.append(z)
        h = np.maximum(z, 0)
    return outputs


@pytest.mark.parametrize("bias", ["default", "zero"])
def test_simple_net_in_numpy(bias):
    table = measure_simple_net({**HE, "bias": "zero"}, range(3, 4), biases=[bias])
    found = indexed(table, "variant", "layer", "quantity", "index")
    for layer, z in enumerate(simple_outputs({**HE, "bias": bias}, 3), start=1):
        assert found[bias, layer, "mean", 0] == pytest.approx(z.mean())
        assert found[bias, layer, "std", 0] == pytest.approx(z.std())
        counts = np.histogram(z, 50, (z.min(), z.max()))[0]
        assert found[bias, layer, "hist_count"].to_list() == list(counts)
        assert found[bias, layer, "hist_low", 0] == pytest.approx(z.min())
        assert found[bias, layer, "hist_high", 0] == pytest.approx(z.max())


def test_only_the_first_seed_has_a_histogram():
    frame = measure_simple_net(HE, range(4, 6), biases=["zero"]).to_pandas()
    assert set(frame[frame.quantity == "hist_count"].seed) == {4}
    counts = frame[frame.quantity == "hist_count"].groupby("layer").value
    assert counts.sum().to_list() == [100_000, 100_000, 10_000]
    assert (counts.size() == 50).all()


# Convolutions


def test_regions_of_an_image():
    masks = regions(16)
    ring = [masks[name] for name in ("corner", "edge", "interior")]
    assert torch.stack(ring).sum(0).eq(1).all()
    assert [int(mask.sum()) for mask in ring] == [4, 4 * 14, 14**2]
    assert masks["corner"][0, 15]
    assert masks["edge"][0, 7]
    assert masks["centre"].nonzero().unique().tolist() == list(range(4, 12))


@pytest.mark.parametrize(("init", "activation"), [(HE, torch.relu), (XAVIER, lambda z: z)])
def test_borders_against_plain_convolutions(init, activation):
    table = measure_borders(init, range(2, 3), depth=2, channels=3, image=5)
    found = indexed(table, "variant", "layer", "quantity", "index")
    x = gaussian(2, "inputs", IMAGES, 3, 5, 5)
    model = draw(partial(conv_stack.build, inputs=3, channels=3, depth=2), init, 2, x)
    for layer, convolution in enumerate(model.layers, start=1):
        z = conv2d(x, convolution.weight.detach(), padding=1)
        corners = z[..., [0, 0, -1, -1], [0, -1, 0, -1]]
        assert found["corner", layer, "second_moment", 0] == pytest.approx((corners**2).mean())
        inner = z[..., 1:-1, 1:-1]
        assert found["interior", layer, "second_moment", 0] == pytest.approx((inner**2).mean())
        edges = (z**2).sum() - (corners**2).sum() - (inner**2).sum()
        edge_mean = edges / (IMAGES * 3 * 12)
        assert found["edge", layer, "second_moment", 0] == pytest.approx(edge_mean.item())
        if layer == 1:
            pixels = (z**2).mean((0, 1)).flatten()
            assert found["", layer, "map"].to_list() == pytest.approx(pixels.tolist())
        x = activation(z)


def test_a_dirac_stack_passes_images_on_unchanged():
    table = measure_borders({"method": "dirac"}, range(1), depth=10, channels=2, image=4)
    frame = table.to_pandas()
    assert set(frame[frame.quantity == "map"].layer) == {1, 5, 10}
    assert (frame.groupby(["variant", "quantity", "index"]).value.nunique() == 1).all()


def test_padding_takes_its_share_at_the_borders():
    """A corner sees 4 pixels of 9, an edge 6 (first layer, in the mean over draws)."""
    table = measure_borders(XAVIER, range(10), depth=1, channels=8, image=8)
    mean = table.to_pandas().groupby("variant").value.mean()
    assert mean["corner"] / mean["interior"] == pytest.approx(4 / 9, rel=0.1)
    assert mean["edge"] / mean["interior"] == pytest.approx(6 / 9, rel=0.1)


# LSUV


def lsuv_report(activation, scales, seeds=range(2)):
    init = {"method": "lsuv"}
    table = measure_lsuv(init, seeds, activations=[activation], widths=[32], depth=4, scales=scales)
    return indexed(table, "quantity", "variant", "seed", "layer")


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_lsuv_reaches_unit_variance_on_its_batch_and_nearly_beyond(activation):
    found = lsuv_report(activation, [1.0])
    assert found["variance_calibration"].to_numpy() == pytest.approx(1, abs=1e-3)
    assert found["variance_heldout"].to_numpy() == pytest.approx(1, abs=0.3)
    assert found["variance_heldout"].nunique() == 8


def test_lsuv_takes_the_scale_of_the_inputs_out_in_its_first_layer():
    found = lsuv_report("tanh", [0.1, 1.0, 10.0])
    factors = found["scale_factor"].unstack("variant")
    assert list(factors.columns) == ["0.1", "1", "10"]
    first = factors.xs(1, level="layer")
    assert (first["0.1"] / first["1"]).to_numpy() == pytest.approx(10)
    assert (first["10"] / first["1"]).to_numpy() == pytest.approx(0.1)
    later = factors.drop(1, level="layer")
    assert later["0.1"].to_numpy() == pytest.approx(later["10"].to_numpy(), rel=1e-6)
    before = found["variance_before"].unstack("variant").xs(1, level="layer")
    assert (first**2 * before).to_numpy() == pytest.approx(1)


# Spectra


def test_singular_values_of_a_product_in_numpy():
    table = measure_spectra(HE, range(3, 4), widths=[4], products=[1, 3])
    found = indexed(table, "layer", "index")
    model = draw_mlp([4] * 4, "identity", HE, 3, torch.empty(0))
    first, second, third, _ = (layer.weight.detach().numpy() for _, layer in weight_layers(model))
    for length, matrix in ((1, first), (3, third @ second @ first)):
        values = np.linalg.svd(matrix, compute_uv=False)
        assert found[length].to_list() == pytest.approx(values.tolist())


def test_orthogonal_products_keep_their_gain():
    init = {"method": "orthogonal", "gain": 1.5}
    frame = measure_spectra(init, range(2), widths=[2, 5], products=[2, 4]).to_pandas()
    assert frame.value.to_numpy() == pytest.approx(1.5 ** frame.layer.to_numpy())
    assert frame.groupby(["width", "layer", "seed"]).size().to_dict() == {
        (width, layer, seed): width for width in (2, 5) for layer in (2, 4) for seed in (0, 1)
    }
    assert math.isclose(frame.value.max(), 1.5**4)
