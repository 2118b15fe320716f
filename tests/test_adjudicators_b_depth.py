"""Document B's rows on depth, activation and init, in worlds with a known answer."""

import numpy as np
import pytest

from adjudicator_contract import NO, OPEN, PARTLY, YES, Contract
from depth_world import BAD, FAIR, GOOD, World
from initbench.claims import attainable
from initbench.claims.adjudicators.depth import learning
from initbench.claims.evidence import measure
from project_ledger import the_ledger
from synthetic import share

pytestmark = pytest.mark.usefixtures("without_chance")

CLAIMS = (
    *("B02", "B03", "B04", "B13", "B19", "B20", "B31", "B41", "B44", "B55", "B73", "B75"),
    *("B76", "B83", "B84", "B87", "B90"),
)


@pytest.fixture(autouse=True)
def _fewer_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "RESAMPLES", 500)


MIXED = share(0.5, 12, GOOD, BAD)
WIDE = share(0.5, 12, GOOD + 0.04, GOOD - 0.04)
LATE = share(0.7, 12, 79.0, 395.0)
ANY = GOOD + 0.01 * np.cos(np.arange(12))
ANYHOW = np.where(np.arange(12) % 3, 79.0, 118.0)
SELDOM = share(0.9, 12, 79.0, 395.0)
UNEVEN = share(0.3, 12, GOOD, 0.33)
RELU_10, RELU_30, TANH_30 = (f"mlp_depth/mlp_{net}" for net in ("relu_d10", "relu_d30", "tanh_d30"))
FAINT, HUGE = "*/layers.0.bias", "mlp_depth/*/normal_1/layers.0.weight"


def any_end(cells: str) -> dict[str, np.ndarray]:
    """Return ends that vary over seeds and not with the init."""
    return {f"{cells}*": ANY, f"{cells}[dln]*": ANY[::-1]}


def anyhow(cells: str) -> dict[str, np.ndarray]:
    """Return steps that vary over seeds and not with the init."""
    return {f"{cells}*": ANYHOW, f"{cells}[dln]*": ANYHOW[::-1]}


WORLDS = [
    # B02 to B13: how much, how fast, and traps
    ("B02", YES, {}),
    ("B02", PARTLY, {"steps": anyhow("mlp_depth/*_d3/")}),
    ("B02", NO, {"accuracy": any_end("mlp_depth/*/"), "steps": anyhow("mlp_depth/*/")}),
    ("B02", OPEN, {"accuracy": {f"{RELU_30}/[nds]*": UNEVEN}}),
    ("B03", YES, {}),
    ("B03", PARTLY, {"steps": {f"{RELU_10}/default_zero_bias": 79.0}}),
    ("B03", NO, {"steps": {"mlp_depth/*_d10/*": 79.0}}),
    ("B03", OPEN, {"steps": {f"{RELU_10}/default_zero_bias": SELDOM}}),
    ("B04", YES, {}),
    ("B04", PARTLY, {"accuracy": {"*_kick_1e-1/*": GOOD}}),
    ("B04", PARTLY, {"accuracy": {"*_kick_1e-2/*": GOOD}}),
    ("B04", PARTLY, {"eigenvalues": (-0.1,) * 15 + (0.0,) * 5}),
    ("B04", YES, {"accuracy": {"*_kick_*/mlp_*": GOOD}}),
    ("B04", NO, {"accuracy": {"*_kick_*": GOOD}}),
    ("B04", OPEN, {"accuracy": {"*_kick_1e-3/*": MIXED}}),
    ("B04", OPEN, {"before": {"*": 0.9}}),
    ("B13", YES, {}),
    ("B13", PARTLY, {"accuracy": {"mlp_depth/mlp_relu_d1/zeros": GOOD}}),
    ("B13", PARTLY, {"accuracy": {"*/softmax_regression/zeros": 0.5}}),
    ("B13", NO, {"accuracy": {"*/zeros": GOOD}}),
    ("B13", OPEN, {"accuracy": {"mlp_depth/mlp_relu_d1/zeros": share(0.3, 12, GOOD, BAD)}}),
    ("B13", OPEN, {"seeds": 5}),
    # B19 to B31: first gradients
    ("B19", YES, {}),
    ("B19", PARTLY, {"accuracy": {f"{RELU_10}/normal_0.01": GOOD}}),
    ("B19", PARTLY, {"gradient": {f"{RELU_10}/normal_0.01/layers.0.bias": 1.0}}),
    ("B19", NO, {"accuracy": {"mlp_*/normal_0.0*": GOOD}}),
    ("B19", NO, {"gradient": {FAINT: 1.0}}),
    ("B19", OPEN, {"accuracy": {f"{RELU_10}/normal_0.01": MIXED}}),
    ("B20", YES, {}),
    ("B20", YES, {"gradient": {HUGE: np.nan}}),
    ("B20", YES, {"gradient": {HUGE: np.inf}}),
    ("B20", PARTLY, {"gradient": {"mlp_depth/mlp_tanh_d10/normal_1/layers.0.weight": 10.0}}),
    ("B20", NO, {"gradient": {HUGE: 10.0}}),
    ("B20", OPEN, {"gradient": {HUGE: share(0.5, 12, 10.0, 1e6)}}),
    ("B31", YES, {}),
    ("B31", PARTLY, {"accuracy": {"mlp_uniform/mlp_tanh_d10/xavier": FAIR}}),
    ("B31", PARTLY, {"gradient": {"mlp_uniform_start/mlp_relu_d10/he/layers.0.bias": 2.0}}),
    ("B31", NO, {"accuracy": {"mlp_uniform/*/xavier": FAIR, "mlp_uniform/*/he": FAIR}}),
    (
        "B31",
        NO,
        {"gradient": {f"mlp_uniform_start/*/{i}/layers.0.bias": 0.5 for i in ("he", "xavier")}},
    ),
    ("B31", OPEN, {"accuracy": {"mlp_uniform/mlp_relu_d10/he": WIDE}}),
    # B41 to B76: advice by activation
    ("B41", YES, {"accuracy": {f"{TANH_30}/orthogonal_gained": 0.95}}),
    ("B41", YES, {"accuracy": {f"{RELU_30}/orthogonal_gained": 0.95}}),
    ("B41", PARTLY, {"steps": {f"{RELU_30}/orthogonal_gained": 40.0}}),
    ("B41", NO, {}),
    ("B41", OPEN, {"accuracy": {f"{TANH_30}/orthogonal_gained": WIDE}}),
    ("B44", YES, {}),
    ("B44", PARTLY, {"accuracy": {"mlp_depth/mlp_sigmoid_d30/*": BAD}}),
    ("B44", NO, {"accuracy": {"mlp_depth/*/lsuv": BAD}}),
    ("B44", NO, {"accuracy": {"mlp_depth/*_d30/lsuv": FAIR}}),
    ("B44", OPEN, {"accuracy": {"mlp_depth/mlp_sigmoid_d30/lsuv": share(0.8, 12, GOOD, BAD)}}),
    ("B55", YES, {}),
    ("B55", YES, {"accuracy": {"mlp_default/*": 0.5}}),
    ("B55", PARTLY, {"accuracy": {"mlp_default/mlp_relu_d30/*": 0.97}}),
    ("B55", NO, {"accuracy": {"mlp_default/*": 0.97}}),
    ("B55", OPEN, {"accuracy": {"mlp_default/mlp_relu_d30/*": WIDE}}),
    ("B73", YES, {}),
    ("B73", PARTLY, {"accuracy": {"mlp_depth/mlp_relu_d3/xavier_normal": 0.96}}),
    ("B73", PARTLY, {"accuracy": {f"{RELU_30}/xavier_normal": GOOD}}),
    (
        "B73",
        PARTLY,
        {
            "accuracy": {"mlp_depth/mlp_relu_*/xavier_normal": GOOD},
            "steps": {f"{RELU_30}/he_normal": 40.0},
        },
    ),
    ("B73", NO, {"accuracy": {"mlp_depth/mlp_relu_*/xavier_normal": GOOD}}),
    ("B73", OPEN, {"accuracy": {f"{RELU_30}/xavier_normal": WIDE}}),
    ("B75", YES, {}),
    ("B75", PARTLY, {"accuracy": {f"{TANH_30}/orthogonal_gained": 0.96}}),
    ("B75", PARTLY, {"accuracy": {"mlp_tanh_gain/mlp_tanh_d10/xavier_gained": 0.96}}),
    ("B75", NO, {"accuracy": {"mlp_tanh_gain/*/orthogonal": 0.96}}),
    ("B75", OPEN, {"accuracy": {f"{TANH_30}/xavier_normal": WIDE}}),
    ("B76", YES, {}),
    ("B76", PARTLY, {"accuracy": {"mlp_sigmoid/*_d5/lsuv": 0.97}}),
    ("B76", PARTLY, {"accuracy": {"mlp_depth/mlp_sigmoid_d10/lsuv": 0.97}}),
    ("B76", NO, {"accuracy": {"mlp_depth/mlp_sigmoid_d10/xavier_normal": BAD}}),
    ("B76", OPEN, {"accuracy": {"mlp_depth/mlp_sigmoid_d10/xavier_normal": MIXED}}),
    # B83 to B91: the monitor, depth, choices
    ("B83", YES, {}),
    ("B83", NO, {"rms": {"*": 1.0}, "gradient": {"*": 1.0}}),
    ("B83", OPEN, {"accuracy": {"mlp_depth/*": GOOD}}),
    ("B84", YES, {}),
    ("B84", PARTLY, {"accuracy": {"ln_depth/*": BAD}}),
    ("B84", PARTLY, {"accuracy": {f"{RELU_30}/lsuv": BAD}}),
    ("B84", NO, {"accuracy": {f"{RELU_30}/lsuv": BAD, "ln_depth/*": BAD}}),
    ("B84", OPEN, {"accuracy": {"mlp_depth/*": GOOD}}),
    ("B84", OPEN, {"accuracy": {"ln_depth/*": share(0.4, 12, GOOD, BAD)}}),
    ("B87", YES, {}),
    ("B87", PARTLY, {"accuracy": {"mlp_sixty/*/*_normal": BAD}}),
    ("B87", PARTLY, {"accuracy": {f"{RELU_30}/default_zero_bias": GOOD}}),
    ("B87", NO, {"accuracy": {"*/default_zero_bias": GOOD}}),
    ("B87", NO, {"accuracy": {"*/he_normal": BAD, "*/xavier_normal": BAD}}),
    ("B87", OPEN, {"accuracy": {f"{RELU_30}/default_zero_bias": MIXED}}),
    ("B87", OPEN, {"seeds": 5}),
    (
        "B90",
        YES,
        {
            "accuracy": {
                "mlp_depth/*_d3/lsuv": 0.5,
                "mlp_depth/*_d10/lsuv": 0.5,
                "mlp_depth/*/orthogonal_gained": 0.6,
            }
        },
    ),
    ("B90", PARTLY, {}),
    ("B90", NO, {"accuracy": {"mlp_depth/*": GOOD}}),
    ("B90", OPEN, {"accuracy": {"mlp_depth/*_d30/lsuv": share(0.2, 12, GOOD, BAD)}}),
]


SOME = {
    "accuracy": {
        **{"mlp_depth/mlp_sigmoid_d30/*": BAD, "mlp_default/mlp_relu_d30/*": 0.97},
        **{f"{RELU_30}/xavier_normal": GOOD, "mlp_uniform/mlp_tanh_d10/xavier": FAIR},
        **{f"{TANH_30}/spectral_radius": 0.96, "ln_depth/*": BAD},
    },
    "steps": {f"{RELU_10}/default_zero_bias": 79.0, f"{RELU_30}/orthogonal_gained": 40.0},
}


class TestContract(Contract):
    """Each world with the twelve seeds of the grid, and after the correction for many rows."""

    claims, worlds, clear, world = CLAIMS, WORLDS, ({}, SOME), World
    together = True


def test_twelve_seeds_can_give_each_verdict_and_five_cannot() -> None:
    rows = TestContract.rows()
    assert {row.id for row in rows if attainable(row, 12)} == set()
    unable = {row.id for row in rows if attainable(row, 5)}
    assert set(CLAIMS) - unable == {"B02", "B20", "B83"}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_preview_of_two_seeds_does_not_fail(claim: str) -> None:
    row = the_ledger().row(claim)
    assert set(measure([row], World(seeds=2).tables())[claim]) == set(row.quantities)
