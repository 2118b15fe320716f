"""How fast this core multiplies matrices: the measure that speeds are compared with.

python -m initbench.costs.peak
"""

import os
import subprocess
import sys
import time

from initbench.discovery import PACKAGE

SIDE = 1024  # of the two square matrices
PATIENCE = 60.0  # seconds that a process may take to tell


def peak(seconds: float = 1.0) -> float:
    """Return the GFLOP/s of the best product of two square float32 matrices within `seconds`."""
    import torch

    torch.set_num_threads(1)
    a, best = torch.ones(SIDE, SIDE), float("inf")
    end = time.process_time() + seconds
    while (start := time.process_time()) < end:
        float((a @ a)[0, 0])
        best = min(best, time.process_time() - start)
    return 2e-9 * SIDE**3 / best


def peak_of_another_process() -> float | None:
    """Return what `peak` finds in a process of its own, None where it fails; imports no torch."""
    one_thread = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    environment = {**os.environ, **one_thread, "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-m", "initbench.costs.peak"]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, timeout=PATIENCE, check=True
        )
        return float(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


if __name__ == "__main__":
    print(peak())
