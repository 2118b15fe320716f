"""Gains: the factor on the standard deviation 1/√n_in that makes up for the activation."""

import math

from initbench.theory.mean_field import second_moment

# torch.nn.init.calculate_gain, which has no rule for the other activations. Its 5/3 for tanh is
# neither the forward gain (1.59) nor the critical one (1), and its 3/4 for SELU not Klambauer's 1.
TORCH_GAINS = {
    "identity": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "leaky_relu_0.01": math.sqrt(2 / (1 + 0.01**2)),
    "leaky_relu_0.2": math.sqrt(2 / (1 + 0.2**2)),
    "selu": 3 / 4,
}


def forward_gain(activation: str) -> float:
    """Return g = 1/√(E φ(z)²) over z ~ N(0, 1): it keeps a preactivation's second moment at 1.

    For ReLU He et al. (2015), Eq. 10. A unit forward gain is not the critical gain: tanh at its
    own has χ₁ = 1.178.
    """
    return 1 / math.sqrt(second_moment(activation, 1.0))
