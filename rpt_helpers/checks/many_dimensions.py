"""Checks of the chapter many-dimensions."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .. import quadrature
from .._arguments import FloatArray
from ..estimators import score_function
from ..losses import Loss
from ..nodes import CorrelatedNormal, Normal
from ._compare import compare
from ._registry import Hints, claim, question

TERMS = [
    Loss(np.square, lambda y: 2 * y),
    Loss(lambda y: 3 * y + 1, lambda y: np.full_like(y, 3)),
    Loss(lambda y: y**3 - y**2, lambda y: 3 * y**2 - 2 * y),
]
DISTANCE = Loss(lambda y: np.sum(y * y, axis=1), lambda y: 2 * y)


@question("many-dimensions-any-sum")
def any_sum(answer: Callable[..., ArrayLike]) -> Hints:
    """Each variance is that of the own term by quadrature, and the scatter of the others."""
    node = Normal(0.0, 1.0)
    for terms in (TERMS[:1], TERMS[1:2], TERMS):
        mean, variance, weighted, twice = np.array([_moments(each, node) for each in terms]).T
        own = [
            quadrature.variance(score_function, term, node, baseline=b)[0]
            for term, b in zip(terms, mean, strict=True)
        ]
        expected = np.add(own, variance.sum() - variance)
        where = f"with {len(terms)} term{'' if len(terms) == 1 else 's'}"
        yield compare(answer(mean, variance, weighted, twice), expected, where)


def _moments(term: Loss, node: Normal) -> tuple[float, ...]:
    """Return E f, Var f, Var(f eps) and E[f eps^2]."""

    def products(y: FloatArray) -> FloatArray:
        f = term(y)
        return np.array([f, f**2, f * y, (f * y) ** 2, f * y**2]).T

    means = np.asarray(quadrature.expectation(products, node))
    mean, square, weighted, weighted_square, twice = means
    return mean, square - mean**2, weighted_square - weighted**2, twice


@question("many-dimensions-ridge")
def ridge(answer: Callable[..., ArrayLike]) -> Hints:
    """The variances are those of the samples on a grid, which is exact for polynomials."""
    points, weights = np.polynomial.hermite_e.hermegauss(4)
    for factor in (
        [[2.0]],
        [[1.0, 0.0], [0.0, 3.0]],
        [[1.0, 0.0], [0.6, 0.8]],
        [[1.0, 0.0, 0.0], [-0.5, 1.2, 0.0], [0.7, 0.4, 0.3]],
    ):
        d = len(factor)
        eps = np.stack(np.meshgrid(*[points] * d), axis=-1).reshape(-1, d)
        weight = np.prod(np.meshgrid(*[weights] * d), axis=0).ravel() / weights.sum() ** d
        node = CorrelatedNormal(np.zeros(d), factor)
        expected = weight @ score_function(DISTANCE, node, eps)[:, :d] ** 2  # of mean zero
        yield compare(answer(np.array(factor)), expected, f"for L = {factor}")


@claim("many-dimensions-correlation")
def correlation(a_1: float, a_2: float, rho: float) -> Hints:
    """The variance in mu_1 is smaller than with independent draws."""
    if not 0 < abs(rho) < 1:
        yield "rho must be between -1 and 1, and not 0"
    correlated, independent = (
        3 * square**2 / (1 - r**2) + 12 * a_1**2 * square
        for r in (rho, 0)
        for square in [a_1**2 + a_2**2 + 2 * r * a_1 * a_2]  # the mean of the loss
    )
    if correlated >= independent:
        other = f"{independent:.3g} with independent draws"
        yield f"there the variance is {correlated:.3g}, and {other}"
