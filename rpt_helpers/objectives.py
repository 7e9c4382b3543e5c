r"""Objectives that identify sigma, which no pointwise loss can.

Each has an exact ``value(node)``, an exact ``gradient(node)`` in the parameters of the Normal node,
and its ``optimum()``. Those that are an expectation over y also have ``pathwise(node, eps)``: one
unbiased gradient per sample, shape (n_samples, 2), for stochastic descent.

Three of them have one form, a pointwise loss plus a term that only sigma enters, which is what the
question's loss lacks: see `Penalized`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from . import closed_form, estimators
from ._arguments import FloatArray, draws, positive_number, reject
from .losses import DifferentiableLoss, MeanAbsoluteError, SquaredError
from .nodes import Normal

Method = TypeVar("Method", bound=Callable[..., Any])


def _of_a_normal(method: Method) -> Method:
    """Refuse what is no Normal, and one where the result is too large for a float."""

    @wraps(method)
    def checked(self: Any, node: Normal, *rest: Any, **options: Any) -> Any:
        if not isinstance(node, Normal):
            reject("node", node, "a Normal")
        with np.errstate(all="ignore"):
            result = method(self, node, *rest, **options)
        if not np.isfinite(result).all():
            nearer = "nearer to the scale of the data: the result is too large for a float"
            reject("node", node, nearer)
        return result

    return checked  # type: ignore[return-value]


def _spread_data(x: ArrayLike) -> SquaredError:
    """Return the statistics of data that do not all coincide: else the best sigma would be 0."""
    statistics = SquaredError(x)
    positive_number("mean square deviation of x", statistics.mean_square_deviation)
    return statistics


class NegativeLogLikelihood:
    r"""The mean negative log-likelihood of the data: the forward KL divergence up to a constant.

    :math:`\tfrac12\log 2\pi + \log\sigma + (\delta^2 + s^2)/(2\sigma^2)`; its optimum is
    :math:`(\bar x, s^2)`. It is an expectation over the data, not over y, so it has no pathwise
    gradient: a stochastic gradient comes from a random part of the data.
    """

    def __init__(self, x: ArrayLike) -> None:
        self.data = SquaredError(x)

    def _standardized(self, node: Normal) -> tuple[FloatArray, FloatArray]:
        """Return delta / sigma, and the mean square of the data about mu over the variance."""
        z = self.data.deviation(node.mu) / np.float64(node.sigma)
        return z, z**2 + self.data.mean_square_deviation / np.float64(node.sigma) / node.sigma

    @_of_a_normal
    def value(self, node: Normal) -> float:
        """Return the objective at `node`."""
        _, square = self._standardized(node)
        return float(0.5 * np.log(2 * np.pi) + np.log(node.sigma) + square / 2)

    @_of_a_normal
    def gradient(self, node: Normal) -> FloatArray:
        r"""Return the gradient, :math:`\delta/\sigma^2` in mu, shape (2,).

        In sigma it is :math:`1/\sigma - (\delta^2+s^2)/\sigma^3`.
        """
        z, square = self._standardized(node)
        return np.array([z, (1 - square) * node.scale_derivative]) / node.sigma

    def optimum(self) -> Normal:
        r"""Return :math:`N(\bar x, s^2)`; ValueError if the data all coincide."""
        s_square = positive_number("mean square deviation of x", self.data.mean_square_deviation)
        return Normal(self.data.mean, s_square**0.5)


class MomentMatching:
    r"""Squared distances between the first two moments of y and of the data.

    :math:`(E y - \bar x)^2 + (E(y-\bar x)^2 - s^2)^2/(4s^2)`, which is
    :math:`\delta^2 + (\delta^2+\sigma^2-s^2)^2/(4s^2)`; the divisor gives both terms the same unit.
    Its optimum is :math:`(\bar x, s^2)`. The data must not all be equal.
    """

    def __init__(self, x: ArrayLike) -> None:
        self.data = _spread_data(x)

    def _excess(self, node: Normal) -> tuple[FloatArray, FloatArray]:
        delta = self.data.deviation(node.mu)
        return delta, delta**2 + np.float64(node.sigma) ** 2 - self.data.mean_square_deviation

    @_of_a_normal
    def value(self, node: Normal) -> float:
        """Return the objective at `node`."""
        delta, excess = self._excess(node)
        return float(delta**2 + excess**2 / (4 * self.data.mean_square_deviation))

    @_of_a_normal
    def gradient(self, node: Normal) -> FloatArray:
        """Return the exact gradient, shape (2,)."""
        delta, excess = self._excess(node)
        per_excess = excess / self.data.mean_square_deviation
        in_sigma = per_excess * node.sigma
        return np.array([2 * delta + per_excess * delta, in_sigma * node.scale_derivative])

    @_of_a_normal
    def pathwise(self, node: Normal, eps: ArrayLike) -> FloatArray:
        """Return one gradient a sample, shape (n_samples, 2), for two samples or more.

        The square of an expectation is not an expectation: each sample
        multiplies its own derivative with the excess of its neighbor, which is
        independent of it.
        """
        eps = draws("eps", eps)
        if len(eps) < 2:
            reject("eps", f"{len(eps)} draw", "at least 2 draws")
        centered = self.data.deviation(node.path(eps))
        s_square = self.data.mean_square_deviation
        other = np.roll(centered, 1)
        slope = 2 * other + (other**2 - s_square) * centered / s_square
        return node.pullback(slope, eps)

    def optimum(self) -> Normal:
        r"""Return :math:`N(\bar x, s^2)`."""
        return Normal(self.data.mean, self.data.mean_square_deviation**0.5)


@dataclass(frozen=True, eq=False)
class Penalized:
    r"""A pointwise loss plus a term that only sigma enters: :math:`E f(y)/u + c(\sigma)`."""

    loss: DifferentiableLoss
    unit: float
    term: Callable[[float], float]
    slope: Callable[[float], float]

    @_of_a_normal
    def value(self, node: Normal) -> float:
        """Return the objective at `node`."""
        return closed_form.expected_loss(self.loss, node) / self.unit + self.term(node.sigma)

    def _gradient_of_term(self, node: Normal) -> FloatArray:
        return np.array([0.0, self.slope(node.sigma) * node.scale_derivative])

    @_of_a_normal
    def gradient(self, node: Normal) -> FloatArray:
        """Return the exact gradient, shape (2,)."""
        return closed_form.gradient(self.loss, node) / self.unit + self._gradient_of_term(node)

    @_of_a_normal
    def pathwise(self, node: Normal, eps: ArrayLike) -> FloatArray:
        """Return one gradient per sample, shape (n_samples, 2)."""
        sample = estimators.pathwise(self.loss, node, eps)
        return sample / self.unit + self._gradient_of_term(node)


class SquaredErrorWithEntropy(Penalized):
    r"""The question's loss, tempered, minus the entropy: :math:`E f(y)/(2\tau^2) - \log\sigma`.

    Its optimum is :math:`\mu = \bar x,\ \sigma^2 = \tau^2/n`: the posterior of the mean of n
    observations with standard deviation `tau` > 0 under a flat prior, and not the spread of the
    data.
    """

    loss: SquaredError

    def __init__(self, x: ArrayLike, tau: float) -> None:
        tau = positive_number("tau", tau)
        unit = 2 * positive_number("tau^2", tau * tau)
        super().__init__(SquaredError(x), unit, lambda s: -math.log(s), lambda s: -1 / s)

    def optimum(self) -> Normal:
        r"""Return :math:`N(\bar x, \tau^2/n)`."""
        return Normal(self.loss.mean, (self.unit / 2 / self.loss.n) ** 0.5)


class ReverseKL(SquaredErrorWithEntropy):
    r"""The Kullback-Leibler divergence from :math:`N(\mu, \sigma^2)` to :math:`N(\bar x, s^2)`.

    :math:`\log(s/\sigma) + (\delta^2+\sigma^2)/(2s^2) - \tfrac12`, which is
    `SquaredErrorWithEntropy` at :math:`\tau^2 = n s^2` up to a constant; its optimum is
    :math:`(\bar x, s^2)`. The data must not all be equal.
    """

    def __init__(self, x: ArrayLike) -> None:
        data = _spread_data(x)
        super().__init__(x, (data.n * data.mean_square_deviation) ** 0.5)

    @_of_a_normal
    def value(self, node: Normal) -> float:
        """Return the divergence at `node`, 0 at the optimum."""
        return super().value(node) - 1 + 0.5 * math.log(self.loss.mean_square_deviation)


class EnergyScore(Penalized):
    r"""The mean energy score of the data, here the continuous ranked probability score (CRPS).

    :math:`E\,\tfrac1n\sum_i|y-x_i| - \tfrac12 E|y-y'|`, where the last term is
    :math:`\sigma/\sqrt\pi`. Its optimum comes close to :math:`(\bar x, s)` for many data drawn from
    a Normal but is not equal to it. The data must not all be equal. Gneiting and Raftery, "Strictly
    Proper Scoring Rules, Prediction, and Estimation", JASA 102, 2007.
    """

    loss: MeanAbsoluteError

    def __init__(self, x: ArrayLike) -> None:
        _spread_data(x)
        c = -(math.pi**-0.5)
        super().__init__(MeanAbsoluteError(x), 1.0, lambda sigma: c * sigma, lambda sigma: c)

    def optimum(self) -> Normal:
        """Return the best root of the gradient, found numerically; there is no closed form.

        ValueError if no root is better than sigma = 0, as where most of the data coincide.
        """
        # One far value takes s far from the optimum, equal data the quartiles: start from both.
        low, median, high = np.quantile(self.loss.x, [0.25, 0.5, 0.75])
        units = 0.74 * (high - low), self.loss.x.std()
        roots = [self._root_from(median, unit) for unit in units if unit > 0]
        best = min(roots, key=self.value)
        if self.value(best) >= self.loss(median):  # what sigma = 0 gives
            reject("x", self.loss.x, "data with an optimum at sigma > 0, not mostly equal")
        return best

    def _root_from(self, center: float, unit: float) -> Normal:
        from scipy.optimize import root  # slow to import

        standard = EnergyScore((self.loss.x - center) / unit)

        def node(p: FloatArray) -> Normal:
            return Normal(p[0], float(np.exp(np.clip(p[1], -30, 30))))

        found = node(root(lambda p: standard.gradient(node(p)), np.zeros(2), tol=1e-12).x)
        return Normal(center + unit * found.mu, unit * found.sigma)
