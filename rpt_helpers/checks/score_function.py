"""Checks of the chapter score-function."""

from collections.abc import Callable, Sequence
from itertools import permutations, product
from math import exp, factorial

import numpy as np

from .. import closed_form, quadrature
from ..nodes import Normal
from ..estimators import score_function
from ..losses import Cosine, Quadratic
from ._registry import question
from ._compare import compare


def _probability(count: int, rate: float) -> float:
    return rate**count * exp(-rate) / factorial(count)


def _price(count: int) -> float:
    return (count - 3.0) ** 2 + 10


@question("score-function-counts")
def counts(answer: Callable[..., float]) -> str | None:
    """The expectation over all small samples is the derivative; a flat charge and the order do not matter."""
    sample = np.array([2, 0, 3, 1])
    prices, rate, step = np.array([_price(count) for count in sample]), 0.8, 1e-5
    first = answer(sample, prices, rate)
    if np.shape(first):
        return f"for four counts, the shape is {np.shape(first)}, expected a number"
    if not np.isclose(answer(sample, prices + 100, rate), first, rtol=1e-8):
        return "a charge of 100 on every price changes the answer: the baseline does not remove it"
    orders = [answer(sample[list(order)], prices[list(order)], rate) for order in permutations(range(4))]
    if not np.allclose(orders, first, rtol=1e-8):
        return "the answer depends on the order of the draws"
    expected = sum(
        _price(count) * (_probability(count, rate + step) - _probability(count, rate - step)) for count in range(20)
    ) / (2 * step)
    for size, largest in ((2, 20), (3, 11)):
        mean = 0.0
        for drawn in product(range(largest), repeat=size):
            weight = float(np.prod([_probability(count, rate) for count in drawn]))
            mean += weight * float(answer(np.array(drawn), np.array([_price(count) for count in drawn]), rate))
        if hint := compare(mean, expected, f"averaged over all samples of size {size},", rtol=1e-4):
            return hint
    return None


@question("score-function-reweighted")
def reweighted(answer: Callable[..., float]) -> str | None:
    """At the old dials it is the mean price; integrated over single draws it is the price at the new dials."""
    loss, old = Quadratic(1), Normal(0.5, 1.5)
    y = np.array([-1.0, 0.5, 2.5])
    if hint := compare(answer(loss(y), y, 0.5, 1.5, 0.5, 1.5), loss(y).mean(), "with the dials unchanged,"):
        return hint
    grid, width = np.linspace(-15, 16, 621, retstep=True)
    weights = np.exp(old.log_prob(grid)) * width
    for new in (Normal(2.0, 1.5), Normal(0.5, 1.0), Normal(-0.5, 1.8)):
        singles = [float(answer(loss(at), at, 0.5, 1.5, new.mu, new.sigma)) for at in grid[:, np.newaxis]]
        where = f"from mu = 0.5, sigma = 1.5 to mu = {new.mu}, sigma = {new.sigma},"
        if hint := compare(np.dot(singles, weights), closed_form.expected_loss(loss, new), where):
            return hint
    return None


@question("score-function-mean-hurts")
def mean_hurts(answer: Sequence[float]) -> str | None:
    """The variance in mu is larger with the mean as the baseline than without one, by more than rounding."""
    k, mu, sigma = answer
    loss, normal = Cosine(k), Normal(mu, sigma)
    plain, with_mean = (
        quadrature.variance(score_function, loss, normal, baseline=baseline)[0] for baseline in (None, "mean")
    )
    if with_mean > plain * (1 + 1e-9):
        return None
    return f"the variance there is {plain:.4g} without a baseline and {with_mean:.4g} with the mean: not larger"
