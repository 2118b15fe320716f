"""Arms of the tanh chain on two moons: by init, recipe and data set."""

from initbench.claims.adjudicators.kit.runs import Arm

RECIPE = "tiny_sgd"  # document A's own


def chain(init: str, experiment: str = RECIPE, dataset: str = "moons") -> Arm:
    """Return the arm of the chain that starts from `init`."""
    return Arm(experiment, init, dataset, "tanh_chain")
