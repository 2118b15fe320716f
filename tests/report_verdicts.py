"""Made-up verdicts: 85 over documents A and D, with every outcome among them."""

import random
from typing import Any

Record = dict[str, Any]

STATEMENTS = (
    "With the untouched init the loss goes down.",
    "Yet the accuracy stalls far under perfect.",
    "Gradients vanish: they get tiny within a few iterations.",
    "A wider net with one hidden layer of 8 trains well under the same loop, which clears the "
    "loop, the optimiser, the learning rate and the batch size of suspicion.",
    "Deeper in the default stack the cloud of points degenerates to one straight line.",
    "Orthogonal init gets 100 % consistently.",
    "The final test accuracy is 48.00 %.",
    "Zero weights: the net is stuck near 10 % and never improves.",
    "A net whose first layer is zero can still learn, since later layers are random.",
    "`W.T @ W` is the identity for an orthogonal matrix, so that variance is kept.",
    "A small net reaches about 95 % on MNIST in about 10 epochs.",
    "Weights stay zero all through training.",
)
FIGURES = {"mnist_curves": ("D01", "D07"), "tanh_chain_loss_curves": ("A04", "A05", "D07")}
SECTIONS = {"A": ("First results", "What could be wrong", "SVD"), "D": ("2.2", "4.1", "6.1")}
WORDS = ("reproduced", "partly reproduced", "not reproduced", "inconclusive", "not testable")
REASONS = {
    "reproduced": "`falling` = 0.96 (95 % interval 0.935 to 0.98): its lower end is above 0.9.",
    "partly reproduced": "`drop` = 0.21 (95 % interval 0.15 to 0.27): its lower end is above 0.",
    "not reproduced": "`falling` = 0.25 (95 % interval 0.2 to 0.31): its upper end is below 0.9.",
    "inconclusive": "No condition of the rule is met; about 480 seeds would decide it.",
    "not testable": "The document gives no observable consequence.",
}


def verdicts_showing(figure: str, *claims: str) -> list[Record]:
    """Return the verdicts, of which only `claims` show a figure, this one."""
    return [v | {"figures": [figure] * (v["id"] in claims)} for v in verdicts()]


def verdicts() -> list[Record]:
    """Return 38 verdicts on document A and 47 on D, every outcome among them."""
    chance = random.Random(0)
    ids = [f"A{i:02}" for i in range(1, 39)] + [f"D{i:02}" for i in range(1, 48)]
    return [verdict(name, i, chance) for i, name in enumerate(ids)]


def verdict(name: str, i: int, chance: random.Random) -> Record:
    """Return one verdict of the kind that position `i` calls for."""
    document = name[0]
    word = chance.choices(WORDS, weights=(40, 20, 20, 15, 5))[0]
    tested = word != "not testable"
    return {
        "id": name,
        "document": document,
        "source": "document",
        "section": SECTIONS[document][i % 3],
        "kind": ("qual", "num", "expl", "math")[i % 4],
        "bed": "tanh_chain" if document == "A" else "mnist",
        "holm_family": "tanh_chain" if document == "A" else "checks",
        "statement": STATEMENTS[i % len(STATEMENTS)],
        "arms": "default init on moons, recipe A0, 200 seeds" if tested else "",
        "pitfalls": "a falling loss here is not learning; look at loss − ln 2" if i % 3 else "",
        "verdict": word,
        "reason": REASONS[word],
        "rule": rule() if tested else {},
        "decided_by": "reproduced" if word == "reproduced" else None,
        "quantities": quantities(chance) if tested else {},
        "p": 0.00021 if i % 5 == 0 else None,
        "p_holm": 0.0042 if i % 5 == 0 else None,
        "needed_seeds": 480 if word == "inconclusive" else None,
        "why": why() if word == "not reproduced" else "",
        "needs": ["tiny_sgd"] if document == "A" else ["mnist_main"],
        "figures": [figure for figure, claims in FIGURES.items() if name in claims],
        "amendments": ["M1"] if i % 7 == 0 else [],
        "alias_of": ["D33", "D35"] if name == "D09" else [],
        "logic": "all" if name == "D09" else "",
    }


def rule() -> Record:
    """Return a rule that uses most of the condition language."""
    return {
        "reproduced": "falling.low > 0.90 and within(replayed, 5e-5)",
        "partly": "0.5 < falling.value <= 0.9 or not drop.low > 0 or ratio.high < 1e-3 + 1e-4",
        "not_reproduced": "falling.high < 0.90",
    }


def quantities(chance: random.Random) -> Record:
    """Return a share, a paired difference, an exact number, a tiny one and the longest one."""
    share, drop = chance.uniform(0.2, 0.97), chance.uniform(-0.1, 0.3)
    return {
        "falling": quantity(
            "share of runs whose test loss is lower at the end than at the start",
            (share, share - 0.05, share + 0.02),
            200,
            "Wilson",
        ),
        "drop": quantity(
            "paired difference of SR99, orthogonal − default",
            (drop, drop - 0.06, drop + 0.06),
            200,
            "BCa bootstrap",
        ),
        "replayed": quantity("literal replay, final test accuracy", (0.48, 0.48, 0.48), 1, "exact"),
        "ratio": quantity(
            "median of ‖g₁‖/‖g₈‖ at step 0", (3.1e-5, 1.2e-5, 7.9e-5), 200, "BCa bootstrap"
        ),
        "longest": quantity(
            "the same in the cell where it is lowest",
            (7.52e-12, 6.53e-12, 1.08e-11),
            10,
            "order statistics; against default_zero_bias_d10",
        ),
    }


def quantity(meaning: str, interval: tuple[float, float, float], n: int, method: str) -> Record:
    """Return one measured quantity as it stands in a verdict."""
    value, low, high = interval
    return {
        "meaning": meaning,
        "value": value,
        "low": low,
        "high": high,
        "n": n,
        "method": method,
        "unit": "",
    }


def why() -> str:
    """Return an explanation of the usual length."""
    return (
        "eight tanh layers shrink the cloud by a factor of about 1000, so the head sees an almost "
        "constant input and learns the class shares: the loss falls to ln 2 and stops there"
    )
