"""Checks of the chapter left-hand-side."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from .. import closed_form, quadrature
from ..losses import SquaredError
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
    """Half the mean curvature and the mean slope of y^4 - k y^2 vanish, up to rounding."""
    node = Normal(mu, sigma)
    size = max(abs(mu), sigma)
    in_mu = float(quadrature.expectation(lambda y: 4 * y**3 - 2 * k * y, node))
    in_variance = float(quadrature.expectation(lambda y: 6 * y**2 - k, node))
    if abs(in_mu) > 1e-6 * size**3:
        yield f"the derivative in mu is {in_mu:.4g} there, not zero"
    if abs(in_variance) > 1e-6 * size**2:
        yield f"the derivative in sigma^2 is {in_variance:.4g} there, not zero"
