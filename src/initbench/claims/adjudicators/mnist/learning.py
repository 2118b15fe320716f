"""Rows of document D about learning curves: the baseline, all zeros, and their order."""

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.kit.checks import checks_of
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import (
    ROUNDING,
    Arm,
    curve_at,
    difference,
    final,
    mean_accuracy,
    one_class,
    success_rate,
)
from initbench.claims.adjudicators.mnist.arms import by_epoch, inside, main
from initbench.statistics import GAIN, SHARE, Estimate, exact, mean, median, proportion
from initbench.tables.read import Tables
from initbench.theory.baselines import MAJORITY_SHARE

DEFAULT = main("default")
ZEROS = main("zeros")
VARIANTS = ("default", "zero_fc1", "zeros", "ones")
BAND_SEEDS = 2


def level(tables: Tables, arm: Arm) -> dict[str, Estimate]:
    """Return the lowest and highest accuracy after any epoch of any run, and the final mean."""
    accuracy = by_epoch(tables, arm)
    return {
        "lowest": exact(float(accuracy.to_numpy().min()), n=len(accuracy)),
        "highest": exact(float(accuracy.to_numpy().max()), n=len(accuracy)),
        "final": mean_accuracy(tables, arm),
    }


@adjudicates("D01")
def start_decides(tables: Tables) -> dict[str, Estimate]:
    """Return the ranges of final accuracy from default and from zeros."""
    default, zeros = final(tables, DEFAULT), final(tables, ZEROS)
    return {
        "default_lowest": exact(float(default.min()), n=len(default)),
        "default_highest": exact(float(default.max()), n=len(default)),
        "zeros_lowest": exact(float(zeros.min()), n=len(zeros)),
        "zeros_highest": exact(float(zeros.max()), n=len(zeros)),
        "zero_fc1": mean_accuracy(tables, main("zero_fc1")),
        "ones": mean_accuracy(tables, main("ones")),
    }


@adjudicates("D03")
def random_start_learns(tables: Tables) -> dict[str, Estimate]:
    """Return the success and the accuracy of the baseline."""
    return {
        "sr90": success_rate(tables, DEFAULT, 0.90),
        "final": mean_accuracy(tables, DEFAULT),
    }


@adjudicates("D05")
def training_stalls(tables: Tables) -> Measured:
    """Return how often three constant starts stay at a constant answer throughout."""

    def stalled(arm: Arm) -> Estimate:
        best = by_epoch(tables, arm).max(axis=1)
        constant = one_class(tables, arm).reindex(best.index)
        return proportion((constant & (best <= MAJORITY_SHARE + ROUNDING)).to_numpy(bool))

    return {"stalled": {init: stalled(main(init)) for init in ("zeros", "ones", "minus_ones")}}


@adjudicates("D06")
@adjudicates("D15")
def baseline_level(tables: Tables) -> dict[str, Estimate]:
    """Return the final accuracy of the baseline."""
    return {"final": mean_accuracy(tables, DEFAULT)}


@adjudicates("D07")
def zeros_level(tables: Tables) -> dict[str, Estimate]:
    """Return between which accuracies the all-zero net stays."""
    return level(tables, ZEROS)


@adjudicates("D08")
def guessing(tables: Tables) -> dict[str, Estimate]:
    """Return how the predictions of the all-zero net spread over the digits."""
    classes = final(tables, ZEROS, "predicted_classes")
    return {
        "fewest_classes": exact(float(classes.min()), n=len(classes)),
        "one_class": proportion(one_class(tables, ZEROS).to_numpy(bool)),
        "largest_share": mean(
            final(tables, ZEROS, "predicted_share").to_numpy(float), bounds=SHARE
        ),
    }


@adjudicates("D14")
def running_accuracy(tables: Tables) -> dict[str, Estimate]:
    """Return how far the running training accuracy is from that after the epoch."""
    gap = by_epoch(tables, DEFAULT, "train") - by_epoch(tables, DEFAULT, "running")
    return {
        "gap": mean(gap.abs().max(axis=1).to_numpy()),
        "gap_first": mean(gap.iloc[:, 0].to_numpy()),
        "gap_last": mean(gap.iloc[:, -1].to_numpy()),
    }


@adjudicates("D16")
def normal_curve(tables: Tables) -> dict[str, Estimate]:
    """Return how steadily the baseline's test and training accuracy rise over the epochs."""
    test, train = by_epoch(tables, DEFAULT), by_epoch(tables, DEFAULT, "train")
    epochs = pd.Series(test.columns, index=test.columns, dtype=float)
    # A flat curve has no rank correlation: it does not rise, so it counts as zero.
    correlation = test.T.corrwith(epochs, method="spearman").fillna(0.0)
    return {
        "correlation": median(correlation.to_numpy()),
        "rising": proportion((test.iloc[:, -1] > test.iloc[:, 0]).to_numpy(bool)),
        "train_never_falls": proportion((np.diff(train.to_numpy()) >= 0).all(axis=1)),
    }


@adjudicates("D20")
def zeros_gain(tables: Tables) -> dict[str, Estimate]:
    """Return what the all-zero net gains over its untrained self."""
    gain = difference(final(tables, ZEROS), curve_at(tables, ZEROS, 0), bounds=GAIN)
    loss = mean(final(tables, ZEROS, "test_loss").to_numpy(float))
    return {"gain": gain, "final_loss": loss} | level(tables, ZEROS)


@adjudicates("D28")
def soon_high(tables: Tables) -> dict[str, Estimate]:
    """Return how often the baseline's accuracy is in the band after the first epoch."""
    first = by_epoch(tables, DEFAULT)[1.0]
    return {
        "in_band": proportion(inside(first, 0.90, 0.96).to_numpy(bool)),
        "first_epoch": mean(first.to_numpy(), bounds=SHARE),
    }


@adjudicates("D32")
def order_of_variants(tables: Tables) -> dict[str, Estimate]:
    """Return how often the four variants end in the strict order of the document's plot."""
    ends = pd.DataFrame({init: final(tables, main(init)) for init in VARIANTS}).dropna()
    first = ends["default"] > ends["zero_fc1"]
    second = ends["zero_fc1"] > ends["ones"]
    third = ends["ones"] > ends["zeros"]
    return {
        "ordered": proportion((first & second & third).to_numpy(bool)),
        "default_over_zero_fc1": proportion(first.to_numpy(bool)),
        "zero_fc1_over_ones": proportion(second.to_numpy(bool)),
        "ones_over_zeros": proportion(third.to_numpy(bool)),
    }


@adjudicates("D46")
def curves_with_bands(tables: Tables) -> dict[str, Estimate]:
    """Return how many of the four variants have test curves of enough seeds for a band."""
    bands = [len(by_epoch(tables, main(init))) >= BAND_SEEDS for init in VARIANTS]
    return {"variants": exact(float(sum(bands)))}


@adjudicates("D47")
def same_call(tables: Tables) -> dict[str, Estimate]:
    """Return whether two variants see the same batches in the same order."""
    checks = checks_of(tables, "D47").set_index("check")["value"]
    return {"same_order": exact(float(checks["d47_same_order"]))}
