"""Settings of all tests: what a training job has too, and what their child processes need."""

import os
from pathlib import Path

# One thread, as in every job: two threads may share a sum out differently.
os.environ["OMP_NUM_THREADS"] = "1"
# The package is not installed, and some tests start a Python of their own.
os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1] / "src")
