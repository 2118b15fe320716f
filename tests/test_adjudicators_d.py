"""Document D's rows in worlds with a known answer."""

import numpy as np
import pytest

import depth_world
from initbench.claims.adjudicators.kit.registry import adjudicator
from initbench.claims.adjudicators.kit.runs import steps_to
from initbench.claims.adjudicators.mnist.arms import main
from initbench.claims.evidence import measure
from initbench.claims.ledger import WORDS
from initbench.claims.verdict import decide
from initbench.tables.read import Tables
from mnist_world import CONSTANT, NET, STEPS, World
from project_ledger import the_ledger
from synthetic import SyntheticTables, checks, curve, join, share

pytestmark = pytest.mark.usefixtures("without_chance")

LEDGER = the_ledger()
TABLES_OF = ("sine", "hadamard", "identity")

YES, PARTLY, NO, OPEN = "reproduced", "partly reproduced", "not reproduced", "inconclusive"


def judged(claim: str, tables: Tables) -> str:
    row = LEDGER.row(claim)
    decision = decide(row.rule, measure([row], tables)[claim])
    return WORDS[decision.key or "inconclusive"]


def every_constant(value: float) -> dict[str, float]:
    names = ("zeros", "ones", "minus_ones", "constant_0.5", "constant_0.1", "constant_0.05")
    names += ("constant_0.01", "constant_2", "constant_minus_0.1")
    return {f"mnist_ablations/{name}": value for name in names}


def in_tables(*values: float) -> dict[str, float]:
    pairs = zip(TABLES_OF, values, strict=True)
    return {f"mnist_ablations/table_{name}": value for name, value in pairs}


def kicks(*rates: float, seeds: int = 20) -> dict[str, object]:
    """Return the accuracies of all-zero runs without noise and with 1e-6 to 1e-2."""
    names = ["mnist_ablations/zeros"]
    names += [f"mnist_kick_{noise}/zeros" for noise in ("1e-6", "1e-5", "1e-4", "1e-3", "1e-2")]
    values = [share(rate, seeds, 0.9, 0.1135) for rate in rates]
    return dict(zip(names, values, strict=True))


def ends(**accuracy: object) -> dict[str, object]:
    """Return final accuracies in the main experiment."""
    return {f"mnist_main/{init}": value for init, value in accuracy.items()}


SPLIT = share(0.5, 20, 0.99, 0.89)  # accuracies so unlike that twenty of them decide nothing
MIXED = share(0.6, 20, 0.6, 0.2)

SCALED = ("xavier", "he_normal")
FAST = {f"mnist_main/{init}": {0.5: 0.96} for init in SCALED}
SLOW = {f"mnist_main/{init}": {1: 0.9, 2: 0.9} for init in SCALED}

WORLDS = [
    # D01 to D08: the baseline and all zeros
    ("D01", YES, {}),
    ("D01", NO, {"accuracy": ends(zeros=0.976)}),
    ("D01", OPEN, {"accuracy": ends(zeros=share(0.05, 20, 0.976, 0.1))}),
    ("D01", OPEN, {"seeds": 2}),
    ("D02", YES, {"accuracy": ends(ones=CONSTANT)}),
    ("D02", PARTLY, {}),
    ("D02", NO, {"accuracy": every_constant(0.5) | ends(zeros=0.5, ones=0.5, minus_ones=0.5)}),
    ("D02", OPEN, {"accuracy": ends(ones=share(0.1, 20, 0.3, CONSTANT))}),
    ("D03", YES, {}),
    ("D03", OPEN, {"accuracy": ends(default=share(0.9, 20, 0.97, 0.1))}),
    ("D03", NO, {"accuracy": ends(default=0.5)}),
    ("D03", OPEN, {"seeds": 5}),
    ("D04", YES, {}),
    ("D04", PARTLY, {"accuracy": in_tables(0.96, 0.96, 0.8)}),
    ("D04", NO, {"accuracy": in_tables(0.5, 0.5, 0.5)}),
    ("D04", OPEN, {"accuracy": {"mnist_ablations/table_sine": SPLIT}}),
    ("D05", YES, {}),
    ("D05", NO, {"accuracy": ends(zeros=0.9, ones=0.9, minus_ones=0.9)}),
    ("D05", OPEN, {"seeds": 5}),
    ("D06", YES, {"accuracy": ends(default=0.95)}),
    ("D06", NO, {}),
    ("D06", NO, {"accuracy": ends(default=0.93)}),
    ("D06", OPEN, {"accuracy": ends(default=SPLIT)}),
    ("D07", YES, {}),
    ("D07", PARTLY, {"epochs": {"mnist_main/zeros": {4: 0.0892}}}),
    ("D07", NO, {"accuracy": ends(zeros=0.3)}),
    ("D07", OPEN, {"seeds": 3}),
    ("D08", YES, {"classes": {"mnist_main/zeros": 10}}),
    ("D08", NO, {}),
    ("D08", OPEN, {"classes": {"mnist_main/zeros": 3}}),
    # D14 to D20: learning curves, one layer of zeros
    ("D14", YES, {"running_lag": 0.001}),
    ("D14", PARTLY, {}),
    ("D15", YES, {"accuracy": ends(default=0.93)}),
    ("D15", NO, {}),
    ("D16", YES, {}),
    ("D16", NO, {"epochs": {"mnist_main/default": {10: 0.5}}}),
    ("D16", OPEN, {"seeds": 10}),
    ("D17", YES, {"accuracy": ends(zero_fc1=0.9)}),
    ("D17", NO, {}),
    ("D17", OPEN, {"accuracy": ends(zero_fc1=MIXED)}),
    ("D17", OPEN, {"seeds": 5}),
    ("D18", YES, {"accuracy": ends(zero_fc1=0.96)}),
    ("D18", NO, {}),
    ("D18", OPEN, {"accuracy": ends(zero_fc1=0.7)}),
    ("D20", YES, {"epochs": {"mnist_main/zeros": {0: 0.1135}}}),
    ("D20", NO, {}),
    # D21 to D27: what happens to constants
    ("D21", YES, {"recorded": {"mnist_main/zeros": {("out.bias", "max_abs"): 0.0}}}),
    ("D21", PARTLY, {}),
    ("D22", PARTLY, {}),
    ("D22", NO, {"recorded": {"mnist_main/zeros": {("fc1.bias", "unique_values"): 2.0}}}),
    ("D23", YES, {}),
    ("D23", NO, {"recorded": {"mnist_main/zeros": {("fc2.weight", "distinct_rows"): 2.0}}}),
    ("D24", YES, {}),
    ("D24", NO, {"accuracy": ends(ones=0.1140)}),
    ("D24", OPEN, {"accuracy": ends(ones=share(0.1, 20, 0.2, CONSTANT))}),
    ("D25", YES, {}),
    ("D25", NO, {"accuracy": ends(ones=0.9)}),
    ("D25", OPEN, {"accuracy": ends(ones=share(0.2, 20, CONSTANT, 0.97))}),
    ("D26", YES, {}),
    ("D26", NO, {"accuracy": ends(ones=CONSTANT)}),
    ("D26", OPEN, {"accuracy": ends(ones=share(0.4, 20, 0.3, 0.1))}),
    ("D27", YES, {}),
    ("D27", NO, {"accuracy": {"mnist_ablations/constant_2": 0.2}}),
    ("D27", NO, {"accuracy": {"mnist_ablations/ones": 0.2}}),
    ("D27", OPEN, {"accuracy": {"mnist_ablations/constant_2": share(0.2, 20, 0.3, CONSTANT)}}),
    # D28 to D34: the plot, symmetry
    ("D28", YES, {}),
    ("D28", NO, {"accuracy": ends(default=0.8)}),
    ("D31", YES, {"accuracy": ends(zero_fc1=0.5)}),
    ("D31", NO, {}),
    ("D31", NO, {"accuracy": ends(zero_fc1=0.972)}),
    ("D32", YES, {"accuracy": ends(zero_fc1=0.9)}),
    ("D32", NO, {}),
    ("D32", OPEN, {"accuracy": ends(zero_fc1=0.9), "seeds": 10}),
    ("D33", YES, {}),
    (
        "D33",
        NO,
        {"recorded": {"mnist_ablations/constant_2": {("out.weight", "distinct_columns"): 2.0}}},
    ),
    ("D34", YES, {}),
    ("D34", PARTLY, {"accuracy": {"mnist_ablations/constant_0.1": 0.25}}),
    ("D34", NO, {"accuracy": {"mnist_ablations/constant_0.1": 0.5}}),
    ("D34", OPEN, {"accuracy": {"mnist_ablations/ones": share(0.2, 20, 0.9, CONSTANT)}}),
    # D37 to D40: noise, remedies
    ("D37", YES, {}),
    ("D37", YES, {"accuracy": kicks(0, 1, 1, 1, 1, 1)}),
    ("D37", NO, {"recorded": {"mnist_main/ones": {("fc1.weight", "distinct_rows"): 3.0}}}),
    ("D37", NO, {"accuracy": kicks(1, 1, 0.5, 0.5, 0, 0)}),
    ("D37", OPEN, {"accuracy": kicks(0, 0, 1, 0, 1, 1)}),
    ("D37", OPEN, {"accuracy": kicks(0, 0, 0, 0, 0, 0)}),
    (
        "D38",
        YES,
        {
            "accuracy": {
                "mnist_ablations/softmax_regression/zeros": 0.1,
                "mnist_ablations/constant_head": 0.1,
            }
        },
    ),
    ("D38", PARTLY, {}),
    ("D39", YES, {"accuracy": in_tables(0.5, 0.5, 0.5)}),
    ("D39", PARTLY, {"accuracy": in_tables(0.5, 0.96, 0.5)}),
    (
        "D39",
        NO,
        {"recorded": {"mnist_ablations/ones": {("fc1.weight", "distinct_rows"): 9.0}}},
    ),
    (
        "D40",
        YES,
        {"epochs": FAST},
    ),
    (
        "D40",
        PARTLY,
        {"epochs": {"mnist_main/xavier": {0.5: 0.96}, "mnist_main/he_normal": {1: 0.9, 2: 0.9}}},
    ),
    ("D40", PARTLY, {"epochs": SLOW}),
    ("D40", NO, {"epochs": SLOW, "deep": depth_world.World(steps={"mlp_depth/*": 79.0})}),
    ("D40", OPEN, {"epochs": FAST, "deep": depth_world.World(steps={"mlp_depth/*": 79.0})}),
    ("D40", OPEN, {"epochs": SLOW, "deep": depth_world.World(steps={"mlp_depth/*": np.inf})}),
    ("D46", YES, {}),
    ("D46", NO, {"seeds": 1}),
    ("D47", YES, {}),
]


@pytest.mark.parametrize(("claim", "expected", "world"), WORLDS)
def test_known_world_gives_its_verdict(claim: str, expected: str, world: dict) -> None:
    assert judged(claim, World(**world).tables()) == expected


def test_constant_nets_that_match_default_refute_the_best_practice() -> None:
    nets = {
        f"mnist_ablations/mnist_net_{name}/zeros": 0.95 for name in ("tanh", "leaky", "sigmoid")
    }
    world = World(accuracy=every_constant(0.96) | nets)
    assert judged("D38", world.tables()) == NO


CHECKED = [
    ("D10", YES, {"mean": 0.13066, "std": 0.30811}),
    ("D10", NO, {"mean": 0.13066, "std": 0.3075}),
    ("D11", YES, {"train_batches": 938, "test_batches": 157}),
    ("D11", NO, {"train_batches": 937, "test_batches": 157}),
    ("D12", YES, {"parameter_count": 109386, "no_softmax": 1}),
    ("D12", NO, {"parameter_count": 109386, "no_softmax": 0}),
    ("D13", YES, {"history_lengths": 3}),
    ("D13", NO, {"history_lengths": 1}),
    ("D19", YES, {"all_zero": 0}),
    ("D19", NO, {"all_zero": 0.1}),
    ("D36", YES, {"symmetric_nonzero": 1, "asymmetric_nonzero": 2}),
    ("D36", OPEN, {"symmetric_nonzero": 1, "asymmetric_nonzero": 1}),
    ("D36", NO, {"symmetric_nonzero": 2, "asymmetric_nonzero": 1}),
    ("D41", NO, {"chapter_exists": 0}),
    ("D41", YES, {"chapter_exists": 1}),
    ("D42", PARTLY, {"first_demonstration": 0}),
    ("D43", YES, {"identifiers_valid": 1}),
    ("D43", NO, {"identifiers_valid": 0}),
    ("D44", NO, {"frontmatter_shown": 0}),
    ("D44", YES, {"frontmatter_shown": 1}),
]
EXPECTED = {"train_batches": 938, "test_batches": 157, "parameter_count": 109386}
EXPECTED |= {"no_softmax": 1, "history_lengths": 3, "all_zero": 0, "mean": 0.13066, "std": 0.30811}


@pytest.mark.parametrize(("claim", "expected", "values"), CHECKED)
def test_checks_give_their_verdict(claim: str, expected: str, values: dict[str, float]) -> None:
    rows = {
        f"{claim.lower()}_{name}": (float(value), float(EXPECTED.get(name, 1)), 1e-4)
        for name, value in values.items()
    }
    assert judged(claim, SyntheticTables({"checks": checks(rows)})) == expected


@pytest.mark.parametrize(
    ("relu", "bias_only", "expected"), [(0, 0, YES), (1, 1, PARTLY), (2, 0, NO), (1, 0, OPEN)]
)
def test_gradients_of_all_zeros_are_judged_on_relu(
    relu: int, bias_only: int, expected: str
) -> None:
    values = {"relu_nonzero_gradients": relu, "relu_out_bias_only": bias_only}
    for name in ("tanh", "sigmoid"):
        values |= {f"{name}_nonzero_gradients": 6, f"{name}_out_bias_only": 0}
    rows = {f"d35_{name}": (float(value), 1.0, 0.0) for name, value in values.items()}
    assert judged("D35", SyntheticTables({"checks": checks(rows)})) == expected


def test_different_orders_are_not_the_same_call() -> None:
    rows = checks({"d47_same_order": (0.0, 1.0, 0.0)})
    assert judged("D47", SyntheticTables({"checks": rows})) == NO


@pytest.mark.parametrize(
    ("points", "steps"),
    [
        ({0: 0.97, 10: 0.98}, 0),
        ({0: 0.1, 10: 0.95, 20: 0.96}, 10),
        ({0: 0.1, 10: 0.90, 20: 1.00}, 15),
        ({0: 0.1, 10: 0.94, 20: 0.94}, 20),
        ({0: 0.1, 10: 0.96, 20: 0.10}, 9.884),
    ],
)
def test_steps_are_interpolated_and_censored_at_the_end(
    points: dict[int, float], steps: float
) -> None:
    points_of = {step: (0.0, accuracy) for step, accuracy in points.items()}
    made = curve("default", points_of, 3, STEPS, **NET)
    tables = SyntheticTables({"mnist_main/curves": join([made])})
    found = steps_to(tables, main("default"), 0.95)
    assert found.to_numpy() == pytest.approx(np.full(3, steps), abs=1e-3)


def test_pairs_are_formed_by_seed_and_not_by_position() -> None:
    step = np.linspace(0, 0.04, 20)
    world = World(accuracy=ends(default=0.95 + step, ones=0.2 + step))
    shuffled = world.frame("mnist_main", "outcomes").sample(frac=1, random_state=1)
    found = adjudicator("D25")(SyntheticTables({"mnist_main/outcomes": shuffled}))["difference"]
    assert found.sample == pytest.approx(np.full(20, 0.75))


def test_a_missing_cell_is_named() -> None:
    outcomes = World().frame("mnist_main", "outcomes")
    frames = {"mnist_main/outcomes": outcomes[outcomes["init"] != "ones"]}
    with pytest.raises(ValueError, match="mnist x mnist_net x ones"):
        adjudicator("D25")(SyntheticTables(frames))
