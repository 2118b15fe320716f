"""Synthetic but realistic inputs of the report: what a run draws, counts and records."""

import copy
import io
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from initbench.report import ReportInputs
from report_verdicts import Record, verdicts

ORIGIN = {"authors": "not given", "address": "not given", "licence": "not stated"}
DOCUMENTS: list[Record] = [
    {
        "document": "A",
        "title": "The value of initialization",
        "source": "https://github.com/hamonk/deep-learning",
        **ORIGIN,
    },
    {
        "document": "D",
        "title": "Weight Initializations: A Surprising Demo",
        "source": "lecture note, file 003",
        **ORIGIN,
    },
]


def inputs(**changes: Any) -> ReportInputs:
    """Return fresh inputs of the report, with some fields replaced."""
    fields: dict[str, Any] = {
        "verdicts": verdicts(),
        "documents": DOCUMENTS,
        "figures": figures(),
        "tables": [accuracy()],
        "manifests": [manifest("moons", 2), manifest("mnist", 10)],
        "environment": environment(),
        "costs": costs(),
        "amendments": amendments(),
        "purpose": "full",
        "config_summary": config_summary(),
        "provenance": provenance(),
    }
    return ReportInputs(**copy.deepcopy(fields | changes))


@cache
def svg() -> str:
    """Return a Matplotlib drawing with clip paths, markers and text, coloured by the page."""
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "initbench"}):
        figure = Figure(figsize=(7.5, 3.4), layout="constrained")
        axes = figure.subplots(1, 2, sharey=True)
        steps = np.arange(0, 1001, 50)
        for panel, title in zip(axes, ("train", "test"), strict=True):
            for colour, rate in (("#0072b2", 0.004), ("#d55e00", 0.0005)):
                loss = 0.69 * np.exp(-rate * steps)
                panel.plot(steps, loss, color=colour, label=f"rate {rate}")
                panel.fill_between(steps, loss - 0.03, loss + 0.03, color=colour, alpha=0.25)
            panel.set(title=title, xlabel="step", ylabel="loss")
        axes[1].legend()
        figure.suptitle("Loss of the tanh chain", x=0.01, ha="left", fontweight="bold")
        target = io.StringIO()
        figure.savefig(target, format="svg", transparent=True, metadata={"Date": None})
    return target.getvalue().replace("#000000", "currentColor")


def figure(name: str, title: str) -> Record:
    """Return one drawn figure with the data that it plots."""
    rows = "".join(f"{step},{0.69 - step / 5000:.4f}\n" for step in range(0, 1001, 50))
    return {
        "name": name,
        "title": title,
        "caption": "Mean over 200 seeds; bands are 95 % intervals.",
        "alt": f"{title}: the loss falls from 0.69 to 0.01 in one arm and stays in the other.",
        "svg": svg(),
        "csv": "step,loss\n" + rows,
    }


def figures() -> list[Record]:
    """Return three figures, one shared by two chapters and one without a claim."""
    return [
        figure("mnist_curves", "Test accuracy of the four variants"),
        figure("overview", "All runs"),
        figure("tanh_chain_loss_curves", "Loss of the tanh chain"),
    ]


def provenance() -> Record:
    """Return the manifest of two experiments' tables, three figures and all claims."""
    names = [f"{e}/{t}" for e in ("mnist_main", "tiny_sgd") for t in ("curves", "outcomes")]
    tables = {"A": names[2:], "D": names[:2]}
    return {
        "version": "0.1.0",
        "results": "results",
        **{key: environment()[key] for key in ("commit", "dirty", "ledger_sha256")},
        "tables": [table(name) for name in names],
        "figures": [
            {"name": drawn["name"], "rule": "draw_figure", "tables": names, "sha256": sums()}
            for drawn in figures()
        ],
        "documents": [{"name": "controls", "rule": "run_controls", "sha256": sums()["csv"]}],
        "claims": [
            {"id": v["id"], "verdict": v["verdict"], "tables": tables[v["document"]]}
            for v in verdicts()
        ],
    }


def table(name: str) -> Record:
    """Return what the manifest says of one table."""
    return {
        "name": name,
        "rule": "collect_runs",
        "rows": 5600,
        "seeds": [2000000, 2000199],
        "bytes": 123456,
        "sha256": sums()["svg"],
    }


def sums() -> Record:
    """Return the checksums of a figure's files."""
    return {ending: letter * 64 for ending, letter in (("svg", "a"), ("csv", "b"), ("pdf", "c"))}


def accuracy() -> Record:
    """Return an accuracy table of four inits."""
    names = enumerate(("orthogonal", "xavier", "default", "svd_k8_s0.6"))
    return {
        "title": "tiny_sgd",
        "caption": "Final test accuracy after SGD, learning rate 0.03, full batch, 1000 epochs.",
        "columns": ["init", "runs", "mean accuracy, %", "diverged"],
        "groups": [
            {
                "name": "moons × tanh_chain",
                "rows": [[name, 200, f"{97 - 9 * i}.31 [60.10, 98.00]", 0] for i, name in names],
            }
        ],
    }


def manifest(name: str, classes: int) -> Record:
    """Return a data manifest with equal class shares."""
    shares = [1 / classes] * classes
    return {
        "dataset": name,
        "source": f"the {name} data set",
        "samples": {"train": 60000, "test": 10000},
        "shape": [28, 28],
        "classes": classes,
        "class_shares": {"train": shares, "test": shares},
        "normalisation": "mean 0.1307, standard deviation 0.3081",
        "sha256": {"train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56b" * 2},
        "note": "the labels are balanced",
    }


def environment() -> Record:
    """Return a record of versions and hardware."""
    return {
        "python": "3.11.9",
        "platform": "Linux-6.1-x86_64",
        "processor": "AMD EPYC",
        "cores": 2,
        "packages": {"torch": "2.14.1", "numpy": "2.4.6", "snakemake": "9.27.1"},
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "dirty": False,
        "ledger_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "created": "2026-11-22T01:31:00+00:00",
    }


def costs() -> Record:
    """Return the cost of two rules and the speed of one experiment."""
    return {
        "rules": [
            {
                "rule": "train_orthogonal",
                "jobs": 24,
                "seconds": 812.4,
                "processor_seconds": 790.1,
                "max_rss_mb": 431.7,
            },
            {
                "rule": "draw_figure",
                "jobs": 12,
                "seconds": 31.5,
                "processor_seconds": 30.2,
                "max_rss_mb": 210.0,
            },
        ],
        "total_seconds": 843.9,
        "total_processor_seconds": 820.3,
        "peak_gflops": 88.2,
        "training": [
            {
                "experiment": "tiny_sgd",
                "gflop": 1450.0,
                "processor_seconds": 70.5,
                "gflops": 20.57,
                "share_of_peak": 0.2332,
            }
        ],
        "snakemake": {"seconds": 612.0, "processor_seconds": 31.4},
    }


def amendments() -> list[Record]:
    """Return one amendment."""
    return [
        {
            "id": "M1",
            "date": "2026-11-22",
            "rows": ["all"],
            "change": "an interval wholly on the other side of the threshold counts as refuted",
            "reason": "the row names only the condition for support",
        }
    ]


def config_summary() -> Record:
    """Return what was run, in the words of the methods section."""
    return {
        "seed_base": 2000000,
        "beds": {"tanh_chain": "tiny tanh chain", "propagation": "signal propagation"},
        "experiments": [
            {
                "experiment": "tiny_sgd",
                "bed": "tanh_chain",
                "recipe": "SGD, learning rate 0.03, full batch, 1000 epochs",
                "cells": 24,
                "seeds": "200 to 1000",
                "runs": 5600,
            }
        ],
        "measurements": [
            {
                "name": "signal",
                "bed": "propagation",
                "settings": "measure propagation, widths 2 / 64, depth 50, inits 13",
                "draws": 20,
            }
        ],
    }


def card() -> Record:
    """Return the card of one init method, with a law and the signals of one instance."""
    spread = {"value": 0.9, "low": 0.8, "high": 1.1, "n": 20}
    return {
        "name": "orthogonal",
        "title": "Orthogonal",
        "formula": "W = gain · Q",
        "source": "Saxe, McClelland and Ganguli (2013)",
        "applies_to": "linear layers",
        "note": "All singular values equal the gain.",
        "use": "Deep linear and tanh nets.",
        "paper": {"author": "Saxe, Andrew M.", "title": "Exact solutions", "year": "2013"},
        "instances": ["orthogonal"],
        "law": {
            **{"kind": "law", "net": "a net of 64 → 32 units", "draws": 200, "entries": 800},
            **{"given": {"gain": 1.5}, "variance": spread, "p": 0.4},
        },
        "signals": [
            {
                **{"init": "orthogonal", "activation": "tanh", "width": 64, "layers": [1, 50]},
                **{"forward": spread, "backward": spread},
            }
        ],
    }


def control(claim: str, verdict: str, came_out: str) -> Record:
    """Return one judged control."""
    return {
        **{"id": claim, "statement": "One half of the seeds differs from the other."},
        **{"verdict": verdict, "outcome": came_out, "tests": {"0.0": 0.62}},
        "quantities": {"difference": {"value": 0.01, "low": -0.02, "high": 0.04, "n": 500}},
    }


def extras() -> Record:
    """Return what a run adds to the page: controls, stability, cards and advice."""
    tuned = {"value": 0.02, "low": 0.01, "high": 0.03}
    below = {"value": 0.051, "low": 0.02, "high": 0.11}
    reading = {"quantity": "d30", "meaning": "the lead", "tuned": tuned, "fixed": tuned}
    grown = [{"n": 5, "verdict": "reproduced"}, {"n": 10, "verdict": "not reproduced"}]
    steady = [{"n": n, "verdict": "reproduced"} for n in (5, 10)]
    return {
        "controls": {
            "judged": [
                control("Z01", "not reproduced", "as expected"),
                control("Z02", "reproduced", "not as expected"),
            ],
            "p_values": [
                {
                    **{"cell": "default (tiny_sgd)", "comparisons": 50, "pairs": 10},
                    **{"below": below, "uniformity_p": 0.3},
                }
            ],
            "false_positives": [
                {
                    **{"cell": "default (tiny_sgd)", "statistic": "success", "test": "differs"},
                    **{"margin": 0.1, "n": 10, "comparisons": 50, "nominal": 0.05},
                    "observed": below,
                }
            ],
            "coverage": [
                {
                    **{"kind": kind, "n": 10, "truth": truth, "nominal": 0.95, "simulated": held},
                    **{"error": error, "required": required},
                }
                for kind, truth, held, error, required in (
                    ("Clopper-Pearson", "share 0.55", 0.972, 0.0, True),
                    ("t", "5% of runs lose 30 points", 0.39, 0.011, False),
                )
            ],
            "rates": [
                {
                    **{"claim": "A03", "tuned": "reproduced", "fixed": None, "missing": ["speed"]},
                    "readings": [reading],
                },
                {
                    **{"claim": "A04", "tuned": "reproduced", "fixed": "not reproduced"},
                    **{"missing": [], "readings": [reading]},
                },
            ],
        },
        "stability": {
            "A04": {"points": grown, "state": "fragile"},
            "A05": {"points": steady, "state": "steady"},
        },
        "cards": [card()],
        "guide": [
            {"topic": "deep nets", "cases": [{"when": {"A01": "reproduced"}, "text": "Take A."}]}
        ],
    }
