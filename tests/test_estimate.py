"""What a run says of itself: jobs and minutes before it, how far it is, what it took."""

import json
import os
import time

import pytest

from initbench.costs import estimate, progress
from initbench.costs.estimate import OTHER, Plan
from test_costs import lay

PLACES = ["train/tiny/a/1-2", "train/tiny/b/1-2", "train/big/a/1-2", "collect/tiny"]


def targets(results):
    return [*(f"{results}/benchmarks/{place}.tsv" for place in PLACES), None]


def planned(results, purpose="full", cores=2):
    return estimate.plan(results, targets(results), cores, purpose)


@pytest.fixture(autouse=True)
def no_reference(monkeypatch, tmp_path):
    monkeypatch.setattr(estimate, "REFERENCE", tmp_path / "reference.json")


def reference(tmp_path, peak=50.0):
    """Lay out what another machine needed: 10 s a training job, 2 s to collect."""
    rows = [
        {"rule": "train tiny", "jobs": 4, "processor_seconds": 40.0},
        {"rule": "train big", "jobs": 1, "processor_seconds": 10.0},
        {"rule": "collect", "jobs": 2, "processor_seconds": 4.0},
    ]
    text = json.dumps({"peak_gflops": peak, "rules": rows})
    (tmp_path / "reference.json").write_text(text, encoding="utf-8")


def test_without_an_earlier_run_only_the_jobs_are_told(tmp_path):
    sentence = estimate.announcement(planned(tmp_path))
    assert sentence.startswith("5 jobs to do (train 3, collect 1, other 1); there is no earlier")


def test_earlier_runs_tell_the_time_on_all_cores(tmp_path):
    for place, seconds in zip(PLACES, ("60.0", "120.0", "600.0", "30.0"), strict=True):
        lay(tmp_path, place, seconds)
    plan = planned(tmp_path)
    assert plan.left({}, {}) == (2 * 90 + 600 + 30) / 2
    assert estimate.announcement(plan).endswith("; about 7 min on 2 cores, by earlier runs.")


@pytest.mark.parametrize(("here", "factor"), [(25.0, 2.0), (100.0, 0.5), (None, 1.0)])
def test_the_reference_run_is_scaled_to_this_machine(tmp_path, monkeypatch, here, factor):
    reference(tmp_path)
    monkeypatch.setattr(estimate, "peak_of_another_process", lambda: here)
    plan = planned(tmp_path, cores=1)
    assert plan.left({}, {}) == pytest.approx(factor * (3 * 10 + 2))
    assert "reference run, scaled" in estimate.announcement(plan)


def test_what_was_seen_here_goes_before_the_reference(tmp_path, monkeypatch):
    reference(tmp_path)
    monkeypatch.setattr(estimate, "peak_of_another_process", lambda: 50.0)
    lay(tmp_path, PLACES[2], "100.0")
    assert planned(tmp_path, cores=1).left({}, {}) == pytest.approx(2 * 10 + 100 + 2)


def test_a_preview_is_not_compared_with_the_reference(tmp_path):
    reference(tmp_path)
    assert planned(tmp_path, "preview").left({}, {}) is None


def test_progress_counts_the_files_of_this_run_only(tmp_path):
    lay(tmp_path, PLACES[0], "8.0")
    before = time.time() - 100
    os.utime(tmp_path / f"benchmarks/{PLACES[0]}.tsv", (before, before))
    plan = planned(tmp_path)
    assert progress.line(plan, tmp_path).startswith("0 of 4 measured jobs after 0 s.")
    lay(tmp_path, PLACES[1], "10.0")
    assert progress.Progress.of(plan, tmp_path).done == {"train tiny": 1}


def test_time_left_follows_what_this_run_shows(tmp_path):
    jobs = {"train tiny": 2, "train big": 1, "collect": 1, OTHER: 1}
    known = {"train tiny": 100.0, "train big": 20.0, "collect": 4.0}
    plan = Plan(time.time() - 1, 1, targets(tmp_path)[:-1], jobs, known, "earlier runs")
    lay(tmp_path, PLACES[0], "10.0")
    assert progress.line(plan, tmp_path).endswith("; about 34 s left.")  # 10 + 20 + 4
    assert progress.stages(plan, tmp_path)[0].split() == ["1", "of", "2", "train", "tiny"]


def test_the_end_says_what_it_took(tmp_path):
    plan = planned(tmp_path)
    for place in PLACES:
        lay(tmp_path, place, "90.0")
    assert progress.line(plan, tmp_path) == "all 4 measured jobs are done."
    sentence = progress.ending(plan, tmp_path, own=12.3)
    assert sentence.startswith("4 of 4 measured jobs took 0 s; one after another ")
    assert sentence.endswith("would have taken 6 min, and Snakemake itself used 12 s.")


def test_the_last_run_can_be_asked_from_outside(tmp_path, capsys):
    progress.keep(planned(tmp_path), tmp_path)
    progress.main([str(tmp_path)])
    assert "0 of     2  train tiny" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="no run has begun"):
        progress.main([str(tmp_path / "elsewhere")])


def test_a_line_comes_now_and_then_until_the_end(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(progress, "PAUSE", 0.01)
    ended = progress.watch(planned(tmp_path), tmp_path)
    end = time.monotonic() + 20
    while "of 4 measured jobs" not in capsys.readouterr().out:
        assert time.monotonic() < end
        time.sleep(0.01)
    ended.set()


def test_a_file_that_is_empty_or_unmeasured_does_no_harm(tmp_path):
    plan = planned(tmp_path)
    lay(tmp_path, PLACES[0], "-")
    lay(tmp_path, PLACES[1])
    (tmp_path / f"benchmarks/{PLACES[1]}.tsv").write_text("", encoding="utf-8")
    so_far = progress.Progress.of(plan, tmp_path)
    assert so_far == progress.Progress({"train tiny": 2}, {"train tiny": 0})
