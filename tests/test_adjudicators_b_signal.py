"""Document B's rows on signals at initialization, in worlds with a known answer."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from initbench.claims.adjudicators.kit import probes
from initbench.claims.adjudicators.kit.registry import adjudicator, adjudicators
from initbench.claims.adjudicators.propagation import (
    gradients,
    simple_net,
    variance,
)
from initbench.claims.evidence import measure
from initbench.claims.ledger import WORDS, Row
from initbench.claims.verdict import ORDER, decide
from initbench.errors import InitbenchError
from initbench.probes import propagation
from project_ledger import the_ledger
from signal_world import World, backward, either, forward, torn, wobble

pytestmark = pytest.mark.usefixtures("without_chance")

CLAIMS = Path(__file__).parents[1] / "workflow" / "claims"
YES, PARTLY, NO, OPEN = "reproduced", "partly reproduced", "not reproduced", "inconclusive"
RELU_VARIANTS = ("elu", "gelu", "silu")
OF_ALL = ("identity", "tanh", "sigmoid", "relu")


def rows() -> list[Row]:
    return [row for row in the_ledger().rows if row.document == "B" and row.bed == "propagation"]


def judged(claim: str, world: World) -> str:
    row = the_ledger().row(claim)
    decision = decide(row.rule, measure([row], world.tables())[claim])
    return WORDS[decision.key or "inconclusive"]


def gradient(init: str, *activations: str, rate: float) -> dict[str, object]:
    return {f"*/{init}/{name}/*": backward(rate) for name in activations}


def kept(share: object, layer: int = 30) -> dict[str, object]:
    """Return a net of which `layer` and all after it have `share` of the first layer's signal."""

    def shape(at: np.ndarray, draw: np.ndarray) -> np.ndarray:
        value = share(at, draw) if callable(share) else share
        return np.where(at >= layer, value, 1.0) * (1 + 0.001 * np.sin(7 * at + draw))

    return {"second_moment": shape, "variance": shape}


def law(exponent: float, base: float = 1.0) -> dict[str, object]:
    """Return a variance of layer^exponent · base^layer, with a little noise."""
    noise = wobble()
    return {"variance": lambda k, draw: k**exponent * base**k * noise(k, draw)}


def factor(log10: float) -> dict[str, object]:
    return forward(log10 / 2)


def deviation(quantity: str, by: object, activation: str = "relu") -> dict[str, object]:
    return {f"lsuv_report/lsuv/{activation}/*": {quantity: by}}


def regions(*names: str, ratio: object) -> dict[str, object]:
    return {f"conv_borders/xavier_normal/*/{name}": {"second_moment": ratio} for name in names}


def last_layer(inits: str, value: float) -> dict[str, object]:
    return {f"simple_net/{inits}/*": {"std": lambda k, draw: value * (1 + 0.1 * np.sin(draw))}}


FEW_HIGH = kept(lambda k, draw: np.where(draw % 5 < 2, 1.9, 0.4))  # mean 1, median 0.4
SOME_SMALL = {"std": lambda k, draw: np.where(draw < 10, 0.01, 1.5) + 0 * k}  # 10 of 200

WORLDS = [
    ("B05", YES, {}, 8),
    ("B05", PARTLY, gradient("xavier_normal", "sigmoid", rate=-0.6), 8),
    ("B05", PARTLY, gradient("he_normal", "tanh", rate=0.001), 8),  # practically nil
    (
        "B05",
        NO,
        gradient("xavier_normal", "identity", "tanh", "sigmoid", rate=-2)
        | gradient("he_normal", "relu", rate=-2),
        8,
    ),
    ("B05", OPEN, {"*/xavier_normal/sigmoid/*": torn(0.15, 0.1, backward)}, 8),
    ("B07", YES, {}, 8),
    ("B07", NO, gradient("normal_0.01", "tanh", rate=-0.1), 8),
    ("B07", NO, {"*/normal_0.01/sigmoid/*": forward(-0.1)}, 8),
    ("B07", OPEN, {"*/normal_0.01/relu/*": torn(-0.3, 0.1, forward)}, 8),
    ("B08", YES, {}, 8),
    ("B08", PARTLY, {"*/normal_1/tanh/*": forward(-0.01)}, 8),
    ("B08", PARTLY, {"*/normal_1/tanh/*": forward(0.001)}, 8),  # practically nil
    ("B08", NO, {"*/normal_1/*": forward(-0.1)}, 8),
    ("B08", OPEN, {"*/normal_1/*": torn(0.0, 0.1, forward)}, 8),
    ("B21", YES, {}, 8),
    ("B21", NO, {"*/he_normal/relu/1024/*": forward(0.5)}, 8),
    ("B21", NO, {"*/normal_0.1768/*": forward(0)}, 8),
    ("B21", OPEN, {"*/he_normal/relu/1024/*": torn(0.0, 0.5, forward)}, 8),
    ("B27", YES, {}, 8),
    ("B27", NO, {"*/xavier_normal/sigmoid/*": forward(-0.6)}, 8),
    ("B27", OPEN, {"*/xavier_normal/sigmoid/*": kept(0.3, 20)}, 8),
    ("B28", YES, {}, 8),
    ("B28", PARTLY, {"*/xavier_normal/tanh/*": law(-1)}, 8),
    ("B28", NO, {"*/xavier_normal/tanh/*": law(0, 0.7)}, 8),
    ("B28", OPEN, {"*/xavier_normal/tanh/*": law(-2)}, 8),
    ("B29", YES, {}, 8),
    ("B29", PARTLY, gradient("normal_1", "tanh", rate=0.001), 8),
    ("B29", NO, gradient("xavier_normal", "tanh", rate=-1.5), 8),
    ("B29", OPEN, {"*/normal_1/tanh/*": {"state_gradient_rms": 1.0}}, 8),
    ("B36", YES, {}, 8),
    ("B36", NO, {"*/he_normal/relu/100/*": {"zero_share": lambda k, d: 0.5 + k / 100 + 0 * d}}, 8),
    ("B36", NO, {"*/he_normal/relu/100/*": {"zero_share": 0.4}}, 8),
    ("B36", OPEN, {"*/he_normal/relu/100/*": {"zero_share": either(0.4, 0.6)}}, 8),
    ("B37", YES, {}, 8),
    ("B37", PARTLY, {"*/he_normal/relu/16/*": kept(0.01)}, 8),  # wide only
    ("B37", PARTLY, {"*/he_normal/relu/*": FEW_HIGH}, 40),  # mean only
    ("B37", NO, {"*/he_normal/relu/*": kept(0.1)}, 8),
    ("B37", OPEN, {"*/he_normal/relu/*": kept(either(0.2, 0.9))}, 8),
    ("B39", YES, {}, 8),
    ("B39", PARTLY, {"*/orthogonal/relu/*": backward(-0.15)}, 8),
    ("B39", NO, {"*/orthogonal/identity/*": backward(-0.15)}, 8),
    ("B39", OPEN, {"*/orthogonal/identity/*": torn(0.0, 0.01, backward)}, 8),
    ("B43", YES, {}, 8),
    ("B43", PARTLY, deviation("variance_heldout", 1.3), 8),
    ("B43", NO, deviation("variance_calibration", 0.9), 8),
    ("B43", OPEN, deviation("variance_heldout", either(1.1, 1.2)), 8),
    ("B45", YES, deviation("scale_factor", 5.0), 8),  # ReLU does not decide
    ("B45", NO, {"lsuv_report/lsuv/tanh/*/10": {"scale_factor": 0.2}}, 8),
    ("B45", NO, {"lsuv_report/lsuv/tanh/*/10": {"scale_factor": 2.0}}, 8),
    ("B50", YES, {}, 8),
    ("B50", PARTLY, regions("edge", "corner", ratio=0.5), 8),
    ("B50", NO, regions("interior", ratio=1.3), 8),
    ("B50", OPEN, regions("interior", ratio=either(0.7, 0.9)), 8),
    ("B60", YES, {}, 100),
    ("B60", PARTLY, last_layer("[dxh]*", 1.0), 100),
    ("B60", NO, last_layer("*", 1.0), 100),
    ("B60", OPEN, {}, 50),
    ("B62", YES, {}, 200),
    ("B62", NO, {"simple_net/he_normal/*": {"std": 0.01}}, 200),
    ("B62", OPEN, {"simple_net/he_normal/*": SOME_SMALL}, 200),
    ("B74", YES, {}, 8),
    ("B74", PARTLY, {f"*/he_normal/{name}/*": factor(0.1) for name in RELU_VARIANTS[:2]}, 8),
    ("B74", NO, {f"*/he_normal/{name}/*": factor(-0.1) for name in RELU_VARIANTS}, 8),
    (
        "B74",
        OPEN,
        {f"*/he_normal/{name}/*": torn(0.04, 0.01, factor) for name in RELU_VARIANTS},
        8,
    ),
    ("B77", YES, {}, 8),
    ("B77", NO, {"*/xavier_normal/identity/*": kept(0.1)}, 8),
    ("B77", NO, {"*/xavier_normal/identity/*": kept(3.0)}, 8),
    ("B77", OPEN, {"*/xavier_normal/identity/*": kept(either(0.2, 0.9))}, 8),
    ("B78", YES, {}, 8),
    ("B78", NO, {"*/he_normal/identity/*": forward(0.15)}, 8),
    ("B78", OPEN, {"*/he_normal/identity/*": kept(4.0)}, 8),
]


@pytest.mark.parametrize(("claim", "word", "changes", "draws"), WORLDS)
def test_verdicts_in_made_up_worlds(claim: str, word: str, changes: dict, draws: int) -> None:
    assert judged(claim, World(changes, draws)) == word


def test_each_verdict_of_each_rule_is_reached_and_explained() -> None:
    for row in rows():
        words = {WORDS[key] for key in ORDER if key in row.rule}
        assert words == {word for claim, word, *_ in WORLDS if claim == row.id} - {OPEN}, row.id
        assert set(row.rule) == set(row.why) - {OPEN}, row.id


def test_each_row_has_an_adjudicator_and_the_probes_that_it_reads() -> None:
    assert {row.id for row in rows()} == {claim for claim, *_ in WORLDS}
    for row in rows():
        tables = World().tables()
        seen = set()
        tables._read = lambda name, read=tables._read, seen=seen: (seen.add(name), read(name))[1]
        adjudicator(row.id)(tables)
        assert {f"probes/{name}" for name in row.needs} == seen, row.id


def test_amendments_are_cited_by_the_rows_they_change() -> None:
    cited = {amendment for row in rows() for amendment in row.amendments}
    changes = [change for change in the_ledger().amendments if change.id in cited]
    assert cited == {change.id for change in changes}
    for change in changes:
        cited_by = {row.id for row in the_ledger().rows if change.id in row.amendments}
        assert change.rows == ("all",) or cited_by == set(change.rows)


@pytest.mark.parametrize("claim", sorted({claim for claim, *_ in WORLDS}))
def test_a_preview_of_two_draws_does_not_fail(claim: str) -> None:
    assert judged(claim, World(draws=2)) in WORDS.values()


def test_an_unmeasured_net_is_refused() -> None:
    with pytest.raises(InitbenchError, match="no value of init sparse"):
        probes.picked(World().tables(), "signal", init="sparse")


@given(st.floats(-3, 3), st.floats(-2, 2))
def test_a_line_in_the_logarithm_has_its_slope(slope: float, height: float) -> None:
    layers = np.array([1, 2, 3, 10, 20])
    sizes = pd.DataFrame([10 ** (height + slope * layers)], columns=layers)
    assert probes.log_slopes(sizes)[0] == pytest.approx(slope, abs=1e-9)


def test_a_vanished_signal_has_a_finite_slope_and_no_share() -> None:
    sizes = pd.DataFrame([[1.0, 0.0], [0.0, 0.0]], columns=[1, 2])
    assert np.isfinite(probes.log_slopes(sizes)).all()
    assert (probes.ratios(sizes, at=2) == 0).all()


def test_layers_where_only_rounding_is_left_do_not_flatten_the_slope() -> None:
    fading = {
        "variance": lambda k, draw: np.maximum(10.0 ** (-4 * k), 1e-33) + 0 * draw,
        "second_moment": 0.25,
    }
    tables = World({"signal/xavier_normal/sigmoid/*": fading}).tables()
    slopes = probes.forward(tables, probes.Net("xavier_normal", "sigmoid"))
    assert slopes.to_numpy() == pytest.approx(-2)


def test_the_worst_and_the_clearest_rival_are_named() -> None:
    gap = adjudicator("B05")(World(gradient("default", "tanh", rate=0.0)).tables())["gap"]
    assert gap["tanh"].method.endswith("; default")
    assert gap["tanh"].value == pytest.approx(0, abs=1e-12)
    assert gap["relu"].value == pytest.approx(-0.15)
    assert gap["relu"].method.endswith("; xavier_normal")


def test_widths_of_the_shapes_are_those_that_are_measured() -> None:
    for shape, ends in gradients.SHAPES.items():
        sizes = propagation.sizes(16, 50, shape)
        assert (sizes[1], sizes[50]) == ends


def test_the_third_of_five_factors_stands_for_most() -> None:
    shifts = {"elu": 0.1, "gelu": -0.2, "silu": 0.02}
    changes = {f"*/he_normal/{name}/*": factor(shift) for name, shift in shifts.items()}
    found = variance.he_with_relu_variants(World(changes).tables())
    assert found["middle"].value == pytest.approx(10**0.02)


def test_pairs_of_ranges_are_counted() -> None:
    found = simple_net.distributions_differ(World(last_layer("he*", 0.655), 100).tables())
    assert (found["separated"].value, found["separated"].n) == (9, 100)
    assert found["large"].value == pytest.approx(489, rel=0.02)


def kernel(c: float) -> float:
    """Return E relu(u) relu(v) / E relu(u)² at correlation c (Cho and Saul 2009, Eq. 6)."""
    return (math.sqrt(1 - c**2) + c * (math.pi - math.acos(c))) / math.pi


@pytest.mark.parametrize(
    ("name", "variances"),
    [
        ("default", (1 / 300, 1 / 300, 1 / 300)),
        ("xavier", (2 / 200, 2 / 200, 2 / 110)),
        ("he", (2 / 100, 2 / 100, 2 / 100)),
        ("small", (1e-4, 1e-4, 1e-4)),
        ("large", (1.0, 1.0, 1.0)),
    ],
)
def test_predicted_deviations_follow_from_theory(name: str, variances: tuple[float, ...]) -> None:
    bias = 1 / 300
    moment, together = 100 * variances[0] + bias, bias  # of one sample, of two of them
    deviations = [math.sqrt(moment - together / 100)]
    for share, units in zip(variances[1:], (100, 10), strict=True):
        moment, together = (
            50 * share * moment + bias,
            50 * share * moment * kernel(together / moment) + bias,
        )
        deviations.append(math.sqrt(moment - together / units))
    first, last = simple_net.PREDICTED[name]
    assert deviations[0] == pytest.approx(first, rel=0.005)
    assert deviations[2] == pytest.approx(last, rel=0.02)  # a typical draw, not the mean square


def test_all_rows_are_registered_once() -> None:
    assert {row.id for row in rows()} <= adjudicators().keys()
