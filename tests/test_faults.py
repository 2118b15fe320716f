"""The campaign against the project: a quick part of it finds nothing, and it can find something."""

import csv
import os
import subprocess
import sys
import time
from itertools import count

import pytest

from faults import campaign, child
from faults.campaign import Kind
from faults.ground import Ground
from faults.kinds import KINDS
from faults.verdict import Case, Verdict, refusal, sentences
from workflow_grid import ROOT

QUICK = ("configs", "methods", "nets", "images")  # those that need no Snakemake
CASES = "20"  # of each kind: the same on every machine
NOWHERE = Ground.__new__(Ground)
GOOD, BAD = Verdict("survived", "well"), Verdict("lost", "a file")


def faults(*words):
    """Run the command as `make faults` does; return the finished process."""
    return subprocess.run(
        [sys.executable, "-m", "faults", *words], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}/tests"}, check=False,
    encoding="utf-8")  # fmt: skip


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """Return a finished quick campaign, and the outcome of each of its cases."""
    output = tmp_path_factory.mktemp("faults") / "new/faults.csv"
    done = faults("--only", *QUICK, "--cases", CASES, "--minutes", "30", "--output", str(output))
    with output.open(encoding="utf-8", newline="") as file:
        return done, {(row["kind"], row["case"]): row["outcome"] for row in csv.DictReader(file)}


def test_a_quick_campaign_loses_nothing(quick):
    done, outcomes = quick
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(outcomes.values()) <= {"refused", "survived"}


def test_the_summary_counts_what_stands_in_the_file(quick):
    done, outcomes = quick
    assert {kind for kind, _ in outcomes} == set(QUICK)
    found = list(outcomes.values())
    numbers = [found.count(outcome) for outcome in ("refused", "survived", "wrong", "lost")]
    words = "tried {}: refused rightly {}, survived {}, wrong {}, lost {}"
    assert words.format(len(found), *numbers) in done.stdout
    assert len(found) == len(QUICK) * int(CASES)


def cases(*verdicts):
    return lambda ground: [Case(str(k), lambda v=v: v) for k, v in enumerate(verdicts)]


def test_all_kinds_are_tried_in_their_order_and_what_is_bad_is_counted():
    kinds = {"a": Kind(cases(GOOD, BAD), 1), "b": Kind(cases(GOOD), 1)}
    tried = list(campaign.run(kinds, NOWHERE, 60))
    assert [(one.kind, one.case) for one in tried] == [("a", "0"), ("a", "1"), ("b", "0")]
    assert campaign.summary(tried) == "tried 3: refused rightly 0, survived 2, wrong 0, lost 1"
    assert "a         2         0         1         0         1" in campaign.table(tried)


def test_no_more_cases_are_tried_than_are_asked_for():
    kinds = {"a": Kind(cases(GOOD, BAD, BAD), 1), "b": Kind(cases(GOOD), 1)}
    tried = list(campaign.run(kinds, NOWHERE, 60, most=1))
    assert [(one.kind, one.case) for one in tried] == [("a", "0"), ("b", "0")]


def test_a_kind_without_end_ends_with_its_time_and_each_is_tried_once():
    def endless(ground):
        return (Case(str(k), lambda: time.sleep(0.001) or GOOD) for k in count())

    kinds = {"a": Kind(endless, 1), "b": Kind(endless, 0)}
    assert {one.kind for one in campaign.run(kinds, NOWHERE, 0.05)} == {"a", "b"}


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (lambda: GOOD, "well"),
        (lambda: 1 / 0, "status 1: ZeroDivisionError"),
        (lambda: sys.exit(0), "status 0: nothing was said"),
        (lambda: os._exit(0), "status 0: nothing was said"),
        (lambda: os.abort(), "status -6"),
        (lambda: time.sleep(60), "no answer in 0.3 s"),
    ],
)
def test_a_child_may_do_to_itself_what_it_likes(tmp_path, work, expected):
    verdict = child.judged(work, 0.3 if "answer" in expected else 30, tmp_path)
    assert expected in verdict.seen
    assert verdict.good == (expected == "well")


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ("'epochs' is 3; give more.", "refused"),
        ("3 is wrong.", "wrong"),
        ("'epochs' is\n3.", "wrong"),
        ("'epochs' is " + 600 * "3", "wrong"),
    ],
)
def test_a_refusal_is_one_sentence_that_names_what_was_seen(message, outcome):
    assert refusal(message, "nowhere", ["epochs"]).outcome == outcome


def test_the_pipelines_own_announcements_are_no_refusals():
    output = "initbench: 3 training jobs in the grid; purpose: full.\ninitbench: 'x' is odd.\n"
    assert sentences(output) == ["'x' is odd."]


def test_the_same_seed_draws_the_same_cases(tmp_path):
    def draws(seed):
        ground = Ground.__new__(Ground)
        ground.seed = seed
        return [ground.random(kind).random() for kind in KINDS]

    assert draws(1) == draws(1) != draws(2)
    assert len(set(draws(1))) == len(KINDS)
