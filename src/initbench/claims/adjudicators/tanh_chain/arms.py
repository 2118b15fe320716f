"""Arms of the tanh chain on two moons: by init, recipe and data set."""

from initbench.claims.adjudicators.kit.runs import Arm

RECIPE = "tiny_sgd"  # document A's own
POINT = 1 / 200  # the accuracy of one of the 200 test points


def chain(init: str, experiment: str = RECIPE, dataset: str = "moons") -> Arm:
    """Return the arm of the chain that starts from `init`."""
    return Arm(experiment, init, dataset, "tanh_chain")
