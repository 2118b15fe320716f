"""The contract that every init method keeps; a new method's file is found and tested by itself."""

import random
from contextlib import nullcontext
from functools import partial
from inspect import Parameter
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn

from init_zoo import (
    CASES,
    OWN_BIASES,
    SEED,
    SPECIAL,
    WITH_LAW,
    ZOO,
    Stack,
    drawn,
    example,
    examples,
    inputs_of,
    laws,
    models,
    probabilities,
    usual,
    usual_kinds,
    with_fixed_starts,
)
from initbench import inits
from initbench.errors import InitbenchError
from initbench.import_closure import closure
from initbench.inits._common import fans, weight_layers

ROOT = Path(__file__).parents[2]
TEXTS = ("name", "title", "formula", "source", "applies_to", "note", "use")

BIBTEX_FIELDS = {
    *("author", "title", "year", "booktitle", "journal", "volume", "publisher"),
    *("howpublished", "eprint"),
}

every_method = pytest.mark.parametrize("name", inits.names())
every_case = pytest.mark.parametrize(("name", "given"), CASES, ids=str)
every_law = pytest.mark.parametrize(("name", "model"), WITH_LAW)


@every_method
def test_card_is_complete_and_readable_without_torch(name):
    card, method = inits.card(name), inits.load(name).METHOD
    assert card["name"] == name
    assert all(getattr(method, field) == card[field] and card[field].strip() for field in TEXTS)
    assert inits.load(name).initialize.__doc__
    assert "bias" in method.note.lower()


@every_method
def test_paper_can_be_cited(name):
    paper = inits.load(name).METHOD.paper
    assert paper == inits.card(name)["paper"]
    assert {"author", "title", "year"} <= set(paper) <= BIBTEX_FIELDS
    assert paper["year"] in inits.load(name).METHOD.source
    assert all(", " in author for author in paper["author"].split(" and "))


@every_method
def test_defaults_and_example_fit_the_annotations(name):
    defaults = inits.parameters(name)
    required = {key for key, value in defaults.items() if value is Parameter.empty}
    assert required == set(example(name))
    inits.check(name, {**defaults, **example(name)})


@every_method
def test_every_source_file_exists(name):
    files = closure(inits.source_file(name))
    assert inits.source_file(name) in files
    assert all(path.is_file() for path in files)


def test_each_method_has_its_rule_file_and_each_rule_file_its_method():
    rules = {
        path.stem: path.read_text(encoding="utf-8")
        for path in (ROOT / "workflow/rules/inits").glob("*.smk")
    }
    template = (ROOT / "workflow/scaffold/method.smk.txt").read_text(encoding="utf-8")
    assert rules == {name: template.replace("$name", name) for name in inits.names()}


def in_precision(model, dtype):
    return ZOO[model]().to(dtype)


def turned(model):
    """The model with every weight in another order of memory, as channels_last is one."""
    net = ZOO[model]()
    for parameter in net.parameters():
        parameter.data = parameter.data.transpose(0, -1).contiguous().transpose(0, -1)
    return net


def channels_last(model):
    net = ZOO[model]()
    return net.to(
        memory_format=torch.channels_last if model != "kinds_3d" else torch.channels_last_3d
    )


@every_case
def test_every_parameter_is_filled_in_its_precision(name, given):
    for model, dtype in product(models(name), (torch.float32, torch.float64)):
        net = drawn(partial(in_precision, model, dtype), name, given)
        assert all(p.isfinite().all() and p.dtype == dtype for p in net.parameters())
        assert all(p.requires_grad and p.is_leaf for p in net.parameters())
        assert net.training


@every_case
def test_precision_and_layout_change_no_draw(name, given):
    for model in usual_kinds(name):
        drawn_so = list(drawn(ZOO[model], name, given).parameters())
        for dtype in (torch.bfloat16, torch.float16):
            rounded = drawn(partial(in_precision, model, dtype), name, given).parameters()
            expected = (parameter.to(dtype) for parameter in drawn_so)
            assert all(map(torch.equal, rounded, expected)), (model, dtype)
        other = drawn(partial(turned, model), name, given)
        assert all(map(torch.equal, other.parameters(), drawn_so)), model
        assert [p.stride() for p in other.parameters()] == [
            p.stride() for p in turned(model).parameters()
        ]


@pytest.mark.parametrize(
    ("name", "model"),
    [
        (name, model)
        for name in inits.names()
        for model in models(name)
        if model in ("convolutions", "kinds_2d", "kinds_3d")
    ],
)
def test_channels_last_changes_no_draw(name, model):
    pair = (
        drawn(build, name, example(name)) for build in (ZOO[model], partial(channels_last, model))
    )
    assert all(map(torch.equal, *(net.parameters() for net in pair)))


def needs_biases(name, given):
    """Whether the method gives a bias another value than none would be, in this case."""
    return name in ("critical", "output_bias") or given.get("rest") == "default"


@every_case
def test_layers_without_biases_are_filled_or_the_model_is_refused(name, given):
    for model in usual_kinds(name):
        net = ZOO[model]()
        for _, layer in weight_layers(net):
            layer.bias = None
        needed = needs_biases(name, given)
        with pytest.raises(InitbenchError, match="none; give it one") if needed else nullcontext():
            inits.initialize(net, name, given, SEED, inputs_of(net))
            assert all(parameter.isfinite().all() for parameter in net.parameters())


@pytest.mark.parametrize(
    "name", [n for n in inits.names() if n not in SPECIAL and "kinds_2d" not in models(n)]
)
def test_a_method_that_fills_no_convolutions_refuses_them_by_the_name_of_the_layer(name):
    with pytest.raises(InitbenchError, match=r"'layers\.0' is a convolution; use"):
        drawn(ZOO["kinds_2d"], name, example(name))


@every_method
def test_a_weight_that_two_layers_share_is_refused(name):
    model = usual(name)()
    layers = [layer for _, layer in weight_layers(model)]
    layers[-1].weight = layers[0].weight
    with pytest.raises(InitbenchError, match=r"' and '.*' share a parameter"):
        inits.initialize(model, name, example(name), SEED, torch.ones(4, 49))


@every_case
def test_only_the_seed_decides_the_weights_and_it_does_unless_declared_deterministic(name, given):
    for model in models(name):
        nets = [drawn(ZOO[model], name, given, seed) for seed in (SEED, SEED, SEED + 1)]
        first, again, other = ([layer.weight for _, layer in weight_layers(net)] for net in nets)
        assert all(map(torch.equal, nets[0].parameters(), nets[1].parameters()))
        assert all(map(torch.equal, first, again))
        assert all(map(torch.equal, first, other)) == inits.load(name).METHOD.deterministic


@every_case
def test_no_global_stream_is_touched(name, given):
    model = usual(name)()
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    inits.initialize(model, name, given, SEED, torch.ones(4, 49))
    assert torch.equal(before[0], torch.get_rng_state())
    assert np.array_equal(before[1], np.random.get_state()[1])
    assert before[2] == random.getstate()


LOCAL = [
    (name, given)
    for name, given in CASES
    if name not in SPECIAL
    and given.get("layers") != "worst"
    and not inits.load(name).METHOD.calibrated
]


@pytest.mark.parametrize(("name", "given"), LOCAL, ids=str)
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


@every_law
def test_entries_follow_the_declared_law(name, model):
    found = probabilities(model, name)
    assert len(found) >= 120
    assert stats.kstest(found, "uniform").pvalue > 1e-3


@every_law
def test_entries_have_the_declared_variance(name, model):
    for law, layer in zip(laws(model, name), zip(*examples(model, name), strict=True), strict=True):
        if law is not None:
            ratio = (torch.stack(layer) ** 2).flatten(1).mean(1) / law.var()
            error = float(ratio.std()) / len(layer) ** 0.5
            assert abs(float(ratio.mean()) - 1) < 4 * error + 1e-5


@pytest.mark.parametrize("name", sorted({name for name, _ in WITH_LAW}))
def test_the_law_test_would_notice_a_wrong_width(name):
    found = probabilities("wide_tall_square", name, stretch=1.6)
    assert stats.kstest(found, "uniform").pvalue < 1e-3


def has_bias(case, mode):
    name, given = case
    biases = {**inits.parameters(name), **given}.get("bias", "zero")
    return biases == mode and name not in OWN_BIASES


@pytest.mark.parametrize(("name", "given"), [c for c in CASES if has_bias(c, "zero")], ids=str)
def test_zero_biases_are_zero(name, given):
    for model in models(name):
        layers = weight_layers(drawn(ZOO[model], name, given))
        assert all(not layer.bias.any() for _, layer in layers)


@pytest.mark.parametrize(("name", "given"), [c for c in CASES if has_bias(c, "default")], ids=str)
def test_default_biases_are_those_of_pytorch(name, given):
    scaled = [
        layer.bias.detach() * fans(layer)[0] ** 0.5
        for seed in range(60)
        for _, layer in weight_layers(drawn(usual(name), name, given, seed))
    ]
    assert stats.kstest(torch.cat(scaled), stats.uniform(-1, 2).cdf).pvalue > 1e-3


@every_method
def test_fixed_starts_are_set_and_the_other_layers_drawn_as_ever(name):
    build = usual(name)
    model = drawn(lambda: with_fixed_starts(build()), name, example(name))
    assert model.norm.weight.tolist() == [1, 1, 1, 1]
    assert model.norm.bias.tolist() == [0, 0, 0, 0]
    assert model.scale.weight.item() == 0.5
    layers, plain = weight_layers(model), weight_layers(drawn(build, name, example(name)))
    for (layer, own), (expected, other) in zip(layers, plain, strict=True):
        assert layer == expected
        assert torch.equal(own.weight, other.weight)


@every_method
def test_only_calibrated_methods_look_at_inputs(name):
    blind, seeing = usual(name)(), drawn(usual(name), name, example(name))
    if inits.load(name).METHOD.calibrated:
        with pytest.raises(InitbenchError, match="measures the model on data but got none"):
            inits.initialize(blind, name, example(name), SEED)
    else:
        inits.initialize(blind, name, example(name), SEED)
        pairs = zip(blind.parameters(), seeing.parameters(), strict=True)
        assert all(torch.equal(*pair) for pair in pairs)


@every_method
def test_a_model_with_other_parameters_is_refused(name):
    model = usual(name)()
    model.offset = nn.Parameter(torch.ones(2))
    with pytest.raises(InitbenchError, match=r"parameter 'offset'.* FIXED_START"):
        inits.initialize(model, name, example(name), SEED, torch.ones(3, 49))


@pytest.mark.parametrize("name", SPECIAL)
def test_a_method_for_one_kind_of_network_refuses_others(name):
    with pytest.raises(InitbenchError, match=r"; use an? "):
        inits.initialize(Stack(2, 2), name, example(name), SEED)
