"""Measurements at initialization: what config.yaml may ask for, and the table that comes back."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from initbench import probes
from initbench.errors import InitbenchError
from initbench.grid import config
from initbench.tables import schemas

ROOT = Path(__file__).parents[1]
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
HE = {"method": "he_normal"}
PROPAGATION = {"measure": "propagation", "activations": ["tanh", "relu"], "widths": [3], "depth": 3}
SMALL = {
    "propagation": (PROPAGATION, HE),
    "simple_net": ({"measure": "simple_net", "biases": ["default", "zero"]}, HE),
    "conv_borders": ({"measure": "conv_borders", "depth": 2, "channels": 2, "image": 4}, HE),
    "lsuv_report": (
        {**PROPAGATION, "measure": "lsuv_report", "scales": [0.1, 1]},
        {"method": "lsuv"},
    ),
    "spectra": ({"measure": "spectra", "widths": [3], "products": [1, 2]}, HE),
    "curvature": ({"measure": "curvature", "activations": ["tanh"], "widths": [3]}, HE),
}


def frame(name, seeds):
    return probes.measure(*SMALL[name], seeds).to_pandas()


def test_the_measurements_of_the_config_exist_and_are_tested():
    asked = {probe["measure"] for probe in CONFIG["probes"].values()}
    assert asked <= set(probes.measurements()) == set(SMALL)


@pytest.mark.parametrize("probe", CONFIG["probes"])
def test_the_probes_of_the_config_are_sound(probe):
    probes.check(config.settings(CONFIG["probes"][probe]))


def test_checking_imports_no_torch():
    code = (
        "import sys; from initbench import probes;"
        "probes.check({'measure': 'spectra', 'widths': [2], 'products': [1]});"
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"measure": "propagations"}, "'propagations'; did you mean 'propagation'?"),
        ({"measure": "nets"}, "Unknown measurement at initialization 'nets'"),
        ({"dept": 3}, "parameter of measurement 'propagation' 'dept'; did you mean 'depth'?"),
        ({"depth": 0}, "depth = 0, but expects a whole number of at least 1"),
        ({"widths": 3}, "widths = 3, but expects a list, each item a whole number of at least 1"),
        ({"widths": [3, 0]}, "each item a whole number"),
        ({"widths": []}, "widths = [], but expects a list"),
        ({"activations": ["tanh", 1]}, "each item a text"),
        ({"shapes": ["round"]}, "each item 'square' or 'growing' or 'shrinking'"),
    ],
)
def test_a_bad_setting_is_refused_in_one_sentence(changes, message):
    with pytest.raises(InitbenchError) as caught:
        probes.check({**PROPAGATION, **changes})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_setting_is_named():
    with pytest.raises(InitbenchError, match="'spectra' needs the parameter 'products'; add it"):
        probes.check({"measure": "spectra", "widths": [2]})


@pytest.mark.parametrize("name", SMALL)
def test_the_table_has_the_columns_of_the_collected_one(name):
    table = probes.measure(*SMALL[name], range(2))
    schemas.check("values", table, name)
    keys = table.to_pandas().drop(columns="value")
    assert not keys.duplicated().any()
    assert set(keys.seed) == {0, 1}


@pytest.mark.parametrize("name", SMALL)
def test_a_value_depends_on_its_own_seed_only(name):
    many, few = frame(name, range(5, 8)), frame(name, range(6, 7))
    few = few[~few.quantity.str.startswith("hist")].reset_index(drop=True)
    again = many[(many.seed == 6) & many.quantity.isin(few.quantity)].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, few, check_exact=True)
    assert not many[many.seed == 5].value.equals(many[many.seed == 7].value)


def test_a_job_draws_from_its_first_seed_on():
    spec, init = SMALL["spectra"]
    table = probes.run({"probe": spec, "init": init, "first": 5, "draws": 2})
    assert table.equals(probes.measure(spec, init, range(5, 7)))
