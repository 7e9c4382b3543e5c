"""Checks of the chapter right-hand-side."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from .. import quadrature
from .._arguments import FloatArray
from ..estimators import pathwise
from ..losses import Cosine
from ..nodes import Normal
from ._compare import compare, compare_samples, differences
from ._registry import Hints, claim, question

EPS = np.array([-1.5, -0.2, 0.3, 0.7, 2.0])


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


@claim("right-hand-side-coin")
def coin(k: float, mu: float, sigma: float) -> Hints:
    """The two derivatives in sigma have opposite signs at the point, by more than rounding."""
    loss, normal = Cosine(k), Normal(mu, sigma)
    by_normal = quadrature.gradient(loss, normal)[1]
    by_coin = pathwise(loss, normal, [-1.0, 1.0])[:, 1].mean()
    if min(abs(by_normal), abs(by_coin)) < 1e-9:
        yield (
            "one of the derivatives is zero up to rounding there: "
            f"{by_normal:.2g} and {by_coin:.2g}"
        )
    if by_normal * by_coin > 0:
        yield f"both have the same sign there: {by_normal:.4f} and {by_coin:.4f}"
