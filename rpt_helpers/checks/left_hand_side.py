"""Checks of the chapter left-hand-side."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from .. import closed_form, quadrature
from ..losses import Cosine, SquaredError
from ..nodes import Normal
from ._compare import compare, differences
from ._registry import Hints, claim, question


@question("left-hand-side-weighted-gradient")
def weighted_gradient(answer: Callable[..., ArrayLike]) -> Hints:
    """Equal weights are the plain loss; other weights agree with finite differences."""
    x, normal, names = np.array([1.0, 2.0, 6.0]), Normal(2.5, 1.5), ("mu", "sigma")
    plain = closed_form.gradient(SquaredError(x), normal)
    yield compare(answer(x, np.ones(3), 2.5, 1.5), plain, "with all weights 1", names)
    w = np.array([3.0, 1.0, 0.5])

    def expected_loss(mu: float, sigma: float) -> float:
        loss = quadrature.expectation(lambda y: (y[:, np.newaxis] - x) ** 2, Normal(mu, sigma))
        return float(loss @ w)

    expected = differences(expected_loss, 2.5, 1.5)
    yield compare(answer(x, w, 2.5, 1.5), expected, "with the weights 3, 1, 0.5", names)


@question("left-hand-side-fourth-power")
def fourth_power(answer: Callable[..., ArrayLike]) -> Hints:
    """The gradient agrees with finite differences of the expectation."""
    for k, mu, sigma in ((0.0, 0.0, 1.0), (1.0, 2.5, 1.5)):
        expected = differences(partial(_expected_fourth_power, k), mu, sigma**2)
        where = f"at k = {k}, mu = {mu}, sigma = {sigma}"
        yield compare(answer(k, mu, sigma), expected, where, ("mu", "sigma^2"))


def _expected_fourth_power(k: float, mu: float, variance: float) -> float:
    return float(quadrature.expectation(lambda y: (y - k) ** 4, Normal(mu, variance**0.5)))


@claim("left-hand-side-spread-can-pay")
def spread_can_pay(k: float, mu: float, sigma: float) -> Hints:
    """The derivative in sigma is negative at the point, by more than rounding."""
    slope = quadrature.gradient(Cosine(k), Normal(mu, sigma))[1]
    if abs(slope) < 1e-9:
        yield f"the derivative in sigma is zero up to rounding there: {slope:.2g}"
    if slope > 0:
        yield f"the derivative in sigma is {slope:.4f} there, not negative"
