"""Figures: every one draws, says what it shows, and saves to equal bytes that can be inlined."""

import functools
import itertools
import json
import math
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread
from matplotlib.text import Text

from initbench import figures
from initbench.errors import InitbenchError
from initbench.figures import frames, style, words
from initbench.figures.mnist_variants import constant
from initbench.figures.panels import stamps
from initbench.figures.save import compact, svg
from initbench.figures.signal import xavier_rms
from initbench.figures.tables import accuracy_table
from initbench.tables import Tables

SEED_BASE = 2_000_000
TENSORS = [f"{layer}.{kind}" for layer in ("fc1", "fc2", "out") for kind in ("weight", "bias")]
CHAIN = [f"layers.{k}" for k in range(8)]
TINY_INITS = [
    *("default", "default_zero_bias", "xavier", "xavier_shared", "he", "orthogonal"),
    *("orthogonal_shared", "orthogonal_gain_1.5", "orthogonal_first_4", "orthogonal_last_4"),
    *("orthogonal_worst_of_default", "orthogonal_worst_of_xavier"),
]
SKILL = {"default": 0.02, "default_zero_bias": 0.05, "xavier": 0.45, "he": 0.7, "orthogonal": 0.85}
CONSTANTS = ["0.5", "0.1", "0.05", "0.01", "2", "minus_0.1"]
ABLATIONS = [
    *("default", "zero_fc1_weight", "zero_fc2", "zero_head", "zero_weights", "constant_head"),
    *(f"constant_{value}" for value in CONSTANTS),
    *("minus_ones", "zeros", "ones", "constant_0.1_random_bias", "normal_0.01", "xavier"),
    *("he_normal", "table_sine", "table_hadamard", "table_identity"),
]
MAIN = ["default", "zero_fc1", "zeros", "ones", "minus_ones", "xavier", "he_normal"]
OTHER_NETS = {
    "mnist_net_tanh": ["default", "zeros", "zero_fc1"],
    "mnist_net_leaky": ["default", "zeros", "zero_fc1"],
    "mnist_net_sigmoid": ["default", "zeros", "zero_fc1"],
    "mnist_net_dropout": ["default", "constant_0.1"],
    "softmax_regression": ["default", "zeros"],
    "mnist_width_1": ["default"],
}
Cell = tuple[str, str, str]


def product(cells: Iterable[Cell], seeds: int, **axes: Iterable[object]) -> pd.DataFrame:
    """Return one row for each cell, seed and value of every further column."""
    rows = itertools.product(cells, range(SEED_BASE, SEED_BASE + seeds), *axes.values())
    flat = [(*cell, *rest) for cell, *rest in rows]
    return pd.DataFrame(flat, columns=["dataset", "architecture", "init", "seed", *axes])


def luck(frame: pd.DataFrame) -> np.ndarray:
    """Return one uniform number a run, the same in every table."""
    keys = frame.seed.to_numpy() * 7919 + frame["init"].astype(str).map(len).to_numpy() * 104_729
    return (keys * 0.618_033_988_749) % 1


def learns(frame: pd.DataFrame) -> np.ndarray:
    """Return which tiny runs end well."""
    skill = frame["init"].astype(str).map(lambda name: SKILL.get(name, 0.6))
    wide = frame.architecture.astype(str).str.startswith("net_2_8_2")
    return (luck(frame) < skill.to_numpy()) | wide.to_numpy()


def tiny_curves(cells: list[Cell], seeds: int, every: int) -> pd.DataFrame:
    steps = sorted({0, 1, 2, 5, *range(0, 1001, every)})
    frame = product(cells, seeds, step=steps, split=["train", "test"])
    speed = 1 - np.exp(-frame.step / (150 + 200 * luck(frame)))
    good = learns(frame)
    frame["loss"] = np.where(good, 0.75 * (1 - speed) + 0.02, 0.69 + 0.09 * (1 - speed))
    frame["accuracy"] = np.where(good, 0.5 + 0.498 * speed, 0.5 + 0.06 * luck(frame))
    return frame.assign(epoch=frame.step.astype("float32"))


def outcomes(cells: list[Cell], seeds: int, accuracy: object) -> pd.DataFrame:
    frame = product(cells, seeds)
    frame["test_accuracy"] = accuracy(frame)
    stuck = frame.test_accuracy < 0.2
    return frame.assign(
        status=np.where(luck(frame) > 0.99, "diverged", "done"),
        steps=1000,
        test_loss=0.1,
        predicted_classes=np.where(stuck, 1, 10),
        predicted_share=np.where(stuck, 1.0, 0.1),
    )


def tiny_accuracy(frame: pd.DataFrame) -> np.ndarray:
    return np.where(learns(frame), np.where(luck(frame) * 7 % 1 < 0.5, 1.0, 0.995), 0.55)


def scalars(cells: list[Cell], seeds: int, steps: list[int], layers: list[str], quantity: str):
    return product(cells, seeds, step=steps, layer=layers).assign(quantity=quantity, index=0)


def tiny_layers(cells: list[Cell], seeds: int) -> pd.DataFrame:
    return pd.concat(_tiny_layers(cells, seeds), ignore_index=True)


def _tiny_layers(cells: list[Cell], seeds: int) -> Iterable[pd.DataFrame]:
    weights = [f"{layer}.weight" for layer in [*CHAIN, "final"]]
    steps = [0, 1, 5, 10, 100, 1000]
    norms = scalars(cells, seeds, steps, [*weights, "layers.0.bias"], "gradient_norm")
    place = frames.layer_number(norms.layer)
    rate = np.where(norms["init"].str.startswith("orth"), 0.05, 0.6)
    yield norms.assign(value=10 ** ((place - 9) * rate - norms.step / 700) * (0.5 + luck(norms)))
    for index in (0, 1):
        values = scalars(cells, seeds, steps, weights, "singular_value").assign(index=index)
        flat = values["init"].str.startswith("orth") & (values.step == 0)
        spread = (1.2 if index == 0 else 0.35) * (0.5 + luck(values))
        yield values.assign(value=np.where(flat, 1.0, spread * (1 + values.step / 2000)))
    states = ["input", *CHAIN]
    for quantity in ("pc1_share", "pc1_share_grid"):
        shares = scalars(cells, seeds, [0, 1000], states, quantity)
        place = frames.layer_number(shares.layer)
        rest = 0.3 * np.exp(-place * np.where(shares["init"].str.startswith("orth"), 0.1, 1.1))
        yield shares.assign(value=1 - rest * (0.5 + luck(shares)))
    probes = scalars(cells, seeds, [0, 1000], states, "linear_probe")
    gain = np.where(learns(probes), 0.015, 0.0) * frames.layer_number(probes.layer)
    yield probes.assign(value=0.87 + gain * (probes.step > 0))
    codes = scalars(cells, seeds, [0, 1000], ["input", "layers.7"], "knn_accuracy")
    yield codes.assign(value=0.99 + 0.009 * luck(codes))
    for bits, size in {"32": 1e-4, "64": 1e-12}.items():
        errors = scalars(cells, seeds, [0, 1000], ["layers.7"], f"inversion_error_float{bits}")
        yield errors.assign(value=size * 10 ** (2 * luck(errors)))


def mnist_accuracy(frame: pd.DataFrame) -> np.ndarray:
    init, net = frame["init"].astype(str), frame.architecture.astype(str)
    stuck = init.isin(["zeros", "minus_ones", "zero_fc1", "constant_2", "ones"])
    stuck |= init.str.startswith("constant_0.0")
    partly = init.isin(["constant_0.1", "constant_0.5"]) | (net == "mnist_width_1")
    jitter = 0.004 * luck(frame)
    free = net.isin(["softmax_regression", "mnist_net_tanh"])
    levels = np.select([free, stuck, partly], [0.92 + jitter, 0.1135, 0.2 + 10 * jitter])
    return np.where(levels > 0, levels, 0.972 + jitter)


def mnist_curves(cells: list[Cell], seeds: int, epochs: list[float]) -> pd.DataFrame:
    frame = product(cells, seeds, epoch=epochs, split=["train", "test", "running"])
    end, progress = mnist_accuracy(frame), 1 - np.exp(-6 * frame.epoch)
    frame["accuracy"] = 0.098 + (end - 0.098) * progress
    frame["loss"] = np.where(frame["init"] == "ones", 300, 2.3) * (1 - end * progress) + 0.01
    return frame.assign(step=(938 * frame.epoch).round().astype("int32"))


def mnist_layers(cells: list[Cell], seeds: int, epochs: int) -> pd.DataFrame:
    steps = [938 * epoch for epoch in range(epochs + 1)]
    norms = scalars(cells, seeds, steps, TENSORS, "gradient_norm")
    zero = norms["init"].str.startswith("zero") & (norms.layer != "out.bias")
    sizes = scalars(cells, seeds, steps, TENSORS, "max_abs")
    rows = scalars(cells, seeds, steps, ["fc1.weight"], "distinct_rows")
    equal = rows["init"].isin(["zeros", "ones", "minus_ones", "zero_fc1"])
    parts = [
        norms.assign(value=np.where(zero, 0.0, 0.01 + luck(norms))),
        sizes.assign(value=np.where(sizes.layer == "out.bias", sizes.step / 9380, 0.0)),
        rows.assign(value=np.where(equal, 1.0, 128.0)),
    ]
    for layer, size in {"fc1.weight": 128, "fc2.weight": 64}.items():
        chosen = [
            cell for cell in cells if cell[2] in {"default", "xavier", "he_normal", "normal_0.01"}
        ]
        values = product(chosen, seeds, step=[0, steps[-1]], index=range(size), layer=[layer])
        fall = (1 - values["index"] / size) * (1 + values.step / steps[-1]) + 0.02
        parts.append(values.assign(quantity="singular_value", value=fall * (1 + luck(values) / 9)))
    return pd.concat(parts, ignore_index=True)


def signal_layers(seeds: int) -> pd.DataFrame:
    inits = ["default_zero_bias", "xavier_normal", "orthogonal"]
    cells = [("none", f"tanh_mlp_w{width}_d128", init) for width in (2, 64, 256) for init in inits]
    depths = [f"layers.{k}" for k in range(128)]
    frame = product(cells, seeds, step=[0], layer=depths, quantity=["forward_rms", "backward_rms"])
    place = frames.layer_number(frame.layer).to_numpy()
    run = np.where(frame.quantity == "forward_rms", place, 129 - place)
    slope = np.where(frame["init"] == "default_zero_bias", 0.55, 0.0)
    size = np.exp(-slope * run) / np.sqrt(2 * run) * (0.9 + 0.2 * luck(frame))
    return frame.assign(index=0, value=size)


def replay(folder: Path) -> None:
    steps = np.arange(1001)
    ends = {"default": (0.78, 0.6935), "orthogonal": (0.8, 0.0147), "xavier_seed_2": (0.8, 0.03)}
    curves = [
        pd.DataFrame({"run": run, "step": steps}).assign(
            test_loss=b + (a - b) * np.exp(-steps / 150),
            test_accuracy=0.48 if run == "default" else 1 - 0.66 * np.exp(-steps / 150),
        )
        for run, (a, b) in ends.items()
    ]
    pd.concat(curves).to_parquet(folder / "replay_curves.parquet")
    rows = pd.DataFrame(
        itertools.product(["default", "orthogonal"], ["init", "end"], range(8)),
        columns=["run", "moment", "layer"],
    )
    end = rows.moment == "end"
    rows["s1"] = np.where(end, 1.5 + rows.layer / 20, 1.0)
    rows["s2"] = np.where(end, 0.3 + rows.layer / 10, 1.0)
    for rank in (1, 2):
        rows[f"printed_s{rank}"] = (rows[f"s{rank}"] + 2e-5).where(end)
    rows.to_parquet(folder / "replay_spectra.parquet")
    panels().to_parquet(folder / "replay_panels.parquet")


def panels() -> pd.DataFrame:
    angle = np.linspace(0, np.pi, 100)
    x = np.concatenate([np.cos(angle), 1 - np.cos(angle)]) * 1.2 - 0.5
    y = np.concatenate([np.sin(angle), 0.5 - np.sin(angle)]) * 1.6 - 0.4
    side = np.arange(-3, 2.6, 0.5)
    plane = np.array(list(itertools.product(side, side)))
    parts = []
    for run, squeeze in {"default": 0.35, "orthogonal": 0.95}.items():
        for layer in range(9):
            flat, turn = squeeze**layer, 0.5 * layer
            points = pd.DataFrame(
                {"x": x, "y": y, "label": np.repeat([0, 1], 100), "kind": "point"}
            )
            grid = pd.DataFrame({"x": plane[:, 0], "y": plane[:, 1], "label": -1, "kind": "grid"})
            both = pd.concat([points, grid])
            across, up = (
                both.x * np.cos(turn) - both.y * flat,
                both.x * np.sin(turn) + both.y * flat,
            )
            shrink = np.tanh if layer else np.asarray
            parts.append(both.assign(run=run, layer=layer, x=shrink(across), y=shrink(up)))
        fine = np.linspace(-3, 3, 60)
        field = pd.DataFrame(itertools.product(fine, fine), columns=["x", "y"])
        steep = 0.02 if run == "default" else 4
        score = 1 / (1 + np.exp(-steep * (np.sin(2 * field.x) - field.y)))
        parts.append(field.assign(run=run, layer=8, kind="map", label=-1, score=score))
    return pd.concat(parts, ignore_index=True)


def write(folder: Path, experiment: str, **parts: pd.DataFrame) -> None:
    """Write the tables of one experiment with the types of the collected ones."""
    (folder / experiment).mkdir(parents=True)
    for name, frame in parts.items():
        identity = dict.fromkeys(["dataset", "architecture", "init"], "category")
        frame.astype(identity).to_parquet(folder / experiment / f"{name}.parquet")


def build(folder: Path, seeds: int = 7, every: int = 50) -> Path:
    """Write a small but complete set of tables."""
    moons = [("moons", "tanh_chain", init) for init in TINY_INITS]
    names = ("moons_raw", "moons_leak_free", "c_bands", "circles")
    data = [(name, "tanh_chain", init) for name in names for init in ("default", "orthogonal")]
    nets = [("moons", f"net_2_8_2_{kind}", "default") for kind in ("tanh", "relu")]
    probed = [cell for cell in moons if cell[2] in SKILL]
    write(
        folder,
        "tiny_sgd",
        curves=tiny_curves(probed, seeds, every),
        layers=tiny_layers(probed, seeds),
        outcomes=outcomes(moons + data + nets, seeds, tiny_accuracy),
    )
    few = [cell for cell in moons if cell[2] in {"default", "xavier", "orthogonal"}]
    for name in ("tiny_sgd_fast", "tiny_adam", "tiny_minibatch"):
        write(folder, name, outcomes=outcomes(few + nets, seeds, tiny_accuracy))
    pairs = itertools.product("1248", ["0.6", "0.8", "1.0", "1.25"])
    grid = [("moons", "tanh_chain", f"svd_k{k}_s{scale}") for k, scale in pairs]
    write(folder, "tiny_factorial", outcomes=outcomes(grid, seeds, tiny_accuracy))
    main = [("mnist", "mnist_net", init) for init in MAIN]
    epochs = [0, 0.05, *np.arange(1, 10) / 10, 1, 1.5, *range(2, 11)]
    write(
        folder,
        "mnist_main",
        curves=mnist_curves(main, seeds, epochs),
        layers=mnist_layers(main, seeds, 10),
        outcomes=outcomes(main, seeds, mnist_accuracy),
    )
    ablations = [("mnist", "mnist_net", init) for init in ABLATIONS]
    ablations += [("mnist", net, init) for net, inits in OTHER_NETS.items() for init in inits]
    write(
        folder,
        "mnist_ablations",
        layers=mnist_layers(ablations, min(seeds, 3), 3),
        outcomes=outcomes(ablations, min(seeds, 5), mnist_accuracy),
    )
    for place in range(1, 7):
        kicked = [("mnist", "mnist_net", init) for init in ("zeros", "zero_fc1")]
        freed = functools.partial(kicked_accuracy, place=place)
        write(folder, f"mnist_kick_1e-{place}", outcomes=outcomes(kicked, 5, freed))
    write(folder, "signal_tanh_depth", layers=signal_layers(seeds))
    replay(folder)
    return folder


def kicked_accuracy(frame: pd.DataFrame, place: int) -> np.ndarray:
    return np.clip(0.1135 + 0.2 * (6 - place) * (0.8 + 0.4 * luck(frame)), 0, 0.96)


class Complete(Tables):
    """The synthetic tables, without those of the experiments in `without`."""

    def __init__(self, folder: Path, without: tuple[str, ...] = ()) -> None:
        super().__init__(folder)
        self.without = without

    def _load(self, name: str) -> pd.DataFrame:
        if name.split("/")[0] in self.without:
            raise FileNotFoundError(name)
        return super()._load(name)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(build(tmp_path_factory.mktemp("tables")))


@pytest.fixture(scope="module")
def drawings(tables: Tables) -> dict[str, tuple[figures.Drawing, str]]:
    drawn = {name: spec.draw(tables) for name, spec in figures.registry().items()}
    return {name: (drawing, svg(drawing)) for name, drawing in drawn.items()}


NAMES = sorted(figures.registry())
FAMILIES = ["default", "xavier", "he_normal", "orthogonal", "zeros", "ones", "zero_fc1", "svd_k2"]
ORDERED = {
    *("tiny_loss_curves", "tiny_accuracy_curves", "tiny_success_rates", "tiny_spectra"),
    *("tiny_layer_panels_default", "tiny_layer_panels_orthogonal", "tiny_decision_maps"),
    *("tiny_gradient_flow", "tiny_pc1_share", "tiny_factorial_map", "tiny_linear_probe"),
    *("replay_curves", "replay_spectra", "signal_tanh_depth", "mnist_test_curves"),
    *("mnist_loss_curves", "mnist_final_accuracy", "mnist_gradient_norms", "mnist_symmetry"),
    *("mnist_kick", "mnist_constant_sweep", "mnist_steps_to_95", "mnist_spectra"),
    *("mnist_success_rates", "tiny_tasks", "tiny_svd_predictors", "tiny_information"),
    *("mnist_zero_tensors", "mnist_running_accuracy"),
}


def test_registry_lists_every_figure_with_what_it_needs() -> None:
    specs = figures.registry()
    assert set(specs) == ORDERED
    for name, spec in specs.items():
        assert spec.name == name
        assert spec.needs
        assert 0 < len(spec.title) < 80
        assert all(re.fullmatch(r"[A-D]\d\d", claim) for claim in spec.claims)


def test_the_registry_needs_no_torch() -> None:
    code = "import sys; from initbench import figures; figures.registry()"
    check = f"{code}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check]).returncode == 0


def test_a_name_is_taken_once() -> None:
    register = figures.figure(
        name="tiny_loss_curves", needs=["x"], claims=[], title="again", caption=""
    )
    with pytest.raises(InitbenchError, match="rename one"):
        register(lambda tables: figures.registry()["replay_curves"].draw(tables))


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_shows_numbers_and_says_them(name: str, drawings) -> None:
    drawing, _ = drawings[name]
    assert len(drawing.data)
    assert re.search(r"\d", drawing.alt)
    assert not re.search(r"nan|inf\b", drawing.alt)
    assert len(drawing.alt) < 1600
    assert len(drawing.caption) > 40
    assert style.MISSING not in "".join(text.get_text() for text in texts(drawing))


def texts(drawing: figures.Drawing) -> list[Text]:
    return drawing.figure.findobj(Text)


@pytest.mark.parametrize("name", NAMES)
def test_intervals_surround_their_values(name: str, drawings) -> None:
    data = drawings[name][0].data
    if "low" in data:
        assert (data.low <= data.value + 1e-12).all()
        assert (data.value <= data.high + 1e-12).all()
        assert (data.n > 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_svg_is_small_and_follows_the_page(name: str, drawings) -> None:
    text = drawings[name][1]
    assert len(text.encode()) < 150_000
    assert "currentColor" in text
    assert style.INK not in text
    assert "#000000" not in text
    assert "<image" not in text
    assert "<style" not in text
    assert "<text" in text
    assert set(re.findall(r"font-family[:=] ?\"?([^;\"]+)", text)) == {"sans-serif"}
    assert 'role="img"' in text


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_the_figures_own_and_every_link_resolves(name: str, drawings) -> None:
    root = ElementTree.fromstring(drawings[name][1])
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    links = re.findall(r"(?:url\(|href=\")#([\w-]+)", drawings[name][1])
    assert len(ids) == len(set(ids))
    assert all(found.startswith(f"{name}-") for found in ids)
    assert set(links) == set(ids)


@pytest.mark.parametrize("name", NAMES)
def test_headings_and_key_fit_the_width(name: str, drawings) -> None:
    figure = drawings[name][0].figure
    headings = [figure._suptitle, *(text for key in figure.legends for text in key.get_texts())]
    right = max(text.get_window_extent().x1 for text in headings)
    assert right <= figure.bbox.width


@pytest.mark.parametrize("name", ["tiny_pc1_share", "tiny_layer_panels_default", "mnist_kick"])
def test_drawing_twice_gives_equal_bytes(name: str, tables: Tables, drawings) -> None:
    again = figures.registry()[name].draw(tables)
    assert svg(again) == drawings[name][1]


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_grid_gives_an_empty_figure_that_says_so(name: str, tmp_path: Path) -> None:
    drawing = figures.registry()[name].draw(Tables(tmp_path))
    assert style.MISSING in svg(drawing)
    assert drawing.data.empty
    assert "nan" not in drawing.alt


@pytest.mark.parametrize("name", NAMES)
def test_one_seed_and_missing_arms_are_enough(name: str, few: Tables) -> None:
    drawing = figures.registry()[name].draw(few)
    assert "nan" not in drawing.alt
    assert drawing.figure.axes


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Tables of one seed, of the inits default and zeros, without two experiments."""
    folder = build(tmp_path_factory.mktemp("few"), seeds=1, every=500)
    for path in folder.glob("*/*.parquet"):
        frame = pd.read_parquet(path)
        frame[frame["init"].isin(["default", "zeros"])].to_parquet(path)
    return Complete(folder, without=("tiny_adam", "mnist_kick_1e-3", "replay_panels"))


def test_save_writes_svg_csv_and_words(tables: Tables, tmp_path: Path) -> None:
    drawing = figures.registry()["tiny_success_rates"].draw(tables)
    figures.save(drawing, tmp_path / "a.svg", tmp_path / "a.csv")
    words_of = json.loads((tmp_path / "a.json").read_text())
    assert set(words_of) == {"title", "alt", "caption", "claims"}
    assert words_of["title"] == "How often the tanh chain solves two moons"
    assert "A19" in words_of["claims"]
    table = pd.read_csv(tmp_path / "a.csv")
    pd.testing.assert_series_equal(table.value, drawing.data.value, check_index=False, atol=1e-5)
    assert (tmp_path / "a.svg").read_text() == svg(drawing)


def test_success_rates_are_those_of_the_runs(tables: Tables) -> None:
    data = figures.registry()["tiny_success_rates"].draw(tables).data
    runs = tables.outcomes("tiny_sgd").query(
        "dataset == 'moons' and architecture == 'tanh_chain' and init == 'orthogonal'"
    )
    row = data[(data.experiment == "tiny_sgd") & (data["init"] == "orthogonal")].iloc[0]
    assert row.value == (runs.test_accuracy >= 0.99).mean()
    assert row.n == len(runs)


def test_gradient_map_counts_a_seed_of_two_experiments_once(tables: Tables) -> None:
    data = figures.registry()["mnist_gradient_norms"].draw(tables).data
    assert (data[(data["init"] == "default")].n == 7).all()
    zero = data[(data["init"] == "zeros") & (data.layer != "out.bias")]
    assert (zero.value == 0).all()


def luminance(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("init", [*FAMILIES, "normal_0.01", "table_sine", "constant_2", "mine"])
def test_colours_read_on_white_and_on_dark_grey(init: str) -> None:
    value, dark = luminance(style.colour(init)), luminance("#1e1e1e")
    assert 1.05 / (value + 0.05) > 2.8
    assert (value + 0.05) / (dark + 0.05) > 2.8


def test_one_look_an_init() -> None:
    assert style.colour("xavier_normal") == style.colour("xavier")
    assert style.look("zeros") != style.look("zero_fc1")
    assert style.look("default") != style.look("default_zero_bias")
    assert style.look("fixup") == style.look("fixup")
    main = [style.look(init) for init in FAMILIES]
    assert len({drawn.colour for drawn in main}) == len({drawn.marker for drawn in main}) == 8


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1"), (0.5, "0.5"), (100, "100"), (1e-3, "10⁻³"), (1e4, "10⁴")]
)
def test_logarithmic_labels(value: float, text: str) -> None:
    assert style.plain(value) == text


def test_intervals_against_known_answers() -> None:
    centre, low, high = frames.mean_interval(np.array([0.2, 0.4, 0.6]))
    assert centre == pytest.approx(0.4)
    assert (low, high) == (0.0, pytest.approx(0.4 + 4.302653 * 0.2 / math.sqrt(3)))
    assert frames.mean_interval(np.array([0.3])) == (0.3, 0.3, 0.3)
    assert frames.mean_interval(np.array([5.0, 5.0]), top=math.inf) == (5, 5, 5)
    assert frames.median_interval(np.array([3.0, math.nan, 1.0])) == (3, 1, math.inf)
    # Conover (1999): ranks 2 and 9 of ten bound the median with more than 95 %.
    assert frames.median_interval(np.arange(1.0, 11)) == (5.5, 2, 9)
    assert frames.central_range(np.arange(101.0)) == (50, 5, 95)
    assert frames.success_rate(np.zeros(10, bool)) == (0, 0, pytest.approx(0.277533, abs=1e-6))


def test_bands_summarise_each_group() -> None:
    frame = pd.DataFrame({"init": list("aab"), "x": [1.0, 3.0, 7.0]})
    table = frames.bands(frame, ["init"], "x", frames.central_range)
    assert table[["init", "n", "value"]].to_numpy().tolist() == [["a", 2, 2.0], ["b", 1, 7.0]]


def test_thin_keeps_both_ends() -> None:
    kept = frames.thin(pd.DataFrame({"step": np.arange(1001)}), "step", 11).step
    assert kept.tolist() == list(range(0, 1001, 100))


def test_layers_are_numbered_from_the_input_to_the_head() -> None:
    names = pd.Series(["input", "layers.0", "layers.7.weight", "final.weight"])
    assert frames.layer_number(names).tolist() == [0, 1, 8, 9]


@pytest.mark.parametrize(
    ("init", "value"), [("constant_minus_0.1", -0.1), ("ones", 1), ("zeros", 0), ("constant_2", 2)]
)
def test_constants_of_the_sweep(init: str, value: float) -> None:
    assert constant(init) == value


@pytest.mark.parametrize("init", ["constant_0.1_random_bias", "constant_head", "zero_fc1"])
def test_part_constant_inits_are_not_in_the_sweep(init: str) -> None:
    assert math.isnan(constant(init))


def test_words() -> None:
    row = pd.Series({"value": 0.5, "low": 0.4, "high": 0.6, "n": 20})
    assert words.interval(row) == "50.0 % (40.0 % to 60.0 %, n = 20)"
    assert words.number(1.234e-5) == "1.23e-5"
    assert words.listing([]) == style.MISSING


def test_stamps_draw_equal_centres_once() -> None:
    centres = np.array([[0.0, 0.0], [0.0, 1e-9], [5.0, 5.0]])
    triangle = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    path = stamps(centres, triangle, 1.0)
    assert len(path.vertices) == 2 * 4
    assert len(stamps(centres, triangle[:2], 1.0).vertices) == 2 * 2


def absolute(path: str) -> list[tuple[float, float]]:
    """Return the corner points of relative path data made of M, l, h, v and z."""
    points, here = [], np.zeros(2)
    for command, body in re.findall(r"([Mlhvz])([^Mlhvz]*)", path):
        numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", body)]
        if command == "M":
            here = np.array(numbers)
        elif command != "z":
            step = {"l": numbers, "h": [*numbers, 0.0], "v": [0.0, *numbers]}[command]
            here = here + step
        points.append(tuple(here))
    return points


@given(st.lists(st.tuples(*[st.floats(0, 600, allow_subnormal=False)] * 2), min_size=1))
def test_compact_paths_keep_their_points(points: list[tuple[float, float]]) -> None:
    data = "\n".join(f"{'ML'[k > 0]} {x:f} {y:f}" for k, (x, y) in enumerate(points))
    np.testing.assert_allclose(absolute(compact(data)), points, atol=0.0051)


def test_xavier_theory_is_the_limit_of_the_variance_map() -> None:
    """Poole et al. (2016), σ_w² = 1 and σ_b² = 0: q' = E tanh²(√q z) from q₀ = 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(101)
    q = 1.0
    for _ in range(100):
        q = float(weights @ np.tanh(math.sqrt(q) * nodes) ** 2 / math.sqrt(2 * math.pi))
    assert q == pytest.approx(0.00507, abs=5e-5)
    assert xavier_rms(np.array([100.0]))[0] == pytest.approx(math.sqrt(q), rel=0.02)


def test_accuracy_table(tables: Tables) -> None:
    table = accuracy_table(tables, "mnist_main")
    zeros = table[table["init"] == "zeros"].iloc[0]
    assert list(table["mean"]) == sorted(table["mean"], reverse=True)
    assert (zeros["n"], zeros["mean"], zeros["one_class"]) == (7, pytest.approx(0.1135), 1.0)
    assert (table.low <= table["mean"]).all()
    assert (table.minimum <= table["mean"]).all()


VERDICTS = [
    {"id": "A01", "document": "A", "verdict": "reproduced", "reason": "x"},
    {"id": "A02", "document": "A", "verdict": "not testable", "reason": "x"},
    {"id": "D01", "document": "D", "verdict": "not reproduced", "reason": "x"},
]


def test_board_says_every_verdict_by_sign_and_number() -> None:
    board = figures.draw_board(VERDICTS)
    text = svg(board)
    assert "A01 ✓" in text
    assert "D01 ✗" in text
    assert "document A: 1 reproduced, 1 not testable" in board.alt
    assert board.title == "Verdicts on 3 claims"
    assert text == svg(figures.draw_board(VERDICTS))


def test_board_refuses_an_unknown_verdict() -> None:
    with pytest.raises(InitbenchError, match="did you mean 'reproduced'"):
        figures.draw_board([{"id": "A01", "document": "A", "verdict": "reproducd"}])


def test_png_has_a_white_ground(tmp_path: Path) -> None:
    figures.save_png(figures.draw_board(VERDICTS), tmp_path / "board.png", dpi=40)
    pixels = imread(tmp_path / "board.png")
    assert (pixels[0, 0, :3] == 1).all()
    assert (pixels[..., :3] < 0.2).all(axis=-1).any()
