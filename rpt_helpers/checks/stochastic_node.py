"""Checks of the chapter stochastic-node."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .. import quadrature
from .._arguments import FloatArray
from ..losses import quadratic
from ..nodes import Normal
from ._compare import compare, compare_samples, differences
from ._registry import Hints, claim, question

U = np.array([0.05, 0.3, 0.5, 0.85])


@question("stochastic-node-uniform")
def uniform(answer: Callable[..., ArrayLike]) -> Hints:
    """Each sample agrees with a finite difference of the loss at the same noise."""
    x = np.array([1.0, 2.0, 6.0])

    def losses(a: float, b: float) -> FloatArray:
        y = a + (b - a) * U
        return ((y[:, np.newaxis] - x) ** 2).sum(axis=1)

    for a, b in ((0.0, 1.0), (-2.0, 3.5)):
        got, expected = answer(x, a, b, U), differences(losses, a, b)
        yield from compare_samples(got, expected, f"at a = {a}, b = {b},", ("a", "b"))


@question("stochastic-node-fresh-noise")
def fresh_noise(answer: Callable[..., float]) -> Hints:
    """The standard deviation agrees with variances of the loss by quadrature."""
    loss = quadratic(0)

    def variance(n: int, delta: float, sigma: float) -> float:
        node = Normal(delta, sigma)
        mean = quadrature.expected_loss(loss, node)
        return n**2 * float(quadrature.expectation(lambda y: (loss(y) - mean) ** 2, node))

    for n, delta, sigma, step, n_samples in (
        (1, 0.0, 1.0, 0.5, 1),
        (10, -1.5, 2.0, 0.1, 1000),
        (3, 1.0, 0.5, 2.0, 7),
    ):
        both = variance(n, delta + step, sigma) + variance(n, delta - step, sigma)
        expected = (both / n_samples) ** 0.5 / (2 * step)
        where = (
            f"with n = {n}, delta = {delta}, sigma = {sigma}, "
            f"step = {step}, n_samples = {n_samples},"
        )
        yield compare(answer(n, delta, sigma, step, n_samples), expected, where)


@claim("stochastic-node-wrong-direction")
def wrong_direction(c: float, j: float, mu: float, sigma: float) -> Hints:
    """The mean slope and the derivative of the expected loss have opposite signs at the point."""
    truth = c + j * float(np.exp(Normal(mu, sigma).log_prob(0)))
    if c * truth >= 0:
        yield (
            f"the pathwise gradient is {c:.4f} there and the true derivative {truth:.4f}: "
            "not of opposite signs"
        )
