"""Times until an event, of runs that may never have it: survival curves and restricted means."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

from initbench.errors import InitbenchError
from initbench.statistics.estimate import Estimate
from initbench.statistics.intervals import mean

LEVEL = 0.05


def kaplan_meier(times: npt.ArrayLike, reached: npt.ArrayLike) -> pd.DataFrame:
    """Return the share of runs without the event as stairs: step, n, value, low, high.

    `times` (n,) are those of the event where `reached` (n,), else the end of the run. The estimate
    is that of Kaplan and Meier (1958); the bounds are the exact ones of a share, so every run
    without the event must last to the latest time, or InitbenchError is raised.
    """
    time, flags = _followed(times, reached)
    fit = SurvfuncRight(time, flags.astype(int))
    value = np.concatenate([[1.0], fit.surv_prob])
    step = np.concatenate([[0.0], fit.surv_times])
    if step[-1] < time.max():
        step, value = np.append(step, time.max()), np.append(value, value[-1])
    left = np.rint(value * time.size)
    low, high = proportion_confint(left, time.size, alpha=LEVEL, method="beta")
    bounds = {"low": np.clip(low, 0.0, value), "high": np.clip(high, value, 1.0)}
    return pd.DataFrame({"step": step, "n": time.size, "value": value, **bounds})


def _followed(
    times: npt.ArrayLike, reached: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    time, flags = np.asarray(times, dtype=np.float64), np.asarray(reached, dtype=bool)
    if time.size == 0 or time.shape != flags.shape:
        raise InitbenchError(
            f"A survival curve needs one time and one flag a run but got {time.size} and "
            f"{flags.size}; align them by seed first."
        )
    early = time[~flags] < time.max()
    if early.any():
        raise InitbenchError(
            f"{early.sum()} runs without the event end before step {time.max():g}; an exact "
            "interval needs runs that are all followed to the end, so give them their last step."
        )
    return time, flags


def restricted_mean(times: npt.ArrayLike, horizon: float, *, unit: str = "") -> Estimate:
    """Return the mean of the times (n,) cut at `horizon`, with the interval of `mean` inside it.

    Where every run is followed to the horizon this is the area under Kaplan and Meier's curve
    (Royston and Parmar 2013); a run that never has the event has an infinite time, or any later
    than the horizon.
    """
    cut = np.minimum(np.asarray(times, dtype=np.float64), horizon)
    return mean(cut, bounds=(0.0, horizon), unit=unit)
