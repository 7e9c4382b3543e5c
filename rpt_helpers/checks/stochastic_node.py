"""Checks of the chapter stochastic-node."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .. import quadrature
from .._arguments import FloatArray
from ..nodes import Normal
from ..losses import Quadratic
from ._registry import question
from ._compare import compare

U = np.array([0.05, 0.3, 0.5, 0.85])


@question("stochastic-node-uniform")
def uniform(answer: Callable[..., ArrayLike]) -> str | None:
    """Each sample agrees with a finite difference of the loss at the same noise."""
    x, step = np.array([1.0, 2.0, 6.0]), 1e-5

    def losses(a: float, b: float) -> FloatArray:
        y = a + (b - a) * U
        return ((y[:, np.newaxis] - x) ** 2).sum(axis=1)

    for a, b in ((0.0, 1.0), (-2.0, 3.5)):
        got, where = np.asarray(answer(x, a, b, U)), f"at a = {a}, b = {b},"
        if got.shape != (U.size, 2):
            return f"{where} the shape for {U.size} draws is {got.shape}, expected {(U.size, 2)}"
        in_a = (losses(a + step, b) - losses(a - step, b)) / (2 * step)
        in_b = (losses(a, b + step) - losses(a, b - step)) / (2 * step)
        for column, (name, expected) in enumerate((("a", in_a), ("b", in_b))):
            if hint := compare(got[:, column], expected, f"{where} in {name},"):
                return hint
    return None


@question("stochastic-node-fresh-noise")
def fresh_noise(answer: Callable[..., float]) -> str | None:
    """The standard deviation agrees with variances of the loss by quadrature."""

    def variance(n: int, delta: float, sigma: float) -> float:
        node, loss = Normal(delta, sigma), Quadratic(0)
        mean = quadrature.expectation(loss, node)
        return n**2 * float(quadrature.expectation(lambda y: (loss(y) - mean) ** 2, node))

    for n, delta, sigma, step, n_samples in ((1, 0.0, 1.0, 0.5, 1), (10, -1.5, 2.0, 0.1, 1000), (3, 1.0, 0.5, 2.0, 7)):
        both = variance(n, delta + step, sigma) + variance(n, delta - step, sigma)
        expected = (both / n_samples) ** 0.5 / (2 * step)
        where = f"with n = {n}, delta = {delta}, sigma = {sigma}, step = {step}, n_samples = {n_samples},"
        if hint := compare(answer(n, delta, sigma, step, n_samples), expected, where):
            return hint
    return None


@question("stochastic-node-wrong-direction")
def wrong_direction(answer: Sequence[float]) -> str | None:
    """The mean slope and the derivative of the expected loss have opposite signs at the point."""
    c, j, mu, sigma = answer
    truth = c + j * float(np.exp(Normal(mu, sigma).log_prob(0)))
    if c * truth < 0:
        return None
    return f"the pathwise gradient is {c:.4f} there and the true derivative {truth:.4f}: not of opposite signs"
