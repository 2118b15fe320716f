"""The contract of every figure found: it draws, says what it shows, and saves to equal bytes."""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from matplotlib.text import Text

from figure_tables import build
from initbench.errors import InitbenchError
from initbench.figures.kit import style
from initbench.figures.kit.registry import Drawing, figure, find, registry
from initbench.figures.kit.save import pdf, save, svg
from initbench.tables.read import Tables
from project_ledger import showing, the_ledger


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(build(tmp_path_factory.mktemp("tables")))


@pytest.fixture(scope="module")
def drawings(tables: Tables) -> dict[str, tuple[Drawing, str]]:
    drawn = {name: spec.draw(tables) for name, spec in registry().items()}
    return {name: (drawing, svg(drawing)) for name, drawing in drawn.items()}


NAMES = sorted(registry())
ASKED = {
    *(
        "tanh_chain_loss_curves",
        "tanh_chain_accuracy_curves",
        "tanh_chain_success_rates",
        "tanh_chain_spectra",
    ),
    *(
        "tanh_chain_layer_panels_default",
        "tanh_chain_layer_panels_orthogonal",
        "tanh_chain_decision_maps",
    ),
    *(
        "tanh_chain_gradient_flow",
        "tanh_chain_pc1_share",
        "tanh_chain_factorial_map",
        "tanh_chain_linear_probe",
    ),
    *("replay_curves", "replay_spectra", "signal_tanh_depth", "mnist_test_curves"),
    *("mnist_loss_curves", "mnist_final_accuracy", "mnist_gradient_norms", "mnist_symmetry"),
    *("mnist_kick", "mnist_constant_sweep", "mnist_steps_to_95", "mnist_spectra"),
    *(
        "mnist_success_rates",
        "tanh_chain_tasks",
        "tanh_chain_svd_predictors",
        "tanh_chain_information",
    ),
    *("mnist_zero_tensors", "mnist_running_accuracy"),
}


def test_registry_lists_every_figure_with_what_it_needs() -> None:
    specs = registry()
    assert set(specs) >= ASKED
    for name, spec in specs.items():
        assert spec.name == name
        assert spec.needs
        assert 0 < len(spec.title) < 80
    named = {figure for row in the_ledger().rows for figure in row.figures}
    assert named <= set(specs)
    assert {name for name in specs if not showing(name)} == {"control_p_values"}


def test_the_registry_needs_no_torch() -> None:
    code = "import sys; from initbench.figures.kit.registry import registry; registry()"
    check = f"{code}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check]).returncode == 0


def test_a_name_is_taken_once() -> None:
    register = figure(name="tanh_chain_loss_curves", needs=["x"], title="again", caption="")
    with pytest.raises(InitbenchError, match="rename one"):
        register(lambda tables: registry()["replay_curves"].draw(tables))


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_shows_numbers_and_says_them(name: str, drawings) -> None:
    drawing, _ = drawings[name]
    assert len(drawing.data)
    assert re.search(r"\d", drawing.alt)
    assert not re.search(r"\b(nan|inf)\b", drawing.alt)
    assert len(drawing.alt) < 1600
    assert len(drawing.caption) > 40
    assert style.MISSING not in "".join(text.get_text() for text in texts(drawing))


def texts(drawing: Drawing) -> list[Text]:
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


@pytest.mark.parametrize(
    "name", ["tanh_chain_pc1_share", "tanh_chain_layer_panels_default", "mnist_kick"]
)
def test_drawing_twice_gives_equal_bytes(name: str, tables: Tables, drawings) -> None:
    again = registry()[name].draw(tables)
    assert svg(again) == drawings[name][1]


def test_save_writes_svg_csv_and_words(tables: Tables, tmp_path: Path) -> None:
    drawing = registry()["tanh_chain_success_rates"].draw(tables)
    save(drawing, tmp_path / "a.svg", tmp_path / "a.csv")
    words_of = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert set(words_of) == {"title", "alt", "caption"}
    assert words_of["title"] == "How often the tanh chain solves two moons"
    assert "A19" in showing("tanh_chain_success_rates")
    table = pd.read_csv(tmp_path / "a.csv")
    pd.testing.assert_series_equal(table.value, drawing.data.value, check_index=False, atol=1e-5)
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == svg(drawing)
    assert (tmp_path / "a.pdf").read_bytes() == pdf(drawing)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_found_by_the_file_that_the_catalogue_names(name: str) -> None:
    assert find(name) is registry()[name]


def test_a_pdf_has_equal_bytes_and_no_date(tables: Tables) -> None:
    first, second = (pdf(registry()["replay_curves"].draw(tables)) for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF")
    assert b"Date" not in first


def test_success_rates_are_those_of_the_runs(tables: Tables) -> None:
    data = registry()["tanh_chain_success_rates"].draw(tables).data
    runs = tables.outcomes("tiny_sgd").query(
        "dataset == 'moons' and architecture == 'tanh_chain' and init == 'orthogonal'"
    )
    row = data[(data.experiment == "tiny_sgd") & (data["init"] == "orthogonal")].iloc[0]
    assert row.value == (runs.test_accuracy >= 0.99).mean()
    assert row.n == len(runs)


def test_gradient_map_counts_a_seed_of_two_experiments_once(tables: Tables) -> None:
    data = registry()["mnist_gradient_norms"].draw(tables).data
    assert (data[(data["init"] == "default")].n == 7).all()
    zero = data[(data["init"] == "zeros") & (data.layer != "out.bias")]
    assert (zero.value == 0).all()
