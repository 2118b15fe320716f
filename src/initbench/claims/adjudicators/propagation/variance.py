"""Rows of document B about inits that are said to keep the variance from layer to layer."""

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.kit.extremes import highest_upper, lowest_lower
from initbench.claims.adjudicators.kit.probes import (
    TINY,
    Net,
    by_layer,
    line_slopes,
    log_slopes,
    ratios,
)
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.statistics import Estimate, mean, median, proportion
from initbench.statistics.estimate import FloatArray
from initbench.tables.read import Tables

WIDTHS = (16, 32, 64, 128, 256, 512, 1024)
RELU_VARIANTS = ("leaky_relu_0.01", "leaky_relu_0.2", "elu", "gelu", "silu")


@adjudicates("B21")
def gain_over_width(tables: Tables) -> dict[str, Estimate]:
    """Return the exponents with which the gain of a ReLU layer grows with width."""
    fixed, he = width_gains(tables, "normal_0.1768"), width_gains(tables, "he_normal")
    return {
        "fixed_std": mean(_exponent(fixed)),
        "he": mean(_exponent(he)),
        "fixed_gain_16": mean(10 ** fixed[16]),
        "fixed_gain_64": mean(10 ** fixed[64]),
        "fixed_gain_1024": mean(10 ** fixed[1024]),
    }


def width_gains(tables: Tables, init: str) -> pd.DataFrame:
    """Return log10 of the gain of the rms a layer over layers 1 to 10, draws x widths."""
    nets = {width: Net(init, "relu", "signal_widths", width) for width in WIDTHS}
    moments = {width: by_layer(tables, net, "second_moment") for width, net in nets.items()}
    return pd.DataFrame({width: log_slopes(m.loc[:, :10]) / 2 for width, m in moments.items()})


def _exponent(gains: pd.DataFrame) -> "pd.Series[float]":
    return line_slopes(gains.set_axis(np.log10(gains.columns.to_numpy(float)), axis="columns"))


@adjudicates("B27")
def xavier_with_sigmoid(tables: Tables) -> dict[str, Estimate]:
    """Return what Xavier leaves of the variance across samples over 19 sigmoid layers."""
    net = Net("xavier_normal", "sigmoid")
    gradient = by_layer(tables, net, "state_gradient_rms") ** 2
    second = by_layer(tables, net, "second_moment")
    return {
        **_variance_kept(tables, "sigmoid"),
        "gradient_ratio": median(ratios(gradient, at=1, over=20)),
        "second_moment_ratio": median(ratios(second, at=20)),
    }


@adjudicates("B28")
def xavier_with_tanh(tables: Tables) -> dict[str, Estimate]:
    """Return the same over 19 tanh layers, and the law by which the variance falls."""
    variance = by_layer(tables, Net("xavier_normal", "tanh"), "variance").loc[:, :20]
    layers = variance.columns.to_numpy(float)
    logs = np.log(variance.clip(lower=TINY).to_numpy())
    powers, around_power = _line(np.log(layers), logs)
    _, around_exponential = _line(layers, logs)
    # With equally many parameters, AIC differs by n ln of the residual sums alone.
    aic = layers.size * np.log(around_exponential / around_power)
    return {
        **_variance_kept(tables, "tanh"),
        "exponent": mean(powers),
        "polynomial": proportion(aic > 0),
        "aic_difference": median(aic),
    }


def _variance_kept(tables: Tables, activation: str) -> dict[str, Estimate]:
    """Return median ratios of the variance in layer 20 to that in layer 1, at two widths."""
    nets = [Net("xavier_normal", activation, width=width) for width in (64, 256)]
    kept = [median(ratios(by_layer(tables, net, "variance"), at=20)) for net in nets]
    return {"ratio": kept[0], "ratio_w256": kept[1]}


def _line(x: FloatArray, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return slopes and residual sums of squares of a line through each of `rows` (n, len(x))."""
    lines, residuals, *_ = np.polyfit(x, rows.T, deg=1, full=True)
    return lines[0], residuals


@adjudicates("B36")
def half_of_the_units(tables: Tables) -> dict[str, Estimate]:
    """Return the share of zeros after ReLU in the layers where it is lowest and highest."""
    net = Net("he_normal", "relu", "signal_w100", 100)
    shares = by_layer(tables, net, "zero_share")
    means = [mean(shares[layer]) for layer in shares.columns]
    dead = by_layer(tables, net, "dead_share")
    return {
        "lowest": lowest_lower(means),
        "highest": highest_upper(means),
        "dead_20": mean(dead[20]),
    }


@adjudicates("B37")
def he_with_relu(tables: Tables) -> Measured:
    """Return the second moment's ratio of layer 30 to layer 1, median and mean, by width."""
    nets = {str(width): Net("he_normal", "relu", "signal_he", width) for width in (16, 64, 256)}
    kept = {
        width: ratios(by_layer(tables, net, "second_moment"), at=30) for width, net in nets.items()
    }
    return {
        "median": {width: median(found) for width, found in kept.items()},
        "mean": {width: mean(found) for width, found in kept.items()},
        "correlation": median(by_layer(tables, nets["256"], "correlation")[30]),
    }


@adjudicates("B74")
def he_with_relu_variants(tables: Tables) -> Measured:
    """Return the second moment's factor a layer under He; `middle` is the third nearest to 1."""
    factors, gained = (
        {activation: _factor(tables, init, activation) for activation in RELU_VARIANTS}
        for init in ("he_normal", "he_gained")
    )
    ranked = sorted(factors.values(), key=lambda factor: abs(factor.value - 1))
    return {"factor": factors, "middle": ranked[len(ranked) // 2], "factor_own_gain": gained}


def _factor(tables: Tables, init: str, activation: str) -> Estimate:
    moments = by_layer(tables, Net(init, activation), "second_moment").loc[:, :30]
    return mean(10 ** log_slopes(moments))


@adjudicates("B77")
def xavier_in_linear_nets(tables: Tables) -> dict[str, Estimate]:
    """Return what Xavier leaves of the second moment over 29 linear layers."""
    return _linear_kept(tables, "xavier_normal")


@adjudicates("B78")
def he_in_linear_nets(tables: Tables) -> dict[str, Estimate]:
    """Return the same for He."""
    return _linear_kept(tables, "he_normal")


def _linear_kept(tables: Tables, init: str) -> dict[str, Estimate]:
    nets = [Net(init, "identity", width=width) for width in (64, 256)]
    kept = [median(ratios(by_layer(tables, net, "second_moment"), at=30)) for net in nets]
    return {"ratio": kept[0], "ratio_w256": kept[1]}
