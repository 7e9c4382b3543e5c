"""Checks of the chapter better-than-random."""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import ArrayLike

from .. import closed_form, quadrature
from ..estimators import pathwise
from ..losses import MeanAbsoluteError, SquaredError
from ..nodes import Normal
from ._compare import compare
from ._registry import Hints, claim, question


@question("better-than-random-gain")
def gain(answer: Callable[..., ArrayLike]) -> Hints:
    """The quotient agrees with quadrature over the pair and over one sample."""
    x = np.array([1.0, 2.0, 6.0])
    loss = SquaredError(x)
    for mu, sigma in ((3.0, 1.5), (2.0, 0.7), (8.0, 2.0)):
        node = Normal(mu, sigma)

        def pair(y: np.ndarray, node: Normal = node) -> np.ndarray:
            eps = (y - node.mu) / node.sigma
            both = pathwise(loss, node, eps) + pathwise(loss, node, -eps)
            return (both[:, 1] / 2 - 2 * loss.n * node.sigma) ** 2

        single = quadrature.variance(pathwise, loss, node)[1]
        expected = 2 * quadrature.expectation(pair, node) / single
        yield compare(answer(x, mu, sigma), expected, f"at mu = {mu}, sigma = {sigma}")


@question("better-than-random-mirror")
def mirror(answer: Callable[..., ArrayLike]) -> Hints:
    """The noise of each part is where its share says, and the mirror image where the rest says."""
    cdf = NormalDist().cdf
    for u in (np.array([0.3]), np.array([0.2, 0.9, 0.5, 0.35])):
        n = u.size
        noise = np.asarray(answer(u), dtype=float)
        where = f"with {n} part{'' if n == 1 else 's'}"
        if noise.shape != (2 * n,):
            yield f"{where} the shape must be ({2 * n},), and is {noise.shape}"
        ways = n * np.array([cdf(each) for each in noise]) - np.tile(np.arange(n), 2)
        yield compare(ways[:n], u, f"{where}, the ways of the draws through their parts:")
        yield compare(ways[n:], 1 - u, f"{where}, the ways of the mirror images:")


@claim("better-than-random-more-points")
def more_points(few: float, many: float) -> Hints:
    """The rule with more points has the larger error."""
    if not (few == int(few) and many == int(many) and 1 <= few < many < 100):
        yield f"whole numbers with 1 <= few < many < 100 are asked for, got {few:g} and {many:g}"
    if {few, many} <= {4, 16, 32, 64}:
        yield "both stand in the table of the chapter; find others"
    small, large = (_error(int(points)) for points in (few, many))
    if large <= small:
        yield f"there the error does not rise, from {small:.3g} to {large:.3g}"


def _error(points: int) -> float:
    """Of the rule with so many points, in mu."""
    loss, node = MeanAbsoluteError([0.0]), Normal(0.5, 1.0)
    eps, weights = hermegauss(points)
    mean = weights @ pathwise(loss, node, eps)[:, 0] / weights.sum()
    return float(abs(mean - closed_form.gradient(loss, node)[0]))
