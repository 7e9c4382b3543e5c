"""Baselines of the score-function estimator: what is subtracted from the loss before it multiplies the score."""

from collections.abc import Callable, Sequence
from numbers import Real

import numpy as np

from ._arguments import FloatArray, finite_number, real_array, reject

Baseline = str | float | Sequence[float] | FloatArray | None
"""None, "mean", "optimal", "leave-one-out", a number, or one number per component."""

LEAVE_ONE_OUT = "leave-one-out"


def is_leave_one_out(baseline: object) -> bool:
    """Tell whether `baseline` is the one that depends on the other samples."""
    return isinstance(baseline, str) and baseline == LEAVE_ONE_OUT


def resolve(
    baseline: Baseline, mean: Callable[[], float], optimal: Callable[[], FloatArray], allow_leave_one_out: bool = False
) -> FloatArray:
    """Turn a constant baseline into its two numbers, one per gradient component.

    Parameters
    ----------
    baseline : None, {"mean", "optimal"}, float or pair of floats
        The baseline asked for.
    mean : callable
        Returns the exact expected loss; called only for "mean".
    optimal : callable
        Returns the two exact optimal baselines; called only for "optimal".
    allow_leave_one_out : bool
        Whether the error message offers "leave-one-out", which is not constant and so is not resolved here.

    Returns
    -------
    ndarray, shape (2,)

    Raises
    ------
    ValueError
        For anything else.
    """
    if baseline is None:
        return np.zeros(2)
    if isinstance(baseline, str):
        if baseline == "mean":
            return np.full(2, mean())
        if baseline == "optimal":
            return optimal()
    elif isinstance(baseline, Real):
        return np.full(2, finite_number("baseline", baseline))
    elif isinstance(baseline, (Sequence, np.ndarray)):
        pair = real_array("baseline", baseline)
        if pair.shape == (2,):
            return np.array([finite_number(f"baseline[{i}]", value) for i, value in enumerate(pair)])
    names = "None, 'mean', 'optimal', " + ("'leave-one-out', " if allow_leave_one_out else "")
    reject("baseline", baseline, names + "a number, or one number per component")
