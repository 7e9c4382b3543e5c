"""Checks of the chapter score-function."""

from collections.abc import Callable
from itertools import permutations, product
from math import exp, factorial

import numpy as np

from .. import closed_form, quadrature
from ..estimators import score_function
from ..losses import Cosine, quadratic
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


@claim("score-function-mean-hurts")
def mean_hurts(k: float, mu: float, sigma: float) -> Hints:
    """The mean as the baseline makes the variance in mu larger, by more than rounding."""
    loss, normal = Cosine(k), Normal(mu, sigma)
    mean = quadrature.expected_loss(loss, normal)
    plain = quadrature.variance(score_function, loss, normal)[0]
    with_mean = quadrature.variance(score_function, loss, normal, baseline=mean)[0]
    if with_mean <= plain * (1 + 1e-9):
        yield (
            f"the variance there is {plain:.4g} without a baseline and "
            f"{with_mean:.4g} with the mean: not larger"
        )
