"""Document C's rows in worlds with a known answer, and its checks without training."""

import math

import numpy as np
import pytest

from initbench.checks import eigenvectors as checks
from initbench.claims.adjudicators.kit.registry import adjudicator
from initbench.claims.adjudicators.matrices import printed
from initbench.claims.evidence import measure
from initbench.claims.ledger import WORDS
from initbench.claims.verdict import decide
from initbench.matrices.printed_matrix import MATRIX
from initbench.tables.read import Tables
from matrix_world import CELLS, RADIUS, World, eigenvalues, trained
from project_ledger import the_ledger
from synthetic import share

pytestmark = pytest.mark.usefixtures("without_chance")

LEDGER = the_ledger()
YES, PARTLY, NO, OPEN = "reproduced", "partly reproduced", "not reproduced", "inconclusive"


def judged(claim: str, tables: Tables) -> str:
    row = LEDGER.row(claim)
    decision = decide(row.rule, measure([row], tables)[claim])
    return WORDS[decision.key or "inconclusive"]


def some(rate: float, good: float | str, bad: float | str):
    """Return a column in which the share `rate` of the draws, evenly spread, is `good`."""
    return lambda n: share(rate, n, good, bad)


def pairs(column: str, good: float, bad: float, real: float = 1.0) -> dict:
    """Return a world with 60 % real dominant eigenvalues, `real` of which are `good`."""

    def value(n: int) -> np.ndarray:
        values = share(0.6, n, good, bad)
        chosen = np.flatnonzero(values == good)
        values[chosen[round(real * len(chosen)) :]] = bad
        return values

    return {"gaussian": {"dominant": some(0.6, "real", "complex"), column: value}}


def per_step(factor: float, *sizes: int, steps: str = "300", spread: float = 0.0) -> dict:
    """Return growth of independent matrices that is `factor` times the spectral radius."""

    def growth(n: int) -> np.ndarray:
        noise = spread * np.where(np.arange(n) % 2, 1.0, -1.0)
        return int(steps) * (np.log(np.linspace(2, 3, n)) + math.log(factor) + noise)

    return {f"gaussian_{size}": {f"untied_log_growth_{steps}": growth} for size in sizes}


def layered(factor: float, *sizes: int) -> dict:
    """Return the growth over 50 divided layers at some sizes."""
    column = "untied_normalised_log_growth_50"
    return {f"gaussian_{size}": {column: math.log(factor)} for size in sizes}


def bent(**log_growth: object) -> dict:
    """Return growth over 100 steps with activations, such as tanh=0.0 or relu_normalised=-9.0."""
    return {"gaussian": {f"{name}_log_growth_100": g for name, g in log_growth.items()}}


def by_norm(*steps: int) -> dict:
    """Return growth that the largest singular value explains over some numbers of steps."""
    norm = np.log(4 + np.sin(np.arange(500)))
    return {"gaussian": {f"log_growth_{n}": n * norm for n in steps}}


def start(**columns: object) -> dict:
    return {"document_c": columns}


ALL_FIVE = (5, 10, 20, 50, 100)
PRINTED = {"log_growth_99": math.log(1.85e41 / 2)}
OTHER_SIZES = {f"gaussian_{k}": {"quotient_deviation": 0.5} for k in (2, 3, 10, 20, 50, 100)}
BOUNDARY = {"gaussian": {"quotient_deviation": some(0.95, 0.0, 0.5)}}

WORLDS = [
    # C04: independent layers
    ("C04", YES, {}),
    ("C04", YES, per_step(1.04, 2, 5, 20)),
    ("C04", NO, per_step(0.9, 2, 5, 20)),
    ("C04", NO, per_step(1.1, 2, 5, 20) | per_step(1.1, 100, steps="50")),
    ("C04", PARTLY, per_step(0.9, 2)),
    ("C04", PARTLY, per_step(0.9, 100, steps="50")),
    ("C04", OPEN, per_step(0.95, 2, 5, 20, spread=0.3)),
    # C06 to C08: norm and quotient
    ("C06", YES, {}),
    ("C06", PARTLY, {"gaussian": {"rho": some(0.9, 2.0, 0.5)}}),
    ("C06", OPEN, {"gaussian": {"rho": some(0.99, 2.0, 0.5)}}),
    ("C07", YES, {}),
    ("C07", PARTLY, pairs("quotient_deviation", 0.0, 0.5)),
    ("C07", PARTLY, pairs("quotient_deviation", 0.0, 0.5, real=0.8)),
    ("C07", NO, start(quotient_deviation=some(0.9, 0.0, 0.5))),
    ("C07", OPEN, BOUNDARY),
    ("C07", PARTLY, {"gaussian_5": {"quotient_deviation": some(0.92, 0.0, 0.5)}}),
    ("C07", YES, OTHER_SIZES),
    ("C08", YES, {}),
    ("C08", NO, start(quotient_last=some(0.9, 2.6036, 2.61))),
    ("C08", NO, start(quotient_last=some(0.9, 2.6036, 2.59))),
    ("C08", OPEN, start(quotient_last=some(0.95, 2.6036, 2.59))),
    # C11 to C16: eigenvalues and vectors
    ("C11", YES, {}),
    ("C12", YES, {"gaussian": {"dominant_sign": -1}}),
    ("C12", PARTLY, pairs("quotient_deviation", 0.0, 0.5)),
    ("C12", PARTLY, OTHER_SIZES),
    ("C12", NO, start(quotient_deviation=some(0.9, 0.0, 0.5))),
    ("C12", OPEN, BOUNDARY),
    ("C13", YES, {}),
    ("C13", NO, {"gaussian": {"left_component": some(0.9, 0.1, 0.0)}}),
    ("C13", OPEN, {"gaussian": {"left_component": some(0.99, 0.1, 0.0)}}),
    ("C14", YES, {}),
    ("C14", PARTLY, pairs("misalignment_end", 0.0, 0.3)),
    ("C14", NO, start(misalignment_end=some(0.9, 0.0, 0.3))),
    ("C14", OPEN, start(misalignment_end=some(0.95, 0.0, 0.3))),
    ("C15", YES, {}),
    ("C15", PARTLY, {"gaussian": {"signed_flips": some(0.5, 0, 100)}}),
    ("C15", PARTLY, {"gaussian": {"misalignment": 1e-20}}),
    (
        "C15",
        NO,
        {"gaussian": {"misalignment": 1e-6, "angle_slope": 0.5 * math.log(0.5)}},
    ),
    ("C15", OPEN, {"gaussian": {"misalignment": 1e-6, "angle_slope": np.nan}}),
    ("C15", OPEN, {"gaussian": {"misalignment": some(0.95, 0.0, 0.1)}}),
    ("C16", YES, {}),
    ("C16", PARTLY, {"gaussian": {"rayleigh_error": some(0.5, 0.0, np.nan)}}),
    ("C16", NO, start(rayleigh_error=some(0.9, 0.0, 1e-7))),
    ("C16", OPEN, start(rayleigh_error=some(0.95, 0.0, 1e-7))),
    # C17 to C19: divided by the spectral radius
    ("C17", YES, {}),
    ("C17", NO, {"gaussian": {"normalised_peak": some(0.9, 1.0, 500.0)}}),
    ("C17", OPEN, {"gaussian": {"normalised_peak": some(0.99, 1.0, 500.0)}}),
    ("C18", YES, {}),
    ("C18", PARTLY, pairs("normalised_cv", 0.0, 0.3)),
    ("C18", NO, start(normalised_cv=some(0.9, 0.0, 0.3))),
    ("C18", OPEN, {"gaussian": {"normalised_cv": some(0.95, 0.0, 0.3)}}),
    ("C19", YES, {}),
    ("C19", NO, start(quotient_last=some(0.9, RADIUS, 1.002 * RADIUS))),
    ("C25", NO, {}),
    # C22 to C24: from one matrix to layers
    ("C22", YES, {}),
    ("C22", YES, layered(0.01, 2, 3)),
    ("C22", PARTLY, layered(0.01, 5)),
    ("C22", NO, layered(0.01, *ALL_FIVE)),
    ("C22", NO, layered(3.0, *ALL_FIVE)),
    ("C22", OPEN, {"gaussian": {"untied_normalised_log_growth_50": some(0.5, 1.39, 0.0)}}),
    ("C23", YES, {}),
    ("C23", PARTLY, bent(tanh=0.0)),
    ("C23", PARTLY, bent(relu_normalised=-9.0)),
    ("C23", NO, bent(tanh=0.0, tanh_normalised=-9.0, relu=-math.inf, relu_normalised=-math.inf)),
    ("C23", NO, bent(tanh=np.nan, tanh_normalised=np.nan, relu=np.nan, relu_normalised=np.nan)),
    ("C23", OPEN, bent(tanh=some(0.95, 99.0, 0.0))),
    ("C24", YES, {}),
    ("C24", PARTLY, by_norm(1)),
    ("C24", PARTLY, by_norm(1, 2, 3, 4, 5)),
    ("C24", NO, by_norm(1, 2, 3, 4, 5, 100)),
]


@pytest.mark.parametrize(("claim", "expected", "changes"), WORLDS)
def test_known_world_gives_its_verdict(claim: str, expected: str, changes: dict) -> None:
    assert judged(claim, World(changes=changes).tables()) == expected


def test_each_verdict_of_each_rule_is_reached() -> None:
    reached = {(claim, verdict) for claim, verdict, _ in WORLDS}
    # The printed entries and moduli, and the trained nets, have tests of their own below.
    rules = [row for row in LEDGER.rows if row.bed == "matrices" and row.document == "C"]
    wanted = {(row.id, WORDS[key]) for row in rules for key in row.rule if row.id != "C05"}
    # What the printed matrix alone decides comes out as it does.
    assert wanted - reached == {("C11", NO), ("C06", NO), ("C25", YES)}


def test_the_printed_matrix_has_the_printed_numbers() -> None:
    tables = World().tables()
    entries, moduli, found = (adjudicator(claim)(tables) for claim in ("C05", "C11", "C16"))
    assert entries["mean"].value == pytest.approx(-0.0196, abs=5e-5)
    assert entries["standard_deviation"].value == pytest.approx(0.998, abs=5e-4)
    assert moduli["negative"].value == 1
    assert found["eigenvalue"].value == pytest.approx(-2.60359, abs=5e-6)
    assert judged("C05", tables) == judged("C11", tables) == YES


def test_the_share_of_norms_near_the_printed_one_agrees_with_draws() -> None:
    found = adjudicator("C06")(World().tables())["in_range"]
    x = np.random.default_rng(0).normal(size=(5, 20_000))
    norms = np.linalg.norm(np.linalg.matrix_power(MATRIX, 99) @ x, axis=0)
    drawn = ((norms >= 1e40) & (norms <= 1e42)).mean()
    assert found.value == pytest.approx(0.9522, abs=5e-5)
    assert found.value == pytest.approx(drawn, abs=4 * (0.95 * 0.05 / 20_000) ** 0.5)


def test_another_matrix_is_not_the_printed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = World().tables()
    wrong = MATRIX + 0.001
    tables.frames["matrices/eigenvalues"] = eigenvalues(1.001 * np.linalg.eigvals(MATRIX))
    monkeypatch.setattr(printed, "MATRIX", wrong)
    assert [judged(claim, tables) for claim in ("C05", "C11", "C16")] == [NO] * 3


def test_the_ratio_of_growth_is_a_geometric_mean_with_its_interval() -> None:
    found = adjudicator("C04")(World(changes=per_step(0.9, 5, spread=0.1)).tables())
    ratio = found["ratio"]["5"]
    assert ratio.value == pytest.approx(0.9)
    half = 1.96 * 0.1 / math.sqrt(500)
    assert [ratio.low, ratio.high] == pytest.approx(
        [0.9 * math.exp(-half), 0.9 * math.exp(half)], rel=2e-3
    )
    radius = math.exp(np.log(np.linspace(2, 3, 500)).mean())
    assert found["independent"]["5"].value == pytest.approx(0.9 * radius)
    assert found["tied"]["5"].value == pytest.approx(radius)


def test_explained_shares_are_squared_correlations() -> None:
    stream = np.random.default_rng(0)
    growth = np.log(np.linspace(2, 3, 500)) + stream.normal(0, 0.1, 500)
    tables = World(changes={"gaussian_5": {"log_growth_1": growth}}).tables()
    found = adjudicator("C24")(tables)
    draws = World().ensemble("gaussian_5", 5)
    squares = [np.corrcoef(growth, np.log(draws[c]))[0, 1] ** 2 for c in ("rho", "sigma_max")]
    assert [found["radius"]["1"].value, found["norm"]["1"].value] == pytest.approx(squares)
    assert found["advantage"]["1"].value == pytest.approx(squares[0] - squares[1])
    assert found["advantage"]["1"].low < squares[0] - squares[1] < found["advantage"]["1"].high


def test_the_angle_counts_and_not_its_square() -> None:
    found = adjudicator("C15")(World(changes={"gaussian": {"misalignment": 1e-20}}).tables())
    assert found["line"].value == 0
    found = adjudicator("C15")(World(changes={"gaussian": {"misalignment": 1e-25}}).tables())
    assert found["line"].value == 1


def test_starts_that_never_align_take_for_ever() -> None:
    found = adjudicator("C15")(World(changes=start(steps_to_1pct=some(0.4, 9, -1))).tables())
    assert math.isinf(found["document_steps"].value)


# C20, whose experiment belongs to another family


def cells(gain: float, *names: str) -> dict[str, float]:
    every = [f"{activation}_w{width}_d{depth}" for activation, width, depth in CELLS]
    return dict.fromkeys(names or every, gain)


TRAINED = [
    (YES, {}),
    (YES, cells(0.1)),
    (PARTLY, cells(-0.1, "tanh_w5_d30")),
    (PARTLY, cells(-0.1) | cells(0.0, "identity_w64_d10")),
    (NO, cells(-0.1)),
    (OPEN, cells(np.linspace(-0.1, 0.08, 10), "relu_w5_d10")),
]


@pytest.mark.parametrize(("expected", "gains"), TRAINED)
def test_spectral_radius_against_matched_inits(expected: str, gains: dict) -> None:
    tables = World(draws=2).tables()
    tables.frames |= trained(gains)
    assert judged("C20", tables) == expected


def test_the_better_matched_init_is_the_rival() -> None:
    ends = trained({})
    frame = ends["mlp_spectral/outcomes"]
    relu = frame["architecture"] == "mlp_relu_w5_d10"
    frame.loc[relu & (frame["init"] == "orthogonal_gained"), "test_accuracy"] += 0.05
    frame.loc[relu & (frame["init"] == "xavier_normal"), "test_accuracy"] += 0.2
    tables = World(draws=2).tables()
    tables.frames |= ends
    found = adjudicator("C20")(tables)
    assert found["relu_w5_d10"].value == pytest.approx(-0.05)
    assert found["furthest_below"] == found["weakest"] == found["relu_w5_d10"]


def test_nets_that_no_matched_init_trains_do_not_decide() -> None:
    tables = World(draws=2).tables()
    tables.frames |= trained(cells(-0.1))
    for frame in tables.frames.values():
        if "test_accuracy" in frame:
            frame.loc[frame["architecture"] == "mlp_relu_w5_d10", "test_accuracy"] = 0.1135
    found = adjudicator("C20")(tables)
    assert found["nets"].value == len(CELLS) - 1
    assert found["relu_w5_d10"].value == 0
    assert judged("C20", tables) == NO
    for frame in tables.frames.values():
        if "test_accuracy" in frame:
            frame["test_accuracy"] = 0.1135
    assert adjudicator("C20")(tables)["nets"].value == 0
    assert judged("C20", tables) == OPEN


# C03 and C10: checks without training


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_stack_is_a_loop_over_its_layers(
    activation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checks.stack_of_layers(activation).passed
    monkeypatch.setitem(checks.ACTIVATIONS, activation, np.asarray)
    assert checks.stack_of_layers(activation).value > 0.1


def test_eigenpairs_satisfy_their_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.document_eigenpairs().passed
    assert checks.random_eigenpairs().passed
    values, vectors = np.linalg.eig(MATRIX)
    monkeypatch.setattr(np.linalg, "eig", lambda matrix: (values + 1e-9, vectors))
    assert checks.document_eigenpairs().value == pytest.approx(1e-9, rel=1e-3)
    assert not checks.document_eigenpairs().passed
