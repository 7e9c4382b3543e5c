"""Stochastic gradient descent on the parameters of a node, with the whole path recorded."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ._arguments import FloatArray, positive_number, real_array, reject, whole_number
from .nodes import Node, stochastic

AnyNode = TypeVar("AnyNode", bound=Node)


@dataclass(frozen=True, eq=False)
class Trajectory(Generic[AnyNode]):
    """Where a descent has been.

    Attributes
    ----------
    start : node
        The first point.
    parameters : ndarray, shape (steps + 1, p)
        Every point, start included, in the parameters of `start`.
    """

    start: AnyNode
    parameters: FloatArray

    def __getitem__(self, name: str) -> FloatArray:
        """Return an attribute of the node at every point: ``path["sigma"]``, (steps + 1, ...)."""
        return np.array([getattr(self.start.at(point), name) for point in self.parameters])

    @property
    def final(self) -> AnyNode:
        """The node that the descent ended at."""
        return self.start.at(self.parameters[-1])


class Diverged(ValueError):
    """A step of a descent that cannot be taken; ``trajectory`` is the path until then."""

    def __init__(self, message: str, trajectory: Trajectory[AnyNode]) -> None:
        super().__init__(message, trajectory)  # both, so that it comes home from another process
        self.trajectory = trajectory

    def __str__(self) -> str:
        return str(self.args[0])


def decaying_step(initial: float, halved_after: float) -> Callable[[int], float]:
    r"""Return the step size :math:`a_t = a_0 / (1 + t/T)`.

    It is half of `initial` after `halved_after` steps. Its sum diverges and the sum of its squares
    does not, as Robbins and Monro (1951) ask.
    """
    initial = positive_number("initial", initial)
    halved_after = positive_number("halved_after", halved_after)
    return lambda t: initial / (1 + t / halved_after)


def sgd(
    gradient: Callable[[AnyNode], ArrayLike],
    start: AnyNode,
    *,
    steps: int,
    step_size: float | Callable[[int], float],
) -> Trajectory[AnyNode]:
    r"""Repeat :math:`\theta \leftarrow \theta - a_t\,\hat\nabla` and record every point.

    Parameters
    ----------
    gradient : callable
        Takes the current node and returns the gradient in its parameters, shape (p,), exact or an
        estimate that draws its own noise. That it is taken in the parameters of `start`, and not in
        others, is not seen.
    start : node
        The first point; its parameters are what the steps move.
    steps : int
        How many steps, at least 1.
    step_size : float or callable
        A fixed step > 0, or a function of the step number t = 0, 1, ...; see `decaying_step`.

    Raises
    ------
    Diverged
        A ValueError that names the step and keeps the path, if `gradient` fails, is not p finite
        numbers, or leads out of the range of the parameters (in log sigma only an overflow can).
    """
    whole_number("steps", steps, minimum=1)
    stochastic(start)
    if not callable(gradient):
        reject("gradient", gradient, "a function of a node")
    if not callable(step_size):
        fixed = positive_number("step_size", step_size)
    here, point = start, start.parameters
    path = np.empty((steps + 1, point.size))
    path[0] = point
    for t in range(steps):
        size = positive_number(f"step_size({t})", step_size(t)) if callable(step_size) else fixed
        try:
            slope = real_array("gradient", gradient(here))
            if slope.shape != point.shape or not all(map(math.isfinite, slope.tolist())):
                reject("gradient", slope, f"an array of {point.size} finite numbers")
        except (ValueError, ArithmeticError) as error:
            message = f"at step {t}, {here}: {error}"
            raise Diverged(message, Trajectory(start, path[: t + 1])) from error
        with np.errstate(over="ignore"):  # an infinite parameter is out of range
            point = point - size * slope
        try:
            here = start.at(point)
        except ValueError as error:
            message = f"step {t} leads from {here} out of range: {error}; take smaller steps"
            raise Diverged(message, Trajectory(start, path[: t + 1])) from error
        path[t + 1] = point
    return Trajectory(start, path)
