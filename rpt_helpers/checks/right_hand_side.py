"""Checks of the chapter right-hand-side."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from .._arguments import FloatArray
from ..estimators import pathwise
from ..losses import Loss
from ..nodes import Normal
from ._compare import compare, compare_samples, differences
from ._registry import Hints, claim, question

EPS = np.array([-1.5, -0.2, 0.3, 0.7, 2.0])
CUBE = Loss(lambda y: y**3, lambda y: 3 * y**2)


@question("right-hand-side-precision-samples")
def precision_samples(answer: Callable[..., ArrayLike]) -> Hints:
    """Each sample agrees with a finite difference of the loss at the same noise."""
    x = np.array([1.0, 2.0, 6.0])

    def losses(mu: float, precision: float) -> FloatArray:
        y = mu + EPS / precision**0.5
        return ((y[:, np.newaxis] - x) ** 2).sum(axis=1)

    for mu, precision in ((2.5, 1.0), (2.5, 0.25)):
        got, expected = answer(x, mu, precision, EPS), differences(losses, mu, precision)
        where = f"at mu = {mu}, precision = {precision},"
        yield from compare_samples(got, expected, where, ("mu", "the precision"))


@question("right-hand-side-log-normal")
def log_normal(answer: Callable[..., ArrayLike]) -> Hints:
    """The average agrees with a finite difference of the mean loss at the same noise."""
    for k, mu, sigma in ((0.0, 0.0, 1.0), (2.0, 0.3, 0.5)):
        expected = differences(partial(_mean_log_normal_loss, k), mu, sigma)
        where = f"at k = {k}, mu = {mu}, sigma = {sigma}"
        yield compare(answer(k, mu, sigma, EPS), expected, where, ("mu", "sigma"))


def _mean_log_normal_loss(k: float, mu: float, sigma: float) -> float:
    return float(np.mean((np.exp(mu + sigma * EPS) - k) ** 2))


@claim("right-hand-side-skewed-coin")
def skewed_coin(low: float, high: float, p: float) -> Hints:
    """The noise has mean 0 and variance 1, and makes the gradient of y^3 in sigma negative."""
    if not 0 < p < 1:
        yield f"p must be a probability between 0 and 1, got {p:g}"
    mean = (1 - p) * low + p * high
    if abs(mean) > 1e-6:
        yield f"the mean of this noise is {mean:.4g}, not 0"
    variance = (1 - p) * low**2 + p * high**2
    if abs(variance - 1) > 1e-6:
        yield f"the variance of this noise is {variance:.4g}, not 1"
    gradients = pathwise(CUBE, Normal(1, 1), [low, high])[:, 1]
    if (gradient := (1 - p) * gradients[0] + p * gradients[1]) >= -1e-9:
        yield f"with this coin the gradient in sigma is {gradient:.4g}, which is not negative"
