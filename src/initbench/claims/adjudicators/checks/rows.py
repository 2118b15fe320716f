"""The rows that checks alone decide: their quantities are the checks."""

from initbench.claims.adjudicators.kit.checks import check_quantities
from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.keys import keyed

CHECKED = (
    *("A02", "A24", "A25", "A32", "A37", "A39"),
    *("B01", "B10", "B12", "B16", "B22", "B23", "B24", "B25", "B26", "B30", "B32", "B33"),
    *("B34", "B35", "B38", "B42", "B47", "B48", "B49", "B54", "B56", "B57", "B61", "B63"),
    *("B64", "B65", "B67", "B70", "B96"),
    *("C03", "C10", "C26"),
    *("D10", "D11", "D12", "D13", "D19", "D35", "D36", "D41", "D42", "D43", "D44"),
)
SHAPES = ("square", "tall", "wide")
# Checks of one quantity, which differ by its key.
KEYED = {
    "A24": {shape: keyed("deviation", shape) for shape in SHAPES},
    "B22": {
        f"{activation}_{name}": keyed(name, activation)
        for activation in ("tanh", "sigmoid")
        for name in ("meets_assumptions", "tried")
    },
    "B38": {shape: keyed("deviation", shape) for shape in (*SHAPES, "long_side")},
}

for claim in CHECKED:
    adjudicates(claim)(check_quantities(claim, KEYED.get(claim)))
