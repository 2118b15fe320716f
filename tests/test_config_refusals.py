"""What config.yaml cannot mean: each mistake is refused at once, in one sentence that helps."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from initbench.errors import InitbenchError
from initbench.grid import config as grid
from workflow_grid import MNIST, ROOT, lay, snakemake, tiny, write_config

pytestmark = pytest.mark.workflow
Edit = Callable[[dict[str, Any]], None]
INF, NAN = float("inf"), float("nan")


def small() -> dict[str, Any]:
    """Return a small sound config with an entry of every kind."""
    config = tiny()
    config["datasets"] |= {
        "mnist": dict(MNIST),
        "mnist_5k": {"source": "mnist_subset", "train": 500, "test": 200, "mean": 0.1, "std": 0.3},
        "recall": {"source": "delayed_recall", "steps": 5, "classes": 2, "train": 20, "test": 20},
        "adding": {"source": "adding", "steps": 5, "train": 20, "test": 20},
        "signal": {"source": "signal_1d", "points": 16},
        "rare": {"source": "gaussian_classes", "classes": 2, "ratio": 9, "features": 3}
        | {"train": 20, "test": 20},
    }
    config["architectures"] |= {
        "mlp": {"family": "mlp", "inputs": 2, "width": 4, "depth": 2, "activation": "relu"},
        "net": {"family": "mnist_net", "hidden": [8, 8], "dropout": 0.1},
        "blocks": {"family": "residual", "blocks": 2},
        "attention": {"family": "transformer", "norm": "pre", "layers": 2},
        "siren": {"family": "siren", "omega": 30.0},
    }
    config["inits"] |= {
        "normal": {"method": "normal", "std": 0.1},
        "svd": {"method": "svd", "condition_number": 2, "scale": 1.0},
        "sparse": {"method": "sparse", "connections": 2},
        "constant": {"method": "constant", "value": 0.5},
        "some": {"method": "orthogonal", "layers": [0, 1]},
        "prior": {"method": "output_bias", "head": [9, 1]},
    }
    config["protocols"]["tuned"] = {
        "epochs": 2, "batch": 8, "learning_rate": [0.1, 0.01], "momentum": 0.9,
        "tuning": {"seeds": 2, "held_out": 0.2}, "kick": {"after_epoch": 1, "std": 0.1},
    }  # fmt: skip
    crossing = {"datasets": ["moons"], "architectures": ["mlp"], "inits": ["normal"]}
    config["experiments"]["second"] = {
        "bed": "mnist", "protocol": "tuned", "grid": [{**crossing, "seeds": 4, "block": 2}],
    }  # fmt: skip
    config["probes"] = {
        "signals": {"bed": "propagation", "measure": "propagation", "inits": ["normal"], "draws": 2}
        | {"activations": ["tanh"], "widths": [4], "depth": 3},
    }
    config["matrices"] = {
        "gaussian_2": {"bed": "matrices", "kind": "gaussian", "size": 2, "draws": 10, "steps": 300},
        "document_c": {"bed": "matrices", "kind": "document_c", "starts": 10, "steps": 300},
    }
    config["reduce"] = {
        "seeds": {"tanh_chain": 1}, "epochs": {"mnist": 1}, "train_samples": 100,
        "draws": {"propagation": 1, "matrices": 2},
    }  # fmt: skip
    return config


def put(place: str, value: object) -> Edit:
    """Return the edit that sets the value at keys that are divided by blanks."""
    *holders, last = place.split(" ")

    def edit(config: dict[str, Any]) -> None:
        inner: Any = config
        for key in holders:
            inner = inner[int(key) if isinstance(inner, list) else key]
        inner[last] = value

    return edit


def drop(place: str, last: str) -> Edit:
    def edit(config: dict[str, Any]) -> None:
        inner: Any = config
        for key in place.split():
            inner = inner[key]
        del inner[last]

    return edit


SGD, TUNED, GRID = "protocols sgd", "protocols tuned", "experiments second grid 0"
PROBE = "probes signals"

# The place and the value put there, with the sentence as a regular expression.
VALUES: list[tuple[str, object, str]] = [
    # types and bounds of the top level
    ("results", 7, "at results: 7 is not of type 'string'"),
    ("reports", ["a"], r"at reports: \['a'\] is not of type 'string'"),
    ("results", "", "at results: '' should be non-empty"),
    ("documents", [], r"at documents: \[\] should be non-empty"),
    ("documents", ["A", "A"], "has non-unique elements"),
    ("documents", "A", "at documents: 'A' is not of type 'array'"),
    ("seed_base", -1, "-1 is less than the minimum of 0"),
    ("seed_base", 2**63, f"at seed_base: {2**63} is greater than the maximum of 3899999"),
    ("seed_base", 3_899_998, r"4 seeds from seed_base = 3899998 on reach 3900001, but seeds from"),
    ("seed_base", 2e6, "2000000.0 is not of type 'integer'"),
    ("seed_base", True, "True is not of type 'integer'"),
    ("without", ["tiny", "second"], "`without` leaves out all experiments"),
    ("without", ["tiny", "tiny"], "non-unique"),
    ("without", ["tniy"], "did you mean 'tiny'"),
    # names
    ("inits good\n", {"method": "default"}, r"'good\\n' does not match .*; give a name of at most"),
    (f"inits {'x' * 300}", {"method": "default"}, r"'x+…? is too long; give a name of at most 60"),
    ("inits .hidden", {"method": "default"}, r"'\.hidden' does not match"),
    ("inits dot.", {"method": "default"}, r"'dot\.' does not match"),
    ("inits ..", {"method": "default"}, "does not match"),
    ("inits ünlaut", {"method": "default"}, "'ünlaut' does not match"),
    ("inits con", {"method": "default"}, "'con' is no name of a file on Windows"),
    ("inits NUL.1", {"method": "default"}, r"'NUL\.1' is no name of a file on Windows"),
    ("inits Normal", {"method": "default"}, "'normal' and 'Normal' are one name where case"),
    # protocols
    (
        f"{SGD} learning_rate",
        INF,
        "at protocols.sgd.learning_rate: inf is not valid here; give",
    ),
    (f"{SGD} learning_rate", NAN, "nan is not valid here; give a learning rate above 0"),
    (f"{SGD} learning_rate", "1e-3", "'1e-3' is not valid here; .* 1.0e-3 and not 1e-3"),
    (f"{SGD} learning_rate", 0, "0 is less than or equal to the minimum of 0"),
    (f"{SGD} learning_rate", 1e300, r"1e\+300 is greater than the maximum of 1000000"),
    (f"{SGD} learning_rate", True, "True is not valid here"),
    (f"{TUNED} learning_rate", [0.1, INF], "inf is not of type 'number'"),
    (f"{TUNED} learning_rate", [0.1, 0.1], "non-unique"),
    (f"{TUNED} learning_rate", [0.1], "too short|is not of type"),
    (f"{TUNED} learning_rate", 0.1, "one rate must not have it"),
    (f"{SGD} learning_rate", [0.1, 0.2], "a list of rates needs `tuning`"),
    (f"{SGD} epochs", 10**15, f"{10**15} is greater than the maximum of 1000000; give a number of"),
    (f"{SGD} epochs", 2.0, "2.0 is not of type 'integer'"),
    (f"{SGD} epochs", -1, "-1 is less than the minimum"),
    (f"{SGD} batch", 10**12, "is greater than the maximum"),
    (f"{SGD} batch", "ful", "'ful' is not valid here; give full, or a number"),
    (f"{TUNED} batch", 65, "batches of 65, but trains on 64 samples; take smaller batches"),
    (f"{TUNED} momentum", 1.0, "1.0 is greater than or equal to the maximum of 1"),
    (f"{TUNED} momentum", NAN, "nan is not of type 'number'"),
    (f"{TUNED} optimizer", "adam", "momentum 0.9, but the optimizer adam takes none"),
    (f"{SGD} loss", "mae", "Unknown loss 'mae'; did you mean 'mse'"),
    (f"{TUNED} tuning seeds", 10**12, "is greater than the maximum of 1000"),
    (f"{TUNED} tuning held_out", 1.0, "1.0 is greater than or equal to the maximum of 1"),
    (f"{TUNED} tuning held_out", NAN, "nan is not of type 'number'"),
    (f"{TUNED} tuning held_out", 0.001, "holds out 0.001 of 80 .*leave at least one sample"),
    (f"{TUNED} tuning held_out", 0.999, "trains on 0; leave at least one sample on either side"),
    (f"{TUNED} kick std", INF, "at protocols.tuned.kick.std: inf is not of type 'number'"),
    (f"{TUNED} kick std", -0.1, "less than the minimum of 0"),
    (f"{TUNED} kick after_epoch", 3, "A protocol of 2 epochs has a kick after epoch 3"),
    (f"{TUNED} kick after_epoch", 0.5, "0.5 is not of type 'integer'"),
    (f"{SGD} evaluate train", [NAN], "nan is not of type 'number'; give a list of epochs"),
    (f"{SGD} evaluate train", [INF], "inf is not of type 'number'"),
    (f"{SGD} evaluate train", [-1], "-1 is less than the minimum of 0"),
    (f"{SGD} evaluate train", [0, 0], "non-unique"),
    (f"{SGD} evaluate train", [], r"\[\] (is too short|should be non-empty)"),
    (f"{SGD} evaluate train", "each\n", r"'each\\n' does not match"),
    (f"{SGD} evaluate train", "every 0", "'every 0' does not match"),
    (f"{SGD} evaluate train", "every 21", "A protocol of 20 epochs looks at 'train' at epoch 21"),
    (f"{SGD} evaluate train", [0, 20.5], "at protocols.sgd: A protocol of 20 .* at epoch 20.5"),
    (f"{SGD} record states", [21], "A protocol of 20 epochs looks at 'states' at epoch 21"),
    # experiments
    (f"{GRID} also", {"record": {"states": [3]}}, "grid.0: A protocol of 2 .* at epoch 3"),
    (f"{GRID} seeds", 10**12, f"{10**12} is greater than the maximum of 100000; give a number of"),
    (f"{GRID} seeds", 0, "0 is less than the minimum of 1"),
    (f"{GRID} block", 10**9, "is greater than the maximum of 10000; give a block of 1 to 10000"),
    (f"{GRID} block", 8, "4 seeds in blocks of 8; make `seeds` a multiple of `block`, .* 8"),
    (f"{GRID} inits", ["normal", "normal"], "non-unique"),
    (f"{GRID} inits", [], "non-empty|too short"),
    (f"{GRID} inits", "normal", "'normal' is not of type 'array'"),
    ("experiments second bed", "mnist\n", r"'mnist\\n' does not match"),
    ("experiments second bed", "mnits", "Unknown bed 'mnits'; did you mean 'mnist'"),
    ("probes signals bed", "signal", "Unknown bed 'signal'"),
    ("matrices gaussian_2 bed", "matrix", "Unknown bed 'matrix'; did you mean 'matrices'"),
    ("beds mnist", {"title": "x"}, "at beds.mnist: Bed 'mnist' has experiments but no `success`"),
    ("beds mnist success", 1.5, "1.5 is greater than the maximum of 1"),
    ("experiments second protocol", 3, "3 is not of type 'string'"),
    # the preview
    (
        "reduce seeds",
        {"layer_norm": 1},
        "at reduce.seeds.layer_norm: Unknown bed 'layer_norm'",
    ),
    ("reduce seeds", {"second": 1}, "Unknown bed 'second'"),
    ("reduce seeds", {"tanh_chain": 10**12}, "is greater than the maximum of 100000"),
    ("reduce epochs", {"residual": 1}, "at reduce.epochs.residual: Unknown bed"),
    ("reduce epochs", {"mnist": 0}, "A protocol of 0 epochs has a kick after epoch 1"),
    ("reduce draws", {"tanh_chain": 1}, "at reduce.draws.tanh_chain: Unknown bed"),
    ("reduce train_samples", 99, "99 is less than the minimum of 100"),
    # data
    (
        "datasets moons samples",
        10**12,
        f"'samples' of a data set is {10**12}; give a number of 4",
    ),
    ("datasets moons samples", 10**400, "'samples' of a data set is 1000"),
    ("datasets moons samples", 100.0, "give a whole number"),
    ("datasets moons samples", True, "'samples' of a data set is True"),
    ("datasets moons noise", INF, "'noise' of a data set is inf; give a number of 0 or more"),
    ("datasets moons noise", NAN, "'noise' of a data set is nan"),
    ("datasets moons noise", "1e-1", "'noise' of a data set is '1e-1'"),
    ("datasets moons standardize", ["all"], r"Unknown value of 'standardize'"),
    ("datasets moons test_share", 0.99, "has less than two to train on"),
    ("datasets mnist_5k train", 10**6, "'train' of a data set is 1000000; .* at most 60000"),
    ("datasets mnist_5k train", 59_995, "59995 of 60000, .* give 60000, or at most 59990"),
    ("datasets mnist_5k test", 10_001, "'test' of a data set is 10001; .* at most 10000"),
    ("datasets mnist_5k std", 0, "'std' of a data set is 0"),
    ("datasets mnist_5k mean", NAN, "'mean' of a data set is nan"),
    ("datasets mnist_5k layout", {}, "Unknown value of 'layout'"),
    ("datasets mnist name", ["MNIST"], "Unknown value of 'name'"),
    ("datasets mnist std", [0.1, INF], "'std' of a data set is inf"),
    ("datasets mnist mean", [], "'mean' of MNIST has 0 values"),
    ("datasets recall steps", 10**9, "'steps' of a data set is 1000000000"),
    ("datasets recall classes", 1, "'classes' of a data set is 1"),
    ("datasets adding train", 10**15, "'train' of a data set is 1000000000000000"),
    ("datasets adding train", 10**7 + 1, "at most 10000000"),
    ("datasets rare ratio", 0, "'ratio' of a data set is 0"),
    (
        "datasets rare ratio",
        999,
        "The rarest of 2 classes at a ratio of 999 has no sample",
    ),
    ("datasets rare classes", 1001, "'classes' of a data set is 1001"),
    ("datasets rare classes", 500, "The rarest of 500 classes .* has no sample"),
    ("datasets rare features", 10**9, "'features' of a data set is 1000000000"),
    ("datasets signal points", 1, "'points' of a data set is 1"),
    # architectures
    ("architectures mlp depth", 10**9, "depth = 1000000000, but expects .* at most 1000"),
    ("architectures mlp width", 10**9, "width = 1000000000, but expects .* at most 100000"),
    ("architectures mlp depth", 2.0, "depth = 2.0, but expects a whole number"),
    ("architectures mlp depth", True, "depth = True, but expects a whole number"),
    ("architectures mlp activation", "rleu", "Unknown activation 'rleu'; did you mean 'relu'"),
    ("architectures mlp activation", None, "activation = None, but expects a text"),
    ("architectures net dropout", 1.0, "dropout = 1.0, but expects a number of at least 0"),
    ("architectures net dropout", NAN, "dropout = nan"),
    ("architectures net hidden", [], r"hidden = \[\], but expects a list"),
    ("architectures net hidden", [8, 10**12], "at most 100000"),
    ("architectures blocks blocks", 10**9, "blocks = 1000000000, but expects .* at most 1000"),
    ("architectures attention layers", 10**9, "layers = 1000000000, but expects .* at most 1000"),
    ("architectures attention norm", "both", "norm = 'both', but expects 'pre' or 'post'"),
    ("architectures siren omega", INF, "omega = inf, but expects a number above 0"),
    # inits
    ("inits normal std", INF, "at inits.normal: .*std = inf, but expects a number above 0"),
    ("inits normal std", NAN, "std = nan"),
    ("inits normal std", 1e300, r"std = 1e\+300, but .* \(at most 1e\+30"),
    ("inits normal std", 10**400, "std = 1000"),
    ("inits normal std", "1e-3", "std = '1e-3', but expects .* 1.0e-3 and not 1e-3"),
    ("inits svd condition_number", 0.5, "a number of at least 1"),
    ("inits sparse connections", 10**12, "connections = 1000000000000, but expects"),
    ("inits constant value", -INF, "value = -inf, but expects a finite number"),
    ("inits some layers", [0, 0], "none of them twice"),
    ("inits some layers", [-1], "of at least 0"),
    ("inits some layers", [], "a list of whole numbers"),
    ("inits prior head", [9, NAN], "each item a number above 0"),
    # measurements
    (f"{PROBE} draws", 10**12, "is greater than the maximum of 100000; give a number of draws"),
    (f"{PROBE} depth", 10**9, "depth = 1000000000, but expects .* at most 1000"),
    (f"{PROBE} widths", [4, 4], r"has a value twice in widths = \[4, 4\]; remove one"),
    (f"{PROBE} activations", ["tahn"], "Unknown activation 'tahn'; did you mean 'tanh'"),
    (f"{PROBE} measure", "spectrum", "did you mean 'spectra'"),
    ("matrices gaussian_2 size", 10**9, "`size: 1000000000` but needs .*1000 is the most"),
    ("matrices gaussian_2 draws", 10**12, "1000000 is the most"),
    ("matrices gaussian_2 draws", True, "`draws: True` but needs a whole number"),
    ("matrices gaussian_2 steps", 10**15, "100000 is the most"),
    ("matrices document_c starts", 0, "needs a whole number of at least 1"),
]
EDITS: list[tuple[Edit, str]] = [
    *((put(place, value), words) for place, value, words in VALUES),
    (
        lambda c: c["datasets"].update(Moons=c["datasets"]["moons"]),
        "at datasets.Moons: 'moons' and 'Moons' are one name where case does not count",
    ),
    *(
        (
            lambda c, name=name: c["experiments"].update({name: c["experiments"].pop("second")}),
            f"at experiments.{name}: '{name}' already names other tables",
        )
        for name in ("checks", "replay", "matrices", "Probes")
    ),
    *(
        (
            lambda c, name=name: c["probes"].update({name: c["probes"].pop("signals")}),
            f"at probes.{name}: '{name}' already names other tables",
        )
        for name in ("tiny", "checks")
    ),
    (
        lambda c: c["datasets"]["recall"].update(train=10**7, steps=10**4, classes=1000),
        "has [0-9]+ numbers, but 1000000000 is the most; make it smaller",
    ),
    (
        lambda c: (
            c["experiments"]["second"]["grid"][0].update(datasets=["mnist_5k"]),
            c["protocols"]["tuned"]["tuning"].update(held_out=0.003),
        ),
        "holds out 0.003 of 100 training samples and trains on 100; leave at least one",
    ),
    (drop("datasets mnist", "std"), "needs the key 'std'"),
    (drop("inits normal", "std"), "'std'"),
    (drop(TUNED, "tuning"), "a list of rates needs `tuning`"),
    (drop("reduce", "draws"), "'draws' is a required property"),
    (put("inits 7", None), "None is not of type 'object'"),
]  # fmt: skip


def refusal(config: dict[str, Any], *more: Any) -> str:
    with pytest.raises(InitbenchError) as caught:
        grid.validate(config, ROOT, *more)
    return str(caught.value)


def test_the_small_config_is_sound():
    grid.validate(small(), ROOT)


@pytest.mark.parametrize("number", range(len(EDITS)))
def test_what_a_config_cannot_mean_is_refused_in_one_sentence(number: int):
    edit, words = EDITS[number]
    config = small()
    edit(config)
    message = refusal(config)
    assert re.search(words, message), message
    assert message.startswith("In config.yaml at ")
    assert len(re.findall(r"[.?!](?=\s+[A-Z]|$)", message)) == 1
    assert "\n" not in message
    assert len(message) < 420


def test_a_grid_of_endless_jobs_is_refused_before_it_is_laid_out():
    config = small()
    for kind, most in (("architectures", 400), ("inits", 400)):
        first = next(iter(config[kind].values()))
        names = {f"{kind}_{k}": first for k in range(most)}
        config[kind] |= names
        config["experiments"]["second"]["grid"][0][kind] = list(names)
    config["experiments"]["second"]["grid"][0] |= {"seeds": 100_000, "block": 1}
    message = refusal(config)
    assert "at experiments.second: With this experiment the grid has 16000000003 jobs" in message


def test_an_edge_of_each_bound_is_taken():
    config = small()
    for place, value in (
        ("seed_base", 3_899_996), ("protocols sgd epochs", 1_000_000),
        ("protocols sgd evaluate train", [0, 20, 1_000_000]), ("protocols tuned batch", 64),
        ("datasets mnist_5k train", 60_000), ("datasets mnist_5k test", 9_990),
        ("architectures mlp depth", 1000), ("architectures net dropout", 0),
        ("inits normal std", 1.0e-30), (f"inits {'x' * 60}", {"method": "default"}),
        ("without", ["second"]), (f"{GRID} block", 4),
    ):  # fmt: skip
        put(place, value)(config)
    grid.validate(config, ROOT)


def test_a_mistake_is_found_in_the_file_that_says_it(tmp_path: Path):
    own, over = tmp_path / "config.yaml", tmp_path / "over.yaml"
    write_config(tmp_path, small())
    over.write_text("protocols:\n  sgd:\n    epochs: 0.5\n", encoding="utf-8")
    config = small()
    config["protocols"]["sgd"]["epochs"] = 0.5
    assert f"In {over}, line 3, column 5, at protocols.sgd.epochs:" in refusal(config, [own, over])
    config = small()
    config["inits"]["normal"]["std"] = 0
    text = own.read_text(encoding="utf-8").splitlines()
    line = text.index("  normal:") + 1
    assert f"In {own}, line {line}, column 3, at inits.normal:" in refusal(config, [own, over])
    assert "In --config at inits.normal:" in refusal(config, [own, over], ["inits"])


# The same through the snakemake command


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(tmp_path_factory.mktemp("refused") / "project")


def _twin_key(project: Path) -> None:
    with (project / "config.yaml").open("a", encoding="utf-8") as file:
        file.write("seed_base: 1\n")


def _number_as_folder(project: Path) -> None:
    write_config(project, {**tiny(), "results": 7})


def _misspelt_need(project: Path) -> None:
    ledger = project / "workflow/claims/documents/a.yaml"
    text = ledger.read_text(encoding="utf-8")
    ledger.write_text(text.replace("needs: [tiny_sgd]", "needs: [tiny_sdg]", 1), encoding="utf-8")


def _checks_without_mnist(project: Path) -> None:
    write_config(project, tiny())


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        (_twin_key, "config.yaml, line 71, column 1: here is the key 'seed_base' twice"),
        (_number_as_folder, "config.yaml, line 2, column 1, at results: 7 is not of type 'string'"),
        (_misspelt_need, "'tiny_sdg'; did you mean 'tiny_sgd'?"),
        (_checks_without_mnist, "no entry for MNIST, which the claims that are checked"),
    ],
)
def test_a_run_ends_before_its_first_job(
    project: Path, tmp_path: Path, mistake: Callable[[Path], None], expected: str
):
    write_config(project, tiny())
    ledger = project / "workflow/claims/documents/a.yaml"
    before = ledger.read_bytes()
    mistake(project)
    status, output = snakemake(project, "results/tables/checks.parquet")
    ledger.write_bytes(before)
    assert status != 0
    (message,) = re.findall(r"^ *initbench: (.*)$", output, re.MULTILINE)
    assert expected in message
    assert "Traceback" not in output
    assert not (project / "results").exists()
