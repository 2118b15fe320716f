"""What a net that has learned nothing scores, and how likely a ReLU net starts dead."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

MAJORITY_SHARE = 0.1135  # of digit 1 among MNIST's test images: the best constant answer
ADDING_BASELINE = 1 / 6  # variance of the sum of two U(0, 1) draws (Arjovsky et al. 2016)


def small_logit_loss(classes: int) -> float:
    """Return ln C, the cross-entropy in nats of a net whose C logits are all near zero."""
    return math.log(classes)


def constant_predictor_loss(shares: npt.ArrayLike) -> float:
    """Return the least cross-entropy of a constant prediction: the class shares' entropy in nats.

    Classes that do not occur count nothing.
    """
    present = np.asarray(shares, dtype=np.float64)
    present = present[present > 0]
    return float(-(present * np.log(present)).sum())


def copy_baseline(delay: int) -> float:
    """Return 10 ln 8/(T + 20), the copy task's mean cross-entropy without memory, in nats.

    Ten of the T + 20 outputs are guesses among eight symbols (Arjovsky et al. 2016).
    """
    return 10 * math.log(8) / (delay + 20)


def born_dead_bound(widths: Sequence[int]) -> float:
    """Return 1 − Π(1 − 2^(−N_l)), which P(a ReLU net is dead at init) does not exceed.

    Symmetric weights, zero biases, hidden layers of `widths` N_l (Lu et al. 2020);
    for a single input it is the probability itself.
    """
    alive = math.prod(1 - 2.0**-width for width in widths)
    return 1 - alive
