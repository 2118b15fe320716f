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

from initbench import inits, source_checks
from initbench.errors import InitbenchError
from initbench.import_closure import closure
from initbench.inits import _catalogue as catalogue
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
    own = {"orthogonal", "default", "xavier_uniform", "_gains", "_variance_scaling"}
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


TEMPLATE = (ROOT / "workflow/scaffold/method.py.txt").read_text(encoding="utf-8")
GOOD = Template(TEMPLATE).substitute(name="mine")


def replaced(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


BROKEN = {
    "syntax": (replaced("std = gain", "std = = gain"), r"line \d+: invalid syntax; correct"),
    "outside": (GOOD + "return 1\n", r"line \d+: 'return' outside function; correct"),
    "deep": (GOOD + "x = " + "(" * 250 + ")" * 250, r"line \d+: too many nested parentheses"),
    "NUL": (GOOD + "# \0\n", "null bytes; correct the Python there, or remove the file"),
    "empty": ("", "has no `METHOD` at its top level"),
    "no METHOD": (replaced("METHOD = Method", "CARD = Method"), "has no `METHOD`"),
    "METHOD by halves": (replaced("METHOD = Method(", "METHOD = str("), "its fields by name"),
    "METHOD twice": (GOOD + "METHOD = None\n", "must have `METHOD` once"),
    "METHOD by place": (replaced('    name="mine",', '    "mine",'), "its fields by name"),
    "METHOD unpacked": (replaced('    name="mine",', '    **{"name": "mine"},'), "field"),
    "no field": (replaced('    use="Linear layers of any width.",\n', ""), "no field `use`"),
    "unknown field": (replaced("    use=", '    usage="", use='), "`usage` that is no field"),
    "field of a kind": (replaced("    use=", '    calibrated="no", use='), "must be a bool"),
    "computed field": (
        replaced('title="mine"', 'title="m".upper()'),
        r"line 16, computes the field",
    ),
    "no year": (replaced('        "year": "1998",\n', ""), "cites a paper without year"),
    "not installed": (replaced("import math", "import maths"), "line 3, imports 'maths', which is"),
    "not ours": (
        replaced("inits._common", "inits._commons"),
        r"imports 'initbench\.inits\._commons'",
    ),
    "relative": (replaced("from initbench.inits._method", "from ._method"), "is not there"),
    "another name": (replaced('name="mine"', 'name="yours"'), "names its METHOD 'yours'"),
    "no initialize": (replaced("def initialize", "def fill"), "has no `initialize`"),
    "async": (replaced("def initialize", "async def initialize"), "as a function `initialize`"),
    "class": (
        GOOD[: GOOD.index("@torch.no_grad()")] + "@torch.no_grad()\nclass initialize: pass\n",
        "as a function `initialize`",
    ),
    "imported": (
        GOOD + "from initbench.inits.zeros import initialize\n",
        "must have `initialize` once",
    ),
    "no streams": (
        replaced("streams: Streams, *", "*"),
        r"initialize\(model, streams, \*, \.\.\.\)",
    ),
    "by place": (replaced("*, gain", "gain"), r"with each parameter by its name after the star"),
    "star": (replaced("*, gain", "*more, gain"), "after the star"),
    "two stars": (replaced('bias: Bias = "zero"', "**more"), "after the star"),
    "inputs": (replaced("*, gain", "inputs, *, gain"), r"initialize\(model, streams, \*"),
    "calibrated": (
        replaced("    use=", "    calibrated=True, use="),
        r"initialize\(model, streams, inputs, \*",
    ),
    "computed default": (
        replaced("gain: Positive = 1.0", "gain: Positive = math.sqrt(2)"),
        r"line \d+, computes the default of the parameter gain, math\.sqrt\(2\); write its value",
    ),
    "default": (replaced("= 1.0", "= -1.0"), r"mine\.py, line \d+: .*gain = -1\.0"),
    "annotation": (replaced("gain: Positive", "gain: complex"), r"mine\.py, line \d+: .*'complex'"),
    "bare": (replaced("gain: Positive", "gain"), r"mine\.py, line \d+: "),
    "no example": (replaced("Positive = 1.0", "Positive"), "must give `example` .* gain"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return the folder where the package's methods lie in this test."""
    monkeypatch.setattr(catalogue, "modules", lambda _: {p.stem: p for p in tmp_path.glob("*.py")})
    return tmp_path


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_method_that_is_broken_below_is_sound_with_a_byte_order_mark_too(folder, mark):
    (folder / "mine.py").write_text(mark + GOOD, encoding="utf-8")
    catalogue.check_all()
    assert catalogue.card("mine")["title"] == "mine"


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_refused_by_its_name_though_nobody_uses_it(folder, kind):
    text, message = BROKEN[kind]
    (folder / "mine.py").write_text(text, encoding="utf-8")
    with pytest.raises(InitbenchError, match=message) as caught:
        catalogue.check_all()
    assert "mine.py" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_in_latin_1_is_refused_with_its_line(folder):
    (folder / "mine.py").write_bytes(replaced("Léon", "L\xe9on").encode("latin-1", "replace"))
    with pytest.raises(InitbenchError, match=r"mine\.py, line \d+: .*utf-8"):
        catalogue.check_all()


@pytest.mark.parametrize("stem", ["class", "my-method", "2nd", ".#mine", "my method"])
def test_a_file_whose_name_no_module_has_is_refused(folder, stem):
    (folder / f"{stem}.py").write_text(GOOD, encoding="utf-8")
    with pytest.raises(InitbenchError, match="has a name that no module can have"):
        catalogue.check_all()


def test_a_run_is_refused_for_a_broken_file_that_it_does_not_use(folder):
    source_checks.check()
    (folder / "mine.py").write_text("def", encoding="utf-8")
    with pytest.raises(InitbenchError, match=r"mine\.py, line 1: invalid syntax"):
        source_checks.check()


def test_a_method_that_cannot_be_imported_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(inits, "source_file", lambda name: tmp_path / "not_there.py")
    with pytest.raises(InitbenchError, match=r"mine\.py of inits cannot .*\(ModuleNotFound"):
        inits.load("mine")


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
    module = ModuleType("lecun_like")
    exec(Template(TEMPLATE).substitute(name="lecun_like"), module.__dict__)
    layer = nn.Linear(100, 100)
    module.initialize(layer, Streams(0), gain=2.0)
    assert module.METHOD.name == "lecun_like"
    assert float(layer.weight.detach().std()) == pytest.approx(0.2, rel=0.05)
    assert torch.equal(layer.bias, torch.zeros(100))
