"""Checks of the chapter hermite-spectrum."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import quadrature
from .._arguments import FloatArray
from ..estimators import pathwise, score_function
from ..losses import Cosine, DifferentiableLoss, Loss, quadratic
from ..nodes import Normal
from ._compare import compare
from ._registry import Hints, claim, question


@question("hermite-spectrum-polynomial")
def polynomial(answer: Callable[..., ArrayLike]) -> Hints:
    """The spectrum agrees with quadrature."""
    for a, node in (
        ([0.0, 0.0, 1.0], Normal(0.0, 1.0)),
        ([1.0, -2.0, 0.5, 3.0], Normal(0.0, 2.0)),
        ([1.0, -2.0, 0.5, 3.0, -0.25], Normal(1.5, 0.8)),
    ):
        loss = np.polynomial.Polynomial(a)
        expected = quadrature.hermite_spectrum(loss, node, len(a) - 1)
        got = answer(np.array(a), node.mu, node.sigma)
        yield compare(got, expected, f"for a = {a} at mu = {node.mu}, sigma = {node.sigma}")


@question("hermite-spectrum-opposite-draws")
def opposite_draws(answer: Callable[..., ArrayLike]) -> Hints:
    """The variances agree with quadrature."""
    for name, loss, node, order in (
        ("(y - 3)^2", quadratic(3.0), Normal(1.0, 1.5), 2),
        ("cos(2y)", Cosine(2), Normal(1.0, 1.0), 50),
    ):
        c = quadrature.hermite_spectrum(loss, node, order)
        both = [partial(_average, each) for each in (pathwise, score_function)]
        expected = [quadrature.variance(each, loss, node) for each in both]
        where = f"for the spectrum of {name} at mu = {node.mu}, sigma = {node.sigma}"
        yield compare(answer(c, node.sigma), expected, where)


def _average(
    estimator: Callable[..., FloatArray], loss: DifferentiableLoss, node: Normal, eps: FloatArray
) -> FloatArray:
    """Average the samples at opposite noise."""
    pair: Any = estimator(loss, node, eps) + estimator(loss, node, -eps)
    return np.asarray(pair / 2)


@claim("hermite-spectrum-losing-polynomial")
def losing_polynomial(a_0: float, a_2: float, a_4: float) -> Hints:
    """The trick has the larger variance in mu."""
    loss = Loss(
        lambda y: a_0 + a_2 * y**2 + a_4 * y**4,
        lambda y: 2 * a_2 * y + 4 * a_4 * y**3,
    )
    normal = Normal(0.0, 1.0)
    with_trick, without = (
        quadrature.variance(each, loss, normal)[0] for each in (pathwise, score_function)
    )
    if with_trick <= without:
        yield f"there the trick wins, with {with_trick:.3g} against {without:.3g}"
