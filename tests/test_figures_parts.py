"""The parts of the figures: looks, intervals, words, paths, theory, the board."""

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread

from initbench.errors import InitbenchError
from initbench.figures.kit import frames, style, words
from initbench.figures.kit.save import compact, save_png, svg
from initbench.figures.kit.style import stamps
from initbench.figures.mnist.variants import constant
from initbench.figures.pipeline.verdict_board import draw_board
from initbench.figures.propagation.tanh_depth import xavier_rms

FAMILIES = ["default", "xavier", "he_normal", "orthogonal", "zeros", "ones", "zero_fc1", "svd_k2"]


def luminance(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("init", [*FAMILIES, *style.LOOKS, "normal_0.01", "table_sine", "mine"])
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
    ("value", "text"),
    [(1, "1"), (0.5, "0.5"), (100, "100"), (0.03, "0.03"), (1e-3, "10⁻³"), (1e4, "10⁴")],
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
    assert frames.success_rate(np.zeros(10, bool)) == (0, 0, pytest.approx(0.308497, abs=1e-6))


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


ABOUT = {"A": "a post", "D": "a demo"}
VERDICTS = [
    {"id": "A01", "document": "A", "verdict": "reproduced", "reason": "x"},
    {"id": "A02", "document": "A", "verdict": "not testable", "reason": "x"},
    {"id": "D01", "document": "D", "verdict": "not reproduced", "reason": "x"},
]


def test_board_says_every_verdict_by_sign_and_number() -> None:
    board = draw_board(VERDICTS, ABOUT)
    text = svg(board)
    assert "A01 ✓" in text
    assert "D01 ✗" in text
    assert "document A: 1 reproduced, 1 not testable" in board.alt
    assert board.title == "Verdicts on 3 claims"
    assert text == svg(draw_board(VERDICTS, ABOUT))


def test_board_refuses_an_unknown_verdict() -> None:
    with pytest.raises(InitbenchError, match="did you mean 'reproduced'"):
        draw_board([{"id": "A01", "document": "A", "verdict": "reproducd"}], ABOUT)


def test_png_has_a_white_ground(tmp_path: Path) -> None:
    save_png(draw_board(VERDICTS, ABOUT), tmp_path / "board.png", dpi=40)
    pixels = imread(tmp_path / "board.png")
    assert (pixels[0, 0, :3] == 1).all()
    assert (pixels[..., :3] < 0.2).all(axis=-1).any()
