"""Document B: inits made for one kind of net against those that know no kind."""

import pandas as pd

from initbench.figures.kit.frames import stacked
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.scores import ACCURACY, WITHIN, Score, dot_stack, fills, in_order, scores
from initbench.figures.kit.style import key
from initbench.figures.kit.words import extremes
from initbench.tables.read import Tables

SIZES = ("the smaller number", "the larger number")
CONVOLUTIONAL = "Convolutional, 3 or 8 layers"
RECALL = "Recurrent, recall over 20 or 60 steps"
ADDING = "Recurrent, adding over 20 or 60 steps"
RESIDUAL = "Residual, 4 or 64 blocks"
TYPES: dict[str, Score] = {
    CONVOLUTIONAL: ACCURACY,
    RECALL: ACCURACY,
    ADDING: WITHIN,
    RESIDUAL: ACCURACY,
}
# Of each panel: experiment and net of both sizes.
NETS = {
    CONVOLUTIONAL: [("cnn", "cnn_d3"), ("cnn", "cnn_d8")],
    RECALL: [("recall_20", "rnn_.*"), ("recall_60", "rnn_.*")],
    ADDING: [("adding_20", "rnn_.*"), ("adding_60", "rnn_.*")],
    RESIDUAL: [("residual", "residual.*_b4"), ("residual", "residual.*_b64")],
}
MATCHED = ["he_normal", "recurrent_orthogonal", "residual_scaled"]
ONE_SIZE = ["xavier_normal", "normal_0.01", "recurrent_xavier", "recurrent_normal"]


@figure(
    name="special_nets_types",
    needs=["cnn", "recall_20", "recall_60", "adding_20", "adding_60", "residual"],
    title="Inits matched to the kind of layer, and one size for all",
    caption=(
        "Matched: He for convolutions with ReLU, orthogonal for recurrence, He / √L for the "
        "branches of L residual blocks. Mean over seeds with its 95 % t interval."
    ),
)
def draw_types(tables: Tables) -> Drawing:
    """Draw the final scores of matched and of one-size inits for three kinds of nets."""
    frame = stacked([_of_type(tables, panel) for panel in TYPES])
    drawing, _ = dot_stack(frame, TYPES, SIZES)
    key(drawing, fills(frame, SIZES))
    named = frame.assign(panel=frame.panel + ", " + frame.level)
    return Drawing(drawing, frame, f"Final score on the test set. {extremes(named)}.")


def _of_type(tables: Tables, panel: str) -> pd.DataFrame:
    """Return one row an init and size of one kind of net, matched inits first."""
    inits = [*MATCHED, *ONE_SIZE]
    parts = [
        scores(tables, experiment, net, inits, TYPES[panel]).assign(level=size)
        for size, (experiment, net) in zip(SIZES, NETS[panel], strict=True)
    ]
    frame = in_order(stacked(parts), inits)
    kind = frame["init"].isin(MATCHED).map({True: " (matched)", False: " (one size)"})
    return frame.assign(panel=panel, row=frame["row"] + kind)
