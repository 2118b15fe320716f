"""What an init may not leave behind: each breach is refused in one sentence and undone."""

import copy
import os
import random
import sys

import numpy as np
import pytest
import torch
from torch import nn

from init_zoo import SEED, Kinds, Stack
from initbench import inits
from initbench.errors import InitbenchError
from initbench.inits import _global_state as global_state
from initbench.inits._common import fans, grouped, weight_layers

HONEST = inits.load("he_normal").initialize


def replaced(model):
    model.layers[0].weight = nn.Parameter(torch.zeros(3, 3))


def retyped(model):
    model.layers[0].weight.data = model.layers[0].weight.data.double()


def turned(model):
    model.layers[0].weight.data = model.layers[0].weight.data.t()


def tied(model):
    model.layers[1].weight.data = model.layers[0].weight.data


def partly(model):
    with torch.no_grad():
        model.layers[1].weight[0, 0] = torch.nan


def infinite(model):
    with torch.no_grad():
        model.layers[1].bias[0] = torch.inf


def hooked(model):
    model.layers[1].register_forward_hook(lambda *_: None)


def with_gradient(model):
    model(torch.ones(1, 3)).sum().backward()


def leave(model):
    sys.exit(0)


BREACHES = {
    "replaces a parameter": (replaced, r"changes 'layers\.0\.weight'"),
    "another dtype": (retyped, r"changes 'layers\.0\.weight'"),
    "another layout": (turned, r"changes 'layers\.0\.weight'"),
    "two in one memory": (tied, r"'layers\.0\.weight' and 'layers\.1\.weight' share their memory"),
    "frozen": (lambda m: m.final.bias.requires_grad_(False), r"changes 'final\.bias'"),
    "a gradient": (with_gradient, r"changes 'layers\.0\.weight'"),
    "a buffer": (lambda m: m.offset.add_(1), "changes 'offset'"),
    "a buffer more": (lambda m: m.register_buffer("own", torch.ones(1)), "changes 'own'"),
    "a module more": (lambda m: m.add_module("more", nn.Tanh()), "changes 'more'"),
    "a module less": (lambda m: delattr(m, "dropout"), "changes 'dropout'"),
    "mode": (lambda m: m.layers[0].eval(), r"changes 'layers\.0\.training'"),
    "setting": (lambda m: setattr(m.dropout, "p", 0.0), r"changes 'dropout\.p'"),
    "forward": (lambda m: setattr(m, "forward", len), "changes 'forward'"),
    "a hook": (hooked, r"changes 'layers\.1\._forward_hooks'"),
    "NaN": (partly, r"leaves unset, or not finite, values of the parameter 'layers\.1\.weight'"),
    "infinity": (infinite, r"makes infinite values of the parameter 'layers\.1\.bias'"),
    "exit": (leave, r"ends the program with sys\.exit"),
    "copy": (copy.deepcopy, "returns a Stack, but must fill the model"),
}
GLOBAL = {
    "torch's default generator": lambda: torch.rand(1),
    "numpy's global generator": np.random.random,  # a seed might be the one that is set
    "the generator of `random`": random.random,
    "torch's default dtype": lambda: torch.set_default_dtype(torch.float64),
    "torch's default device": lambda: torch.set_default_device("meta"),
    "the number of threads": lambda: torch.set_num_threads(torch.get_num_threads() + 1),
    "the gradient mode": lambda: torch.set_grad_enabled(False),
    "the deterministic mode": lambda: torch.use_deterministic_algorithms(True),
    "the precision of matrix products": lambda: torch.set_float32_matmul_precision("medium"),
    "the autocast mode": lambda: torch.set_autocast_enabled("cpu", True),
    "the flushing of denormal numbers": lambda: torch.set_flush_denormal(True),
    "the hooks of all modules": lambda: nn.modules.module.register_module_forward_hook(print),
    "numpy's handling of errors": lambda: np.seterr(divide="raise"),
    "the working folder": lambda: os.chdir("/"),
}


def net():
    model = Stack(3, 3, 3)
    model.register_buffer("offset", torch.full((2,), torch.nan))
    return model


def drawn_by(monkeypatch, init, model):
    """Draw `model` as he_normal does, and then by `init`."""

    def initialize(model, streams, **parameters):
        HONEST(model, streams, **parameters)
        returned = init(model)
        return returned if isinstance(returned, Stack) else None

    monkeypatch.setattr(inits.load("he_normal"), "initialize", initialize)
    inits.initialize(model, "he_normal", {}, SEED)
    return model


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_refused_in_one_sentence_that_names_the_init(monkeypatch, breach):
    init, message = BREACHES[breach]
    model = net()
    model.offset.zero_()
    with pytest.raises(InitbenchError, match=rf"^The init method 'he_normal'|{message}") as caught:
        drawn_by(monkeypatch, init, model)
    assert caught.match(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("changed", GLOBAL)
def test_a_change_of_what_all_runs_share_is_refused_and_undone(monkeypatch, changed):
    model = net()
    before = [setting.read() for setting in global_state.SETTINGS]
    message = rf"^The init method 'he_normal' changes {changed}, which all runs share; "
    with pytest.raises(InitbenchError, match=message):
        drawn_by(monkeypatch, lambda _: GLOBAL[changed](), model)
    assert before == [setting.read() for setting in global_state.SETTINGS]


def test_every_setting_has_its_breach():
    assert set(GLOBAL) == {setting.name for setting in global_state.SETTINGS}


def test_what_an_init_that_fails_has_changed_is_undone_too(monkeypatch):
    def fails(model):
        torch.manual_seed(7)
        raise KeyError("x")

    model, before = net(), torch.get_rng_state()
    with pytest.raises(KeyError):
        drawn_by(monkeypatch, fails, model)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("init", "unset"),
    [(lambda *_: None, "layers.0.weight"),
     (lambda model, _: [nn.init.ones_(layer.bias) for layer in model.layers] and None,
      "layers.0.weight"),
     (lambda model, _: [nn.init.ones_(p) for p in model.layers.parameters()] and None,
      "final.weight")],
)  # fmt: skip
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_what_an_init_leaves_unset_is_refused_whatever_was_there(monkeypatch, init, unset, start):
    monkeypatch.setattr(inits.load("he_normal"), "initialize", init)
    model = net()
    for parameter in model.parameters():
        nn.init.constant_(parameter, start)
    with pytest.raises(InitbenchError, match=f"leaves unset.* of the parameter '{unset}'"):
        inits.initialize(model, "he_normal", {}, SEED)


def test_an_init_may_give_a_parameter_other_memory_and_return_the_model(monkeypatch):
    def init(model):
        model.final.weight.data = torch.full((2, 3), 0.5)
        return model

    assert (drawn_by(monkeypatch, init, net()).final.weight == 0.5).all()


def test_a_number_beyond_half_precision_is_refused():
    with pytest.raises(InitbenchError, match=r"makes infinite values of the parameter 'weight'"):
        inits.initialize(nn.Linear(2, 2).half(), "constant", {"value": 1e6}, SEED)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: nn.Linear(2, 2, device="meta"), "'weight' has the kind torch.float32 on meta"),
        (lambda: nn.Linear(2, 2, dtype=torch.complex64), "'weight' has the kind torch.complex64"),
        (lambda: nn.LazyLinear(2), "'weight' has no shape"),
        (lambda: nn.Embedding(5, 3), "parameter 'weight', but the init methods fill only"),
        (lambda: nn.Bilinear(2, 2, 2), "parameter 'weight', but the init methods fill only"),
        (lambda: nn.RMSNorm((2, 2)), "parameter 'weight', but the init methods fill only"),
    ],
)
@pytest.mark.filterwarnings("ignore:Lazy modules")
def test_parameters_that_no_init_can_fill_are_refused(model, message):
    with pytest.raises(InitbenchError, match=message):
        inits.initialize(model(), "zeros", {}, SEED)


KNOWN = [
    (nn.Conv2d(512, 512, 3, groups=512), "xavier_normal", 1 / 3),
    (nn.Conv2d(512, 512, 3, groups=512), "xavier_uniform", 1 / 3),
    (nn.Conv2d(64, 32, 3, groups=4), "xavier_normal", (2 / (16 * 9 + 8 * 9)) ** 0.5),
    (nn.ConvTranspose2d(512, 8, 3), "he_normal", (2 / (512 * 9)) ** 0.5),
    (nn.ConvTranspose2d(512, 8, 3), "lecun_normal", (1 / (512 * 9)) ** 0.5),
    (nn.ConvTranspose1d(64, 32, 5, groups=4), "he_uniform", (2 / (16 * 5)) ** 0.5),
    (nn.ConvTranspose3d(16, 32, 3, groups=2), "xavier_normal", (2 / (24 * 27)) ** 0.5),
    (nn.ConvTranspose2d(64, 32, 3), "default", (1 / (3 * 64 * 9)) ** 0.5),
]


@pytest.mark.parametrize(("layer", "method", "std"), KNOWN, ids=str)
def test_the_width_follows_the_connections_of_one_unit(layer, method, std):
    inits.initialize(layer, method, {}, SEED)
    assert float(layer.weight.detach().std()) == pytest.approx(std, rel=0.03)


@pytest.mark.parametrize("dimensions", [1, 2, 3])
@torch.no_grad()
def test_fan_in_counts_the_inputs_that_reach_an_output(dimensions):
    model = Kinds(dimensions)
    for _, layer in weight_layers(model)[:-1]:
        if layer.stride[0] > 1:  # left aside, as the docstring says
            continue
        layer.weight.fill_(1)
        layer.bias.zero_()
        inner = layer(torch.ones(1, layer.in_channels, *[7] * dimensions))[
            (0, 0, *[3] * dimensions)
        ]
        assert inner == fans(layer)[0]


@pytest.mark.parametrize("layer", [
    nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1, groups=2),
    nn.Conv1d(4, 4, 3, padding=1, groups=4), nn.ConvTranspose2d(4, 4, 3, padding=1),
    nn.ConvTranspose3d(4, 4, 3, padding=1, groups=2),
], ids=str)  # fmt: skip
@torch.no_grad()
def test_dirac_copies_its_input_and_delta_orthogonal_keeps_its_norm(layer):
    x = torch.randn(
        3, 4, *[5] * (layer.weight.dim() - 2), generator=torch.Generator().manual_seed(1)
    )
    inits.initialize(layer, "dirac", {}, SEED)
    assert torch.equal(layer(x), x)
    inits.initialize(layer, "delta_orthogonal", {}, SEED)
    assert torch.allclose(layer(x).norm(), x.norm(), rtol=1e-5)


@pytest.mark.parametrize("layer", [
    nn.Conv2d(4, 6, 3, groups=2), nn.ConvTranspose2d(4, 6, 3, groups=2), nn.Conv1d(4, 4, 3),
], ids=str)  # fmt: skip
@torch.no_grad()
def test_each_group_is_orthogonal_and_has_its_spectrum(layer):
    for method, given, spread in (
        ("orthogonal", {}, 1),
        ("svd", {"condition_number": 4.0, "scale": 1.0}, 4),
    ):
        inits.initialize(layer, method, given, SEED)
        for one in grouped(layer):
            values = torch.linalg.svdvals(one.flatten(1))
            assert float(values[0] / values[-1]) == pytest.approx(spread, rel=1e-4)
            assert float(values.log().mean()) == pytest.approx(0, abs=1e-5)


@torch.no_grad()
def test_each_unit_of_a_transposed_convolution_has_its_sparse_connections():
    layer = nn.ConvTranspose2d(8, 6, 3, groups=2)
    inits.initialize(layer, "sparse", {"connections": 5}, SEED)
    assert ((grouped(layer) != 0).flatten(2).sum(-1) == 5).all()


@torch.no_grad()
def test_the_table_has_no_equal_rows_in_any_group():
    for layer in (nn.Conv2d(4, 8, 3, groups=4), nn.ConvTranspose2d(4, 8, 3, groups=2)):
        inits.initialize(layer, "deterministic_table", {}, SEED)
        rows = grouped(layer).flatten(0, 1).flatten(1)
        assert len(rows.unique(dim=0)) == 8
        assert float(rows.square().mean() * rows.shape[1]) == pytest.approx(2, rel=1e-5)
