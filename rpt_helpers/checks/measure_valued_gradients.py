"""Checks of the chapter measure-valued-gradients."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from .. import closed_form
from .._arguments import FloatArray
from ..estimators import measure_valued, pathwise
from ..losses import quadratic
from ..nodes import Normal
from ._compare import compare, differences
from ._registry import Hints, claim, question

COUNTS = np.arange(60.0)
LOG_FACTORIALS = np.cumsum(np.log(np.maximum(COUNTS, 1)))


def _mean(values: FloatArray, rate: float) -> float:
    """Return the mean over the counts from 0 on, for a rate at which larger ones do not occur."""
    probabilities = np.exp(COUNTS * np.log(rate) - rate - LOG_FACTORIALS)
    return float(probabilities[: values.size] @ values)


@question("measure-valued-gradients-counts")
def counts(answer: Callable[..., ArrayLike]) -> Hints:
    """The mean over the counts is the derivative of the expected loss."""
    for name, prices in (
        ("the loss y", COUNTS),
        ("the loss (y - 4)^2", (COUNTS - 4) ** 2),
        ("a loss of 1 for y > 2", (COUNTS > 2).astype(np.float64)),
    ):
        got = np.asarray(answer(prices, np.arange(59)), dtype=np.float64)
        if got.shape != (59,):
            yield f"for {name} the shape for 59 counts is {got.shape}, expected (59,)"
        for rate in (0.7, 2.5):
            slope = differences(partial(_mean, prices), rate)[0]
            yield compare(_mean(got, rate), slope, f"for {name} and the rate {rate}")


@question("measure-valued-gradients-split")
def split(answer: Callable[..., ArrayLike]) -> Hints:
    """One integral is done numerically, and number times difference is the gradient."""
    eps, step = np.linspace(1, 40, 40_001, retstep=True)
    weight = (eps**2 - 1) * np.exp(-(eps**2) / 2)
    for k, mu, sigma in ((0.0, 0.0, 1.0), (0.5, 2.0, 1.5)):
        where = f"at k = {k}, mu = {mu}, sigma = {sigma}"
        got = np.asarray(answer(k, mu, sigma), dtype=float)
        if got.shape != (3,):
            yield f"{where} the shape is {got.shape}, expected (3,)"
        number, tails, middle = got
        exact = 2 * weight.sum() * step / (2 * np.pi) ** 0.5 / sigma
        yield compare(number, exact, f"{where}, of the number in front,")
        over_tails = (mu - k) ** 2 + sigma**2 * (weight @ eps**2) / weight.sum()
        yield compare(tails, over_tails, f"{where}, of the tails,")
        if not np.isclose(number * (tails - middle), 2 * sigma):
            yield f"{where} the number times the difference is not the gradient in sigma"


@claim("measure-valued-gradients-wrong-partner")
def wrong_partner(mu: float, sigma: float) -> Hints:
    """The coupled gradient beats the trick, and the independent one beats both."""
    loss, node = quadratic(1.0), Normal(mu, sigma)
    coupled, independent = (
        closed_form.variance(measure_valued, loss, node, coupled=each)[0] for each in (True, False)
    )
    trick = closed_form.variance(pathwise, loss, node)[0]
    if coupled >= trick:
        yield f"there the trick varies less, with {trick:.3g} against {coupled:.3g}"
    if independent >= coupled:
        yield f"there coupling helps, with {coupled:.3g} against {independent:.3g}"
