"""Checks of the chapter left-hand-side."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .. import closed_form, quadrature
from ..nodes import Normal
from ..losses import Cosine, SquaredError
from ._registry import question
from ._compare import compare, gradient_by_differences


@question("left-hand-side-weighted-gradient")
def weighted_gradient(answer: Callable[..., ArrayLike]) -> str | None:
    """Equal weights are the plain loss; other weights agree with finite differences."""
    x, normal = np.array([1.0, 2.0, 6.0]), Normal(2.5, 1.5)
    plain = closed_form.gradient(SquaredError(x), normal)
    if hint := compare(answer(x, np.ones(3), 2.5, 1.5), plain, "with all weights 1"):
        return hint
    w = np.array([3.0, 1.0, 0.5])
    expected = gradient_by_differences(lambda y: ((y[:, np.newaxis] - x) ** 2) @ w, normal)
    return compare(answer(x, w, 2.5, 1.5), expected, "with the weights 3, 1, 0.5")


@question("left-hand-side-fourth-power")
def fourth_power(answer: Callable[..., ArrayLike]) -> str | None:
    """The gradient agrees with finite differences of the expectation."""
    for k, normal in ((0.0, Normal(0, 1)), (1.0, Normal(2.5, 1.5))):
        expected = gradient_by_differences(lambda y, k=k: (y - k) ** 4, normal, "variance")  # type: ignore[misc]
        where = f"at k = {k}, mu = {normal.mu}, sigma = {normal.sigma}"
        if hint := compare(answer(k, normal.mu, normal.sigma), expected, where):
            return hint
    return None


@question("left-hand-side-spread-can-pay")
def spread_can_pay(answer: Sequence[float]) -> str | None:
    """The derivative in sigma is negative at the point, by more than rounding."""
    k, mu, sigma = answer
    slope = quadrature.gradient(Cosine(k), Normal(mu, sigma))[1]
    if abs(slope) < 1e-9:
        return f"the derivative in sigma is zero up to rounding there: {slope:.2g}"
    return None if slope < 0 else f"the derivative in sigma is {slope:.4f} there, not negative"
