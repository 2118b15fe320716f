"""The contract that every init method keeps; a new method's file is found and tested by itself."""

import random
from inspect import Parameter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn

from initbench import inits
from initbench.errors import InitbenchError
from initbench.inits import catalogue
from initbench.inits.common import fans, weight_layers

ROOT = Path(__file__).parents[2]
SEED = 2_000_000
TEXTS = ("name", "title", "formula", "source", "applies_to", "note")


class Stack(nn.Module):
    """Linear layers `layers.0`, `layers.1`, … and a head, all holding NaN."""

    def __init__(self, *sizes, classes=2, head="final"):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.add_module(head, nn.Linear(sizes[-1], classes))
        for parameter in self.parameters():
            nn.init.constant_(parameter, torch.nan)


ZOO = {
    "tiny_chain": lambda: Stack(*[2] * 9),
    "mnist_like": lambda: Stack(49, 16, 8, classes=10),
    "wide_tall_square": lambda: Stack(3, 12, 12, 5, classes=1),
}
OWN_CASES = [
    ("orthogonal", {"layers": [0, 1]}),
    ("orthogonal", {"layers": "worst", "bias": "default"}),
    ("orthogonal", {"layers": "worst", "rest": "xavier_uniform"}),
    ("constant_layer", {"layer": "layers.0", "value": 0.1, "bias": False}),
    ("deterministic_table", {"pattern": "hadamard"}),
    ("deterministic_table", {"pattern": "identity"}),
]


def example(name):
    return dict(inits.load(name).METHOD.example)


def law_of(weight, name, given):
    return inits.load(name).METHOD.law(weight, {**catalogue.parameters(name), **given})


def general_cases(name):
    """The method's example, alone and with each value of the parameters that methods share."""
    shared = {"bias": ["zero", "default"], "shared": [True]}
    defaults = catalogue.parameters(name)
    variations = [
        {parameter: value}
        for parameter, values in shared.items()
        if parameter in defaults and (parameter != "bias" or isinstance(defaults["bias"], str))
        for value in values
    ]
    return [(name, {**example(name), **variation}) for variation in [{}, *variations]]


CASES = [case for name in catalogue.names() for case in general_cases(name)] + OWN_CASES
every_method = pytest.mark.parametrize("name", catalogue.names())
every_case = pytest.mark.parametrize(("name", "given"), CASES, ids=str)
every_model = pytest.mark.parametrize("build", ZOO.values(), ids=ZOO)


WITH_LAW = [
    name for name in catalogue.names() if law_of(torch.empty(3, 2), name, example(name)) is not None
]


def drawn(build, name, given, seed=SEED):
    model = build()
    inits.initialize(model, name, given, seed)
    return model


def weights(build, name, given, draws):
    """One list of weights a draw."""
    models = [drawn(build, name, given, seed) for seed in range(draws)]
    return [[layer.weight.detach() for _, layer in weight_layers(model)] for model in models]


def probabilities(build, name, given, stretch=1.0, draws=150):
    """P(entry ≤ stretch · value) by the declared law, shape (layers with a law · draws).

    One entry a layer and draw: the entries of one matrix may depend on each other.
    """
    models = weights(build, name, given, draws)
    laws = [law_of(weight, name, given) for weight in models[0]]
    entries = np.array(
        [[weight.flatten()[k % weight.numel()] for weight in m] for k, m in enumerate(models)]
    )
    columns = zip(laws, entries.T, strict=True)
    return np.concatenate([law.cdf(stretch * column) for law, column in columns if law is not None])


@every_method
def test_card_is_complete_and_readable_without_torch(name):
    card, method = catalogue.card(name), inits.load(name).METHOD
    assert card["name"] == name
    assert all(getattr(method, field) == card[field] and card[field].strip() for field in TEXTS)
    assert inits.load(name).initialize.__doc__
    assert "bias" in method.note.lower()


@every_method
def test_defaults_and_example_fit_the_annotations(name):
    defaults = catalogue.parameters(name)
    required = {key for key, value in defaults.items() if value is Parameter.empty}
    assert required == set(example(name))
    catalogue.check(name, {**defaults, **example(name)})


@every_method
def test_every_source_file_exists(name):
    files = catalogue.source_files(name)
    assert catalogue.source_file(name) in files
    assert all(path.is_file() for path in files)


def test_each_method_has_its_rule_file_and_each_rule_file_its_method():
    rules = {path.stem: path.read_text() for path in (ROOT / "workflow/rules/inits").glob("*.smk")}
    template = (ROOT / "workflow/scaffold/method.smk.txt").read_text()
    assert rules == {name: template.replace("$name", name) for name in catalogue.names()}


@every_case
@every_model
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_parameter_is_filled(name, given, build, dtype):
    model = drawn(lambda: build().to(dtype), name, given)
    assert all(p.isfinite().all() and p.dtype == dtype for p in model.parameters())
    assert all(p.requires_grad and p.is_leaf for p in model.parameters())


@every_case
@every_model
def test_equal_seeds_give_equal_bits(name, given, build):
    first, second = drawn(build, name, given), drawn(build, name, given)
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)


@every_case
@every_model
def test_weights_depend_on_the_seed_unless_declared_deterministic(name, given, build):
    first, second = drawn(build, name, given), drawn(build, name, given, SEED + 1)
    pairs = zip(weight_layers(first), weight_layers(second), strict=True)
    equal = all(torch.equal(a.weight, b.weight) for (_, a), (_, b) in pairs)
    assert equal == inits.load(name).METHOD.deterministic


@every_case
def test_no_global_stream_is_touched(name, given):
    model = ZOO["mnist_like"]()
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    inits.initialize(model, name, given, SEED)
    assert torch.equal(before[0], torch.get_rng_state())
    assert np.array_equal(before[1], np.random.get_state()[1])
    assert before[2] == random.getstate()


@pytest.mark.parametrize(
    ("name", "given"), [c for c in CASES if c[1].get("layers") != "worst"], ids=str
)
@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda: Stack(3, 4, 4, 4, head="out"), id="renamed"),
        pytest.param(lambda: Stack(3, 4, 4, 4, 4), id="added"),
        pytest.param(lambda: Stack(3, 4, 4), id="removed"),
    ],
)
def test_a_layer_keeps_its_draw_when_another_changes(name, given, other):
    state = drawn(lambda: Stack(3, 4, 4, 4), name, given).state_dict()
    changed = drawn(other, name, given).state_dict()
    common = state.keys() & changed.keys()
    assert len(common) >= 6
    assert all(torch.equal(state[key], changed[key]) for key in common)


@pytest.mark.parametrize("name", WITH_LAW)
@every_model
def test_entries_follow_the_declared_law(name, build):
    found = probabilities(build, name, example(name))
    assert len(found) >= 450
    assert stats.kstest(found, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("name", WITH_LAW)
@every_model
def test_entries_have_the_declared_variance(name, build):
    for layer in zip(*weights(build, name, example(name), draws=100), strict=True):
        if (law := law_of(layer[0], name, example(name))) is not None:
            ratio = (torch.stack(layer) ** 2).flatten(1).mean(1) / law.var()
            assert abs(float(ratio.mean()) - 1) < 4 * float(ratio.std()) / 10 + 1e-5


@pytest.mark.parametrize("name", WITH_LAW)
def test_the_law_test_would_notice_a_wrong_width(name):
    found = probabilities(ZOO["tiny_chain"], name, example(name), stretch=1.25)
    assert stats.kstest(found, "uniform").pvalue < 1e-3


def has_bias(case, mode):
    name, given = case
    return {**catalogue.parameters(name), **given}.get("bias", "zero") == mode


@pytest.mark.parametrize(("name", "given"), [c for c in CASES if has_bias(c, "zero")], ids=str)
@every_model
def test_zero_biases_are_zero(name, given, build):
    model = drawn(build, name, given)
    assert all(not layer.bias.any() for _, layer in weight_layers(model))


@pytest.mark.parametrize(("name", "given"), [c for c in CASES if has_bias(c, "default")], ids=str)
def test_default_biases_are_those_of_pytorch(name, given):
    scaled = [
        layer.bias.detach() * fans(layer.weight)[0] ** 0.5
        for seed in range(60)
        for _, layer in weight_layers(drawn(ZOO["mnist_like"], name, given, seed))
    ]
    assert stats.kstest(torch.cat(scaled), stats.uniform(-1, 2).cdf).pvalue > 1e-3


@every_method
def test_a_model_with_other_parameters_is_refused(name):
    model = Stack(2, 2)
    model.norm = nn.LayerNorm(2)
    with pytest.raises(InitbenchError, match=r"parameter 'norm\.weight'"):
        inits.initialize(model, name, example(name), SEED)
