"""Document C beyond one matrix: products of independent matrices, and activations between."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import pick, success_rate
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import INK, below, canvas, empty, key, lines, logarithmic
from initbench.figures.kit.words import each, number
from initbench.figures.matrices.draws import (
    EXAMPLE_SIZE,
    by_size,
    counted,
    curve,
    gaussian,
    geometric_mean,
    matrices,
    order_range,
    path_bands,
    size_axis,
    sizes,
)
from initbench.tables.read import Tables
from initbench.theory import lyapunov

LAYERS = 50
GROWTH = {"tied": "one matrix: ρ", "untied": "independent matrices"}
STABLE = (0.5, 2.0)  # the ledger's band for a product of 50 layers
BETWEEN = {"tied": "no activation", "tanh": "tanh", "relu": "ReLU"}
DIVISORS = {"": "times A", "_normalised": "times A / ρ"}
BETWEEN_LOOKS = {"tied": "all", "tanh": "real", "relu": "complex"}
FLOOR = -45.0  # decades; curves of vectors that became zero leave the panel here


def _growth(draws: pd.DataFrame) -> pd.DataFrame:
    """Return the geometric mean of the growth a step over √k, with one and with many matrices."""
    root = np.log(draws["size"].astype(float)) / 2
    logs = draws.assign(
        tied=np.log(draws.rho) - root,
        untied=draws.untied_log_growth_50 / LAYERS - root,
    )
    parts = [by_size(logs, name, geometric_mean, panel="growth", group=name) for name in GROWTH]
    return pd.concat(parts, ignore_index=True)


def _factors(draws: pd.DataFrame) -> pd.DataFrame:
    """Return median and central 90 % of the factor of 50 independent matrices, each over its ρ."""
    factors = draws.assign(factor=np.exp(draws.untied_normalised_log_growth_50))
    return by_size(factors, "factor", order_range, panel="factor", group="untied")


@figure(
    name="matrix_tied_untied",
    needs=["matrices"],
    title="One matrix many times, or many matrices once each",
    caption=(
        "Left: geometric mean of the growth a step over √k, with its 95 % t interval; dotted: "
        "exact mean for independent matrices (Newman 1986). Right: factor of 50 independent "
        "matrices, each divided by its own ρ, median and central 90 %; grey: 0.5 to 2."
    ),
)
def draw_tied_untied(tables: Tables) -> Drawing:
    """Draw over k the growth a step, tied and untied, and the factor of a normalised stack."""
    draws = gaussian(matrices(tables, "draws"))
    growth, factors = _growth(draws), _factors(draws)
    drawing, panels = canvas(1, 2, 4.1)
    left, right = panels[0]
    _draw_growth(left, growth)
    _draw_factors(right, factors)
    below(panels, "size k")
    key(drawing, lines(panels), columns=2)
    shown = pd.concat([growth, factors], ignore_index=True)
    words = each(growth, lambda row: f"k = {row['size']:g} {GROWTH[row.group]}", number)
    stacks = each(factors, lambda row: f"k = {row['size']:g}", number)
    alt = f"Growth a step over √k: {words}. Factor of 50 normalised matrices: {stacks}."
    return Drawing(drawing, shown, alt)


def _draw_growth(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set_ylabel("growth a step / √k")
    if frame.empty:
        empty(axes)
        return
    for name, look in {"tied": "real", "untied": "complex"}.items():
        part = frame[frame.group == name]
        curve(axes, part, "size", look, counted(GROWTH[name], part), markevery=1)
    fine = np.geomspace(min(sizes(frame)), max(sizes(frame)), 60)
    theory = np.exp(lyapunov.growth(fine)) / np.sqrt(fine)
    axes.plot(fine, theory, color=INK, lw=1.2, ls=":", label="theory, independent")
    size_axis(axes, sizes(frame))


def _draw_factors(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set_ylabel(f"factor of {LAYERS} layers")
    if frame.empty:
        empty(axes)
        return
    axes.axhspan(*STABLE, color=INK, alpha=0.1, lw=0)
    text = counted("each over its own ρ", frame)
    curve(axes, frame, "size", "complex", text, markevery=1)
    size_axis(axes, sizes(frame))
    logarithmic(axes)


def _paths(tables: Tables) -> pd.DataFrame:
    """Return the bands of Gaussian 5 × 5 draws with each activation, as A and as A/ρ."""
    kinds = [name + divisor for name in BETWEEN for divisor in DIVISORS]
    wanted = {"kind": kinds, "quantity": "log10_norm", "dominant": "all"}
    paths = pick(gaussian(matrices(tables, "paths")), **wanted)
    return path_bands(paths[paths["size"] == EXAMPLE_SIZE]).assign(panel="path")


def _ends(tables: Tables) -> pd.DataFrame:
    """Return by size the log10 growth over 100 steps with each activation, as A and as A/ρ."""
    draws = gaussian(matrices(tables, "draws"))
    normalised = draws.log_growth_100 - 100 * np.log(draws.rho)
    draws = draws.assign(tied_log_growth_100=draws.log_growth_100)
    draws = draws.assign(tied_normalised_log_growth_100=normalised)
    parts = []
    for kind in (name + divisor for name in BETWEEN for divisor in DIVISORS):
        decades = draws.assign(decades=draws[f"{kind}_log_growth_100"] / np.log(10))
        parts.append(by_size(decades, "decades", order_range, panel="end", kind=kind))
    return pd.concat(parts, ignore_index=True)


@figure(
    name="matrix_nonlinear",
    needs=["matrices"],
    title="The same matrix with an activation after each multiplication",
    caption=(
        "log₁₀ |x_N| / |x₀|, median and central 90 % over draws. Top: over 100 steps of 5 × 5 "
        "matrices. Bottom: after 100 steps, by size. Left by A, right by A / ρ. A band that ends "
        "at the lower edge holds vectors that ReLU has made exactly zero."
    ),
)
def draw_nonlinear(tables: Tables) -> Drawing:
    """Draw log10 growth with tanh, ReLU and nothing between the steps, over N and over k."""
    paths, ends = _paths(tables), _ends(tables)
    drawing, panels = canvas(2, 2, 6.6, sharex="row")
    for column, (divisor, words) in zip(panels.T, DIVISORS.items(), strict=True):
        _draw_activations(column[0], paths, divisor, "step")
        _draw_activations(column[1], ends, divisor, "size")
        column[0].set_title(counted(f"{words}, k = {EXAMPLE_SIZE}", paths), fontsize=10)
        column[1].set_title(counted(f"{words}, N = 100", ends), fontsize=10)
        column[0].set_xlabel("multiplications N")
        column[1].set_xlabel("size k")
    for row in panels:
        row[0].set_ylabel("log₁₀ |x| / |x₀|")
    key(drawing, lines(panels))
    zero = _zeros(tables)
    data = pd.concat([paths.drop(columns="dominant"), ends, zero], ignore_index=True)
    few = ends[(ends["size"] == EXAMPLE_SIZE) & np.isfinite(ends.value)]
    words = each(few, lambda row: _kind(row.kind), _decades)
    shares = each(zero, lambda row: f"k = {row['size']:g}")
    alt = f"log10 growth over 100 steps at k = {EXAMPLE_SIZE}: {words}. Zero after ReLU: {shares}."
    return Drawing(drawing, data, alt)


def _kind(kind: str) -> str:
    name = kind.removesuffix("_normalised")
    return f"{BETWEEN[name]}, {DIVISORS[kind.removeprefix(name)]}"


def _decades(value: float) -> str:
    return number(value) if np.isfinite(value) else "x = 0"


def _zeros(tables: Tables) -> pd.DataFrame:
    """Return by size the share of draws that ReLU has turned to exactly zero after 100 steps."""
    draws = gaussian(matrices(tables, "draws"))
    zero = draws.assign(zero=draws.relu_log_growth_100 == -np.inf)
    return by_size(zero, "zero", success_rate, panel="zero", kind="relu")


def _draw_activations(axes: Axes, frame: pd.DataFrame, divisor: str, x: str) -> None:
    if frame.empty:
        empty(axes)
        return
    for name, text in BETWEEN.items():
        part = frame[frame.kind == name + divisor].copy()
        part[["value", "low"]] = part[["value", "low"]].clip(lower=FLOOR)
        curve(axes, part, x, BETWEEN_LOOKS[name], text)
    axes.set_ylim(bottom=max(axes.get_ylim()[0], FLOOR))
    if x == "size":
        size_axis(axes, sizes(frame))
