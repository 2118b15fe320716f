"""The catalogue of init methods: what it reads from the sources, and what it refuses."""

import shutil
import subprocess
import sys
from inspect import Parameter
from pathlib import Path
from string import Template
from types import ModuleType

import pytest
import torch
import yaml
from torch import nn

from initbench import config, inits
from initbench.errors import InitbenchError
from initbench.inits import catalogue
from initbench.inits.method import Streams

ROOT = Path(__file__).parents[1]
METHODS = """branch_normal branch_scaled constant constant_layer critical default delta_orthogonal
    deterministic_table dirac fixup he_normal he_uniform identity lecun_normal lecun_uniform lsuv
    normal orthogonal output_bias own_head recurrent rezero siren sparse spectral_radius svd
    truncated_normal xavier_normal xavier_uniform zero_last zeros"""


def test_the_methods_of_the_documents_exist():
    assert set(METHODS.split()) <= set(catalogue.names())


def test_reading_the_catalogue_imports_no_torch():
    code = (
        "import sys; from initbench.inits import catalogue as c;"
        "[(c.card(n), c.parameters(n), c.source_files(n)) for n in c.names()];"
        "c.check('normal', {'std': 0.01}); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_parameters_are_those_of_the_signature():
    assert catalogue.parameters("normal") == {"std": Parameter.empty, "bias": "zero"}
    assert catalogue.parameters("orthogonal") == {
        "gain": 1.0,
        "shared": False,
        "layers": "all",
        "rest": "default",
        "bias": "zero",
    }


def test_source_files_follow_the_imports():
    found = {path.stem for path in catalogue.source_files("orthogonal")}
    own = {"orthogonal", "default", "xavier_uniform", "gains"}
    assert found == {*own, "common", "method", "seeds"}
    found = {path.stem for path in catalogue.source_files("normal")}
    assert found == {"normal", "common", "method", "seeds"}


def test_card_holds_the_literals_of_the_file():
    card = catalogue.card("svd")
    assert card["title"] == "Chosen singular values"
    assert card["example"] == {"condition_number": 4.0, "scale": 0.8}
    assert "law" not in card
    assert catalogue.card("lsuv")["calibrated"] is True


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
        catalogue.check(name, given)
    assert "\n" not in str(caught.value)
    with pytest.raises(InitbenchError, match=message):
        inits.initialize(nn.Linear(2, 2), name, given, 0)


TEMPLATE = (ROOT / "workflow/scaffold/method.py.txt").read_text(encoding="utf-8")
GOOD = Template(TEMPLATE).substitute(name="mine")


def replaced(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


BROKEN = {
    "syntax": (replaced("std = gain", "std = = gain"), r"line \d+, is not Python, invalid syntax"),
    "outside": (GOOD + "return 1\n", r"line \d+, is not Python, 'return' outside function"),
    "deep": (GOOD + "x = " + "(" * 250 + ")" * 250, "is not Python"),
    "byte-order mark": ("\ufeff" + GOOD, "begins with a byte-order mark"),
    "NUL": (GOOD + "# \0\n", r"line \d+, holds a NUL byte"),
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
    "not ours": (replaced("inits.common", "inits.commons"), r"imports 'initbench\.inits\.commons'"),
    "relative": (replaced("from initbench.inits.method", "from .method"), "is not there"),
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
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    return tmp_path


def test_the_method_that_is_broken_below_is_sound(folder):
    (folder / "mine.py").write_text(GOOD, encoding="utf-8")
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
    with pytest.raises(InitbenchError, match=r"mine\.py, line \d+, is not UTF-8"):
        catalogue.check_all()


@pytest.mark.parametrize("stem", ["class", "my-method", "2nd", ".#mine", "my method"])
def test_a_file_whose_name_no_module_has_is_refused(folder, stem):
    (folder / f"{stem}.py").write_text(GOOD, encoding="utf-8")
    with pytest.raises(InitbenchError, match="has a name that no module can have"):
        catalogue.check_all()


def test_the_grid_is_refused_for_a_broken_file_that_it_does_not_use(folder):
    grid = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    shutil.copytree(Path(inits.__file__).parent, folder, dirs_exist_ok=True)
    config.validate(grid, ROOT)
    (folder / "mine.py").write_text("def", encoding="utf-8")
    with pytest.raises(InitbenchError, match=r"mine\.py, line 1, is not Python"):
        config.validate(grid, ROOT)


def test_a_method_that_cannot_be_imported_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "source_file", lambda name: tmp_path / "not_there.py")
    with pytest.raises(InitbenchError, match="'mine' cannot be imported, ModuleNotFoundError"):
        inits.load("mine")


def test_good_parameters_pass():
    catalogue.check("orthogonal", {"layers": [0, 1], "rest": "xavier_uniform", "gain": 2})
    catalogue.check("orthogonal", {"layers": "worst"})
    catalogue.check("constant", {"value": -1})
    catalogue.check("xavier_normal", {"gain": "activation"})
    catalogue.check("he_normal", {"gain": 1, "negative_slope": 0.2})


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
