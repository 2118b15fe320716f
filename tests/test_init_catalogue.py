"""The catalogue of init methods: what it reads from the sources, and what it refuses."""

import subprocess
import sys
from inspect import Parameter
from pathlib import Path
from string import Template
from types import ModuleType

import pytest
import torch
from torch import nn

from initbench import inits
from initbench.errors import InitbenchError
from initbench.import_closure import closure
from initbench.inits._method import Streams

ROOT = Path(__file__).parents[1]
METHODS = """branch_normal branch_scaled constant constant_layer critical default delta_orthogonal
    deterministic_table dirac fixup he_normal he_uniform identity lecun_normal lecun_uniform lsuv
    normal orthogonal output_bias own_head recurrent rezero siren sparse spectral_radius svd
    truncated_normal xavier_normal xavier_uniform zero_last zeros"""


def test_the_methods_of_the_documents_exist():
    assert set(METHODS.split()) <= set(inits.names())


def test_reading_the_catalogue_imports_no_torch():
    code = (
        "import sys; from initbench import inits as c;"
        "[(c.card(n), c.parameters(n), c.source_file(n)) for n in c.names()];"
        "c.check('normal', {'std': 0.01}); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_parameters_are_those_of_the_signature():
    assert inits.parameters("normal") == {"std": Parameter.empty, "bias": "zero"}
    assert inits.parameters("orthogonal") == {
        "gain": 1.0,
        "shared": False,
        "layers": "all",
        "rest": "default",
        "bias": "zero",
    }


def test_source_files_follow_the_imports():
    found = {path.stem for path in closure(inits.source_file("orthogonal"))}
    own = {"orthogonal", "default", "xavier_uniform", "_gains"}
    assert found == {*own, "_common", "_method", "seeds"}
    found = {path.stem for path in closure(inits.source_file("normal"))}
    assert found == {"normal", "_common", "_method", "seeds"}


def test_card_holds_the_literals_of_the_file():
    card = inits.card("svd")
    assert card["title"] == "Chosen singular values"
    assert card["example"] == {"condition_number": 4.0, "scale": 0.8}
    assert "law" not in card
    assert inits.card("lsuv")["calibrated"] is True


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("he_norml", {}, r"Unknown init method 'he_norml'; did you mean 'he_normal'\?"),
        ("normal", {"sdt": 1}, r"'sdt'; did you mean 'std'\?"),
        ("svd", {"scale": 1}, r"no value for its parameter 'condition_number'"),
        ("normal", {"std": -0.1}, r"std = -0\.1, but expects a number above 0"),
        ("normal", {"std": "1e-2"}, r"std = '1e-2', .*in YAML, 1\.0e-3 and not 1e-3"),
        ("normal", {"std": float("nan")}, "above 0"),
        ("constant", {"value": True}, "a finite number"),
        ("constant", {"value": 1, "bias": "random"}, "'constant' or 'default' or 'zero'"),
        ("svd", {"condition_number": 0.5, "scale": 1}, "a number of at least 1"),
        ("svd", {"condition_number": 2, "scale": 0}, "a number above 0"),
        ("default", {"bias": 0}, "bias = 0, but expects 'zero' or 'default'"),
        ("orthogonal", {"layers": "best"}, "'all' or 'worst' or a list of whole numbers"),
        ("orthogonal", {"layers": [True]}, "a list of whole numbers"),
        ("xavier_uniform", {"shared": "yes"}, "true or false"),
        ("constant_layer", {"layer": 1}, "a text"),
        ("orthogonal", {"gain": "activations"}, "a number above 0 .* or 'activation'"),
        ("lecun_normal", {"gain": -1}, r"gain = -1, .*above 0"),
        ("he_normal", {"gain": "relu"}, "above 0 .* or 'rectifier' or 'activation'"),
        ("truncated_normal", {"cut": 2}, "'relative' or 'absolute'"),
        ("sparse", {"connections": 0}, "a whole number of at least 1"),
        ("deterministic_table", {"pattern": "cosine"}, "'sine' or 'hadamard' or 'identity'"),
        ("recurrent", {"forget_bias": "one"}, "a finite number .* or 'rest'"),
        ("output_bias", {"head": []}, "'zero' or 'default' or a list, each item a number above 0"),
        ("output_bias", {"head": [0.5, 0]}, "each item a number above 0"),
    ],
)
def test_bad_parameters_are_refused_in_one_sentence(name, given, message):
    with pytest.raises(InitbenchError, match=message) as caught:
        inits.check(name, given)
    assert "\n" not in str(caught.value)
    with pytest.raises(InitbenchError, match=message):
        inits.initialize(nn.Linear(2, 2), name, given, 0)


def test_good_parameters_pass():
    inits.check("orthogonal", {"layers": [0, 1], "rest": "xavier_uniform", "gain": 2})
    inits.check("orthogonal", {"layers": "worst"})
    inits.check("constant", {"value": -1})
    inits.check("xavier_normal", {"gain": "activation"})
    inits.check("he_normal", {"gain": 1, "negative_slope": 0.2})


def test_unknown_method_cannot_be_loaded():
    with pytest.raises(InitbenchError, match="Unknown init method 'common'"):
        inits.load("common")


def test_the_scaffold_is_a_working_method():
    text = (ROOT / "workflow/scaffold/method.py.txt").read_text(encoding="utf-8")
    module = ModuleType("lecun_like")
    exec(Template(text).substitute(name="lecun_like"), module.__dict__)
    layer = nn.Linear(100, 100)
    module.initialize(layer, Streams(0), gain=2.0)
    assert module.METHOD.name == "lecun_like"
    assert float(layer.weight.detach().std()) == pytest.approx(0.2, rel=0.05)
    assert torch.equal(layer.bias, torch.zeros(100))
