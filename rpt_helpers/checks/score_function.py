"""Checks of the chapter score-function."""

from collections.abc import Callable
from itertools import permutations, product
from math import exp, factorial

import numpy as np
from numpy.polynomial import Polynomial

from .. import closed_form
from ..losses import quadratic
from ..nodes import Normal
from ._compare import compare, differences
from ._registry import Hints, claim, question


def _probability(count: int, rate: float) -> float:
    return rate**count * exp(-rate) / factorial(count)


def _price(count: int) -> float:
    return (count - 3.0) ** 2 + 10


def _expected_price(rate: float) -> float:
    return sum(_price(count) * _probability(count, rate) for count in range(20))


@question("score-function-counts")
def counts(answer: Callable[..., float]) -> Hints:
    """Averages over all samples are the derivative; a flat charge and the order do not matter."""
    sample, rate = np.array([2, 0, 3, 1]), 0.8
    prices = np.array([_price(count) for count in sample])
    first = answer(sample, prices, rate)
    if np.shape(first):
        yield f"for four counts, the shape is {np.shape(first)}, expected a number"
    if not np.isclose(answer(sample, prices + 100, rate), first, rtol=1e-8):
        yield "a charge of 100 on every price changes the answer: the baseline does not remove it"
    orders = [
        answer(sample[list(order)], prices[list(order)], rate) for order in permutations(range(4))
    ]
    if not np.allclose(orders, first, rtol=1e-8):
        yield "the answer depends on the order of the draws"
    expected = differences(_expected_price, rate)[0]
    for size, largest in ((2, 20), (3, 11)):
        mean = 0.0
        for drawn in product(range(largest), repeat=size):
            weight = float(np.prod([_probability(count, rate) for count in drawn]))
            prices = np.array([_price(count) for count in drawn])
            mean += weight * float(answer(np.array(drawn), prices, rate))
        yield compare(mean, expected, f"averaged over all samples of size {size},", rtol=1e-4)


@question("score-function-reweighted")
def reweighted(answer: Callable[..., float]) -> Hints:
    """The old dials give the mean price; an average over single draws, that of the new dials."""
    loss, old = quadratic(1), Normal(0.5, 1.5)
    y = np.array([-1.0, 0.5, 2.5])
    same = answer(loss(y), y, 0.5, 1.5, 0.5, 1.5)
    yield compare(same, loss(y).mean(), "with the dials unchanged,")
    grid, width = np.linspace(-15, 16, 621, retstep=True)
    weights = np.exp(old.log_prob(grid)) * width
    for new in (Normal(2.0, 1.5), Normal(0.5, 1.0), Normal(-0.5, 1.8)):
        singles = [
            float(answer(loss(at), at, 0.5, 1.5, new.mu, new.sigma)) for at in grid[:, np.newaxis]
        ]
        where = f"from mu = 0.5, sigma = 1.5 to mu = {new.mu}, sigma = {new.sigma},"
        yield compare(np.dot(singles, weights), closed_form.expected_loss(loss, new), where)


@claim("score-function-moving-end")
def moving_end(*coefficients: float) -> Hints:
    """The loss varies, and the estimator's mean is the derivative of the expected loss."""
    scale = max(map(abs, coefficients), default=0.0)
    if not any(abs(c) > 1e-6 * scale for c in coefficients[1:]):
        yield "this loss is constant, or nearly so"
    loss = Polynomial(np.array(coefficients) / scale)

    def expected_loss(theta: float) -> float:
        return float(loss.integ()(theta)) / theta

    end = 2.0
    estimator = -expected_loss(end) / end  # the score of a uniform y is -1/theta
    truth = differences(expected_loss, end)[0]
    if not abs(estimator - truth) < 1e-6:
        yield (
            f"the estimator has the mean {estimator * scale:.4g}, but the derivative of the "
            f"expected loss is {truth * scale:.4g}"
        )
