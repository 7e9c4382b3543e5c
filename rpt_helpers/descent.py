"""Stochastic gradient descent on the two parameters of a Normal, with the whole path recorded."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._arguments import FloatArray, finite_number, positive_number, real_array, reject, whole_number
from .nodes import Normal, Parameterization

GradientSource = Callable[[Normal], ArrayLike]
"""Takes the current Normal, returns a gradient (exact or estimated) of shape (2,)."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Where a descent has been.

    Attributes
    ----------
    mu, sigma : ndarray, shape (steps + 1,)
        The parameters, start included. Sigma is recorded whatever the descent's parameterization was.
    """

    mu: FloatArray
    sigma: FloatArray

    @property
    def final(self) -> Normal:
        """The Normal that the descent ended at."""
        return Normal(float(self.mu[-1]), float(self.sigma[-1]))


def decaying_step(initial: float, halved_after: float) -> Callable[[int], float]:
    r"""Return the step size :math:`a_t = a_0 / (1 + t/h)`, half of `initial` after `halved_after` steps.

    Its sum diverges and the sum of its squares does not, as Robbins and Monro (1951) ask.

    Raises
    ------
    ValueError
        If an argument is not a finite number > 0.
    """
    initial = positive_number("initial", initial)
    halved_after = positive_number("halved_after", halved_after)
    return lambda t: initial / (1 + t / halved_after)


def sgd(
    gradient: GradientSource,
    start: Normal,
    *,
    steps: int,
    step_size: float | Callable[[int], float],
    wrt: Parameterization = "sigma",
) -> Trajectory:
    r"""Repeat :math:`\theta \leftarrow \theta - a_t\,\hat\nabla` and record every point.

    Parameters
    ----------
    gradient : callable
        Takes the current Normal and returns the gradient in (mu, second parameter), shape (2,). It may
        be exact, or an estimate that draws its own noise.
    start : Normal
        The first point.
    steps : int
        How many steps, at least 1.
    step_size : float or callable
        A fixed step > 0, or a function of the step number t = 0, 1, ...; see `decaying_step`.
    wrt : {"sigma", "variance", "log_sigma"}
        The second parameter: what the gradient is taken in, and what the step moves.

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        If an argument is out of range, the gradient is not two finite numbers, or a step leaves sigma > 0
        (descending in log sigma cannot).
    """
    whole_number("steps", steps, minimum=1)
    if not callable(step_size):
        fixed = positive_number("step_size", step_size)
    here, visited = start, [start]
    for t in range(steps):
        size = positive_number(f"step_size({t})", step_size(t)) if callable(step_size) else fixed
        slope = real_array("gradient", gradient(here))
        if slope.shape != (2,) or not np.isfinite(slope).all():
            reject(f"gradient at step {t}", slope, "two finite numbers")
        mu, second = map(float, here.parameters(wrt) - size * slope)
        if wrt != "log_sigma" and second <= 0:
            raise ValueError(
                f"step {t} takes {wrt} from {here.parameters(wrt)[1]:.6g} to {second:.6g}, but it must stay > 0: "
                "take smaller steps, or descend in wrt='log_sigma', where every value is allowed"
            )
        here = Normal.from_parameters([finite_number("mu", mu), second], wrt)
        visited.append(here)
    return Trajectory(np.array([p.mu for p in visited]), np.array([p.sigma for p in visited]))
