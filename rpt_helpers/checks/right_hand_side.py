"""Checks of the chapter right-hand-side."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .. import quadrature
from .._arguments import FloatArray
from ..nodes import Normal
from ..estimators import pathwise
from ..losses import Cosine
from ._registry import question
from ._compare import compare

EPS = np.array([-1.5, -0.2, 0.3, 0.7, 2.0])


def _differences(loss: Callable[[float, float], ArrayLike], first: float, second: float) -> FloatArray:
    """Gradient by central differences, with the noise held; a last axis of length 2 is added."""
    step = 1e-5
    in_first = np.subtract(loss(first + step, second), loss(first - step, second))
    in_second = np.subtract(loss(first, second + step), loss(first, second - step))
    return np.stack([in_first, in_second], axis=-1) / (2 * step)


@question("right-hand-side-precision-samples")
def precision_samples(answer: Callable[..., ArrayLike]) -> str | None:
    """Each sample agrees with a finite difference of the loss at the same noise."""
    x = np.array([1.0, 2.0, 6.0])

    def losses(mu: float, precision: float) -> FloatArray:
        y = mu + EPS / precision**0.5
        return ((y[:, np.newaxis] - x) ** 2).sum(axis=1)

    for mu, precision in ((2.5, 1.0), (2.5, 0.25)):
        where = f"at mu = {mu}, precision = {precision},"
        got, expected = np.asarray(answer(x, mu, precision, EPS)), _differences(losses, mu, precision)
        if got.shape != expected.shape:
            return f"{where} the shape for {EPS.size} draws is {got.shape}, expected {expected.shape}"
        for column, name in enumerate(("mu", "the precision")):
            if hint := compare(got[:, column], expected[:, column], f"{where} in {name},"):
                return hint
    return None


@question("right-hand-side-log-normal")
def log_normal(answer: Callable[..., ArrayLike]) -> str | None:
    """The average agrees with a finite difference of the mean loss at the same noise."""
    for k, mu, sigma in ((0.0, 0.0, 1.0), (2.0, 0.3, 0.5)):

        def mean_loss(mu: float, sigma: float, k: float = k) -> float:
            return float(np.mean((np.exp(mu + sigma * EPS) - k) ** 2))

        where = f"at k = {k}, mu = {mu}, sigma = {sigma}"
        if hint := compare(answer(k, mu, sigma, EPS), _differences(mean_loss, mu, sigma), where):
            return hint
    return None


@question("right-hand-side-coin")
def coin(answer: Sequence[float]) -> str | None:
    """The two derivatives in sigma have opposite signs at the point, by more than rounding."""
    k, mu, sigma = answer
    loss, normal = Cosine(k), Normal(mu, sigma)
    slopes = quadrature.gradient(loss, normal)[1], pathwise(loss, normal, [-1.0, 1.0])[:, 1].mean()
    if min(np.abs(slopes)) < 1e-9:
        return f"one of the derivatives is zero up to rounding there: {slopes[0]:.2g} and {slopes[1]:.2g}"
    return None if slopes[0] * slopes[1] < 0 else f"both have the same sign there: {slopes[0]:.4f} and {slopes[1]:.4f}"
