"""Checks of the chapter variance-comparison."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import quadrature
from .._arguments import FloatArray
from ..estimators import pathwise, score_function
from ..losses import DifferentiableLoss, Loss, SquaredError
from ..nodes import Normal
from ._compare import compare
from ._registry import Hints, claim, question

X = np.array([1.0, 2.0, 6.0])


@question("variance-comparison-weighted-ratio")
def weighted_ratio(answer: Callable[..., ArrayLike]) -> Hints:
    """The ratio agrees with quadrature."""
    normal = Normal(2.5, 1.5)
    for w in (np.ones(3), np.array([3.0, 1.0, 0.5])):
        loss, where = _weighted(w), f"with the weights {', '.join(f'{weight:g}' for weight in w)}"
        with_trick = quadrature.variance(pathwise, loss, normal)
        expected = quadrature.variance(score_function, loss, normal) / with_trick
        got = np.asarray(answer(X, w, normal.mu, normal.sigma), dtype=float)
        if got.shape == (2,) and np.allclose(got * expected, 1):
            yield f"{where} the ratio is upside down"
        yield compare(got, expected, where, ("mu", "sigma"))


def _weighted(w: FloatArray) -> Loss:
    """Weighted squared error with the data `X`."""
    return Loss(
        lambda y: ((y[:, np.newaxis] - X) ** 2) @ w,
        lambda y: 2 * (y[:, np.newaxis] - X) @ w,
    )


@question("variance-comparison-best-mix")
def best_mix(answer: Callable[..., ArrayLike]) -> Hints:
    """No weight a little to either side has a smaller variance."""
    loss, step = SquaredError(X), 1e-3
    for normal in (Normal(3.0, 2.0), Normal(2.5, 1.5), Normal(-1.0, 0.8)):
        where = f"at mu = {normal.mu}, sigma = {normal.sigma}"
        weight = np.asarray(answer(X, normal.mu, normal.sigma), dtype=float)
        if weight.shape != (2,) or not np.isfinite(weight).all():
            yield f"{where} the answer is not an array of two finite numbers"
        below, at, above = (
            _variance_of_mix(loss, normal, weight + move) for move in (-step, 0, step)
        )
        # How far the bottom of the parabola through the three is.
        off = step / 2 * (below - above) / (below + above - 2 * at)
        for name, distance in zip(("mu", "sigma"), off, strict=True):
            if abs(distance) > 1e-4:
                turn = "larger" if distance > 0 else "smaller"
                yield f"{where} a {turn} weight for {name} has a smaller variance"


def _variance_of_mix(loss: DifferentiableLoss, normal: Normal, weight: FloatArray) -> FloatArray:
    """Variance of weight * pathwise + (1 - weight) * score function on the same noise."""

    def mix(*arguments: Any) -> FloatArray:
        return weight * pathwise(*arguments) + (1 - weight) * score_function(*arguments)

    return quadrature.variance(mix, loss, normal)


@claim("variance-comparison-turned-by-baseline")
def turned_by_baseline(k: float, b: float) -> Hints:
    """With this baseline the score function has the smaller variance in mu."""
    if not 0.1 <= k <= 10:
        yield f"k must be between 0.1 and 10, got {k:g}"
    loss = Loss(
        lambda y: np.logaddexp(k * y, -k * y),
        lambda y: k * np.tanh(k * y),
    )
    normal = Normal(0.0, 1.0)
    with_trick = quadrature.variance(pathwise, loss, normal)[0]
    without = quadrature.variance(score_function, loss, normal, baseline=b)[0]
    if with_trick <= without:
        yield f"there the trick wins, with {with_trick:.3g} against {without:.3g}"
