"""Checks of the chapter variance-comparison."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .. import quadrature
from .._arguments import FloatArray
from ..nodes import Normal
from ..estimators import pathwise, score_function
from ..losses import Cosine, DifferentiableLoss, Loss, SquaredError
from ._registry import question
from ._compare import compare

X = np.array([1.0, 2.0, 6.0])


@question("variance-comparison-weighted-ratio")
def weighted_ratio(answer: Callable[..., ArrayLike]) -> str | None:
    """The ratio agrees with quadrature."""
    normal = Normal(2.5, 1.5)
    for w in (np.ones(3), np.array([3.0, 1.0, 0.5])):
        loss, where = _weighted(w), f"with the weights {', '.join(f'{weight:g}' for weight in w)}"
        expected = quadrature.variance(score_function, loss, normal) / quadrature.variance(pathwise, loss, normal)
        got = np.asarray(answer(X, w, normal.mu, normal.sigma), dtype=float)
        if got.shape == (2,) and np.allclose(got * expected, 1):
            return f"{where} the ratio is upside down"
        if hint := compare(got, expected, where):
            return hint
    return None


def _weighted(w: FloatArray) -> Loss:
    """Weighted squared error with the data `X`."""
    return Loss(lambda y: ((y[:, np.newaxis] - X) ** 2) @ w, lambda y: 2 * (y[:, np.newaxis] - X) @ w)


@question("variance-comparison-best-mix")
def best_mix(answer: Callable[..., ArrayLike]) -> str | None:
    """No weight a little to either side has a smaller variance."""
    loss, step = SquaredError(X), 1e-3
    for normal in (Normal(3.0, 2.0), Normal(2.5, 1.5), Normal(-1.0, 0.8)):
        where = f"at mu = {normal.mu}, sigma = {normal.sigma}"
        weight = np.asarray(answer(X, normal.mu, normal.sigma), dtype=float)
        if weight.shape != (2,) or not np.isfinite(weight).all():
            return f"{where} the answer is not an array of two finite numbers"
        below, at, above = (_variance_of_mix(loss, normal, weight + move) for move in (-step, 0, step))
        # How far the bottom of the parabola through the three is.
        off = step / 2 * (below - above) / (below + above - 2 * at)
        for name, distance in zip(("mu", "sigma"), off, strict=True):
            if abs(distance) > 1e-4:
                turn = "larger" if distance > 0 else "smaller"
                return f"{where} a {turn} weight for {name} has a smaller variance"
    return None


def _variance_of_mix(loss: DifferentiableLoss, normal: Normal, weight: FloatArray) -> FloatArray:
    """Variance of weight * pathwise + (1 - weight) * score function on the same noise."""

    def mix(*arguments: object, **options: object) -> FloatArray:
        with_trick, without = (e(*arguments, **options) for e in (pathwise, score_function))  # type: ignore[arg-type]
        return weight * with_trick + (1 - weight) * without

    return quadrature.variance(mix, loss, normal)


@question("variance-comparison-one-of-two")
def one_of_two(answer: Sequence[float]) -> str | None:
    """The pathwise variance is the smaller one in exactly one component."""
    k, mu, sigma = answer
    with_trick, without = (quadrature.variance(e, Cosine(k), Normal(mu, sigma)) for e in (pathwise, score_function))
    wins = with_trick < without
    if wins[0] != wins[1]:
        return None
    return f"there the trick {'wins' if wins[0] else 'does not win'} in both components"
