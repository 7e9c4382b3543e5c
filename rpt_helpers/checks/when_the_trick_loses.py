"""Checks of the chapter when-the-trick-loses."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .. import quadrature
from .._arguments import FloatArray
from ..estimators import pathwise
from ..losses import Loss
from ..nodes import Normal
from ._compare import compare, differences
from ._registry import Hints, claim, question


@question("when-the-trick-loses-missing-term")
def missing_term(answer: Callable[..., ArrayLike]) -> Hints:
    """Losses that jump and are flat elsewhere have nothing but the missing term."""
    for places, heights in (([0.3], [1.0]), ([0.3], [2.5]), ([-1.0, 0.3, 2.0], [1.0, -3.0, 0.5])):
        expected = differences(_expected_steps(places, heights), 0.7, 1.4)
        where = f"with {len(places)} jump{'s' if len(places) > 1 else ''}"
        got = answer(np.array(places), np.array(heights), 0.7, 1.4)
        yield compare(got, expected, where, ("mu", "sigma"))


def _expected_steps(
    places: Sequence[float], heights: Sequence[float]
) -> Callable[[float, float], float]:
    """Return the expected sum of jumps, as a function of mu and sigma."""
    from scipy.special import ndtr  # slow to import

    return lambda mu, sigma: float(np.dot(heights, ndtr((mu - np.array(places)) / sigma)))


@claim("when-the-trick-loses-ramp")
def ramp(wide: float, narrow: float) -> Hints:
    """The narrow ramp has the larger mean squared error."""
    if not 0.001 <= narrow < wide <= 5:
        yield f"0.001 <= narrow < wide <= 5 is asked for, got wide = {wide:g}, narrow = {narrow:g}"
    worse, better = _mean_squared_error(narrow), _mean_squared_error(wide)
    if worse <= better:
        yield f"there the narrow ramp is better, with {worse:.3g} against {better:.3g}"


def _mean_squared_error(width: float) -> float:
    """Of the mean of 100 pathwise samples in mu, at mu = 0.5 and sigma = 1."""
    from scipy.special import ndtr  # slow to import

    node, n = Normal(0.5, 1.0), 100
    hit = ndtr(width / 2 - node.mu) - ndtr(-width / 2 - node.mu)
    mean, square = hit / width, hit / width**2
    bias = mean - np.exp(node.log_prob(0.0))
    return float(bias**2 + (square - mean**2) / n)


@question("when-the-trick-loses-logistic-map")
def logistic_map(answer: Callable[..., ArrayLike]) -> Hints:
    """The variance agrees with quadrature over the map."""
    for steps, mu, sigma in ((0, 0.4, 0.3), (1, 0.4, 0.3), (3, -1.1, 0.2)):
        expected = quadrature.variance(pathwise, _logistic(steps), Normal(mu, sigma))[0]
        where = f"after {steps} step{'' if steps == 1 else 's'}"
        yield compare(answer(steps, mu, sigma), expected, where)


def _logistic(steps: int) -> Loss:
    """Return y after so many steps as a loss of theta, with its slope by the chain rule."""

    def run(theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        y, slope = np.sin(theta) ** 2, np.sin(2 * theta)
        for _ in range(steps):
            y, slope = 4 * y * (1 - y), 4 * (1 - 2 * y) * slope
        return y, slope

    return Loss(lambda theta: run(theta)[0], lambda theta: run(theta)[1])
