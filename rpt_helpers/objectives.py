r"""Objectives that identify sigma, which no pointwise loss can.

Each has an exact ``value(normal)``, an exact ``gradient(normal, wrt)``, and its ``optimum()``. Those that are an
expectation over y also have ``pathwise(normal, eps, wrt)``: one unbiased gradient per sample, shape
(n_samples, 2), for stochastic descent.

Three of them have one form, a pointwise loss plus a term that only sigma enters: :math:`E f(y) + c(\sigma)`.
The second term is what the question's loss lacks.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import root
from scipy.special import ndtr

from . import closed_form
from ._arguments import FloatArray, positive_number, reject, sample_array
from .nodes import Normal, Parameterization
from .estimators import pathwise
from .losses import MeanAbsoluteError, SquaredError


def _spread_data(x: ArrayLike) -> SquaredError:
    """Return the sufficient statistics of data that do not all coincide: else the best sigma would be 0."""
    statistics = SquaredError(x)
    positive_number("mean square deviation of x", statistics.mean_square_deviation)
    return statistics


class NegativeLogLikelihood:
    r"""The mean negative log-likelihood of the data, which is the forward KL divergence up to a constant.

    :math:`\tfrac12\log 2\pi + \log\sigma + (\delta^2 + s^2)/(2\sigma^2)`; its optimum is
    :math:`(\bar x, s^2)`. It is an expectation over the data, not over y, so it has no pathwise gradient: a
    stochastic gradient comes from a random part of the data.

    Parameters
    ----------
    x : array_like, shape (n,)
        Observed data.

    Raises
    ------
    ValueError
        If `x` is not a one-dimensional array of finite numbers.
    """

    def __init__(self, x: ArrayLike) -> None:
        self.data = SquaredError(x)

    def _mean_square(self, normal: Normal) -> float:
        return (normal.mu - self.data.mean) ** 2 + self.data.mean_square_deviation

    def value(self, normal: Normal) -> float:
        """Return the objective at `normal`."""
        return float(0.5 * np.log(2 * np.pi) + np.log(normal.sigma)) + self._mean_square(normal) / (2 * normal.sigma**2)

    def gradient(self, normal: Normal, wrt: Parameterization = "sigma") -> FloatArray:
        r"""Return :math:`(\delta/\sigma^2,\; 1/\sigma - (\delta^2+s^2)/\sigma^3)`, shape (2,), for wrt="sigma"."""
        in_sigma = 1 / normal.sigma - self._mean_square(normal) / normal.sigma**3
        return np.array([(normal.mu - self.data.mean) / normal.sigma**2, in_sigma * normal.scale_derivative(wrt)])

    def optimum(self) -> Normal:
        r"""Return :math:`N(\bar x, s^2)`; ValueError if the data all coincide."""
        return Normal(self.data.mean, self.data.mean_square_deviation**0.5)


class MomentMatching:
    r"""Squared distances between the first two moments of y and of the data.

    :math:`(E y - \bar x)^2 + (E(y-\bar x)^2 - s^2)^2/(4s^2) = \delta^2 + (\delta^2+\sigma^2-s^2)^2/(4s^2)`; the
    divisor gives both terms the same unit. Its optimum is :math:`(\bar x, s^2)`.

    Parameters
    ----------
    x : array_like, shape (n,)
        Observed data, not all equal.

    Raises
    ------
    ValueError
        If `x` is not a one-dimensional array of finite numbers, or all are equal.
    """

    def __init__(self, x: ArrayLike) -> None:
        self.data = _spread_data(x)

    def _excess(self, normal: Normal) -> tuple[float, float]:
        delta = normal.mu - self.data.mean
        return delta, delta**2 + normal.sigma**2 - self.data.mean_square_deviation

    def value(self, normal: Normal) -> float:
        """Return the objective at `normal`."""
        delta, excess = self._excess(normal)
        return delta**2 + excess**2 / (4 * self.data.mean_square_deviation)

    def gradient(self, normal: Normal, wrt: Parameterization = "sigma") -> FloatArray:
        """Return the exact gradient, shape (2,)."""
        delta, excess = self._excess(normal)
        per_excess = excess / self.data.mean_square_deviation
        return np.array([2 * delta + per_excess * delta, per_excess * normal.sigma * normal.scale_derivative(wrt)])

    def pathwise(self, normal: Normal, eps: ArrayLike, wrt: Parameterization = "sigma") -> FloatArray:
        """Return one gradient per sample, shape (n_samples, 2), for at least two samples.

        The square of an expectation is not an expectation: each sample multiplies its own derivative with the
        excess of its neighbor, which is independent of it.
        """
        eps = sample_array("eps", eps, minimum=2)
        centered = normal.path(eps) - self.data.mean
        excess = centered**2 - self.data.mean_square_deviation
        slope = 2 * np.roll(centered, 1) + np.roll(excess, 1) * centered / self.data.mean_square_deviation
        return normal.along_path(slope, eps, wrt)

    def optimum(self) -> Normal:
        r"""Return :math:`N(\bar x, s^2)`."""
        return Normal(self.data.mean, self.data.mean_square_deviation**0.5)


class SquaredErrorWithEntropy:
    r"""The question's loss, tempered, minus the entropy of y: :math:`E f(y)/(2\tau^2) - \log\sigma`.

    Its optimum is :math:`\mu = \bar x,\ \sigma^2 = \tau^2/n`: the posterior of the mean of n observations of variance
    :math:`\tau^2` under a flat prior, and not the spread of the data.

    Parameters
    ----------
    x : array_like, shape (n,)
        Observed data.
    tau : float
        Standard deviation of one observation, > 0, in the unit of the data.

    Raises
    ------
    ValueError
        If `x` is not a one-dimensional array of finite numbers or `tau` is not a finite number > 0.
    """

    def __init__(self, x: ArrayLike, tau: float) -> None:
        self.data = SquaredError(x)
        self.tau = positive_number("tau", tau)

    def value(self, normal: Normal) -> float:
        """Return the objective at `normal`."""
        return closed_form.expected_loss(self.data, normal) / (2 * self.tau**2) - float(np.log(normal.sigma))

    def gradient(self, normal: Normal, wrt: Parameterization = "sigma") -> FloatArray:
        r"""Return :math:`(n\delta/\tau^2,\; n\sigma/\tau^2 - 1/\sigma)`, shape (2,), for wrt="sigma"."""
        return closed_form.gradient(self.data, normal, wrt) / (2 * self.tau**2) + _in_sigma(
            -1 / normal.sigma, normal, wrt
        )

    def pathwise(self, normal: Normal, eps: ArrayLike, wrt: Parameterization = "sigma") -> FloatArray:
        """Return one gradient per sample, shape (n_samples, 2)."""
        return pathwise(self.data, normal, eps, wrt) / (2 * self.tau**2) + _in_sigma(-1 / normal.sigma, normal, wrt)

    def optimum(self) -> Normal:
        r"""Return :math:`N(\bar x, \tau^2/n)`."""
        return Normal(self.data.mean, self.tau / self.data.n**0.5)


class ReverseKL(SquaredErrorWithEntropy):
    r"""The Kullback-Leibler divergence from :math:`N(\mu, \sigma^2)` to :math:`N(\bar x, s^2)`.

    :math:`\log(s/\sigma) + (\delta^2+\sigma^2)/(2s^2) - \tfrac12`, which is `SquaredErrorWithEntropy` at
    :math:`\tau^2 = n s^2` up to a constant; its optimum is :math:`(\bar x, s^2)`.

    Parameters
    ----------
    x : array_like, shape (n,)
        Observed data, not all equal.

    Raises
    ------
    ValueError
        If `x` is not a one-dimensional array of finite numbers, or all are equal.
    """

    def __init__(self, x: ArrayLike) -> None:
        data = _spread_data(x)
        self._log_s = 0.5 * float(np.log(data.mean_square_deviation))
        super().__init__(x, (data.n * data.mean_square_deviation) ** 0.5)

    def value(self, normal: Normal) -> float:
        """Return the divergence at `normal`, 0 at the optimum."""
        return super().value(normal) - 1 + self._log_s


class EnergyScore:
    r"""The mean energy score of the data, in one dimension the continuous ranked probability score (CRPS).

    :math:`E\,\tfrac1n\sum_i|y-x_i| - \tfrac12 E|y-y'|`, where the last term is :math:`\sigma/\sqrt\pi`.
    Its optimum comes close to :math:`(\bar x, s)` for many data drawn from a Normal but is not equal to it.

    Parameters
    ----------
    x : array_like, shape (n,)
        Observed data, not all equal.

    Raises
    ------
    ValueError
        If `x` is not a one-dimensional array of finite numbers, or all are equal.

    References
    ----------
    Gneiting and Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", JASA 102, 2007.
    """

    def __init__(self, x: ArrayLike) -> None:
        self._s = _spread_data(x).mean_square_deviation ** 0.5
        self.loss = MeanAbsoluteError(x)

    def value(self, normal: Normal) -> float:
        """Return the objective at `normal`, in the unit of the data."""
        distance = normal.mu - self.loss.x
        density, probability = self._density_and_probability(distance / normal.sigma)
        expected = distance * (2 * probability - 1) + 2 * normal.sigma * density
        return float(expected.mean()) - normal.sigma / np.pi**0.5

    def gradient(self, normal: Normal, wrt: Parameterization = "sigma") -> FloatArray:
        r"""Return :math:`(2\Phi(z_i)-1,\; 2\varphi(z_i)-1/\sqrt\pi)` averaged over i, shape (2,), for wrt="sigma".

        Here :math:`z_i = (\mu-x_i)/\sigma`.
        """
        density, probability = self._density_and_probability((normal.mu - self.loss.x) / normal.sigma)
        in_mu, in_sigma = 2 * probability.mean() - 1, 2 * density.mean() - np.pi**-0.5
        return np.array([in_mu, in_sigma * normal.scale_derivative(wrt)])

    @staticmethod
    def _density_and_probability(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.exp(Normal(0, 1).log_prob(z)), ndtr(z)

    def pathwise(self, normal: Normal, eps: ArrayLike, wrt: Parameterization = "sigma") -> FloatArray:
        """Return one gradient per sample, shape (n_samples, 2)."""
        return pathwise(self.loss, normal, eps, wrt) + _in_sigma(-(np.pi**-0.5), normal, wrt)

    def optimum(self) -> Normal:
        """Return the best root of the gradient, found numerically; there is no closed form.

        Raises
        ------
        ValueError
            If no root is better than sigma = 0, as where most of the data coincide.
        """
        # One far value takes s a long way from the optimum, coinciding data the quartiles: start from both.
        low, median, high = np.quantile(self.loss.x, [0.25, 0.5, 0.75])
        roots = [self._root_from(median, unit) for unit in (0.74 * (high - low), self._s) if unit > 0]
        best = min(roots, key=self.value)
        if self.value(best) >= self.loss(median):  # what sigma = 0 gives
            reject("x", self.loss.x, "data with an optimum at sigma > 0, not mostly equal")
        return best

    def _root_from(self, center: float, unit: float) -> Normal:
        standard = EnergyScore((self.loss.x - center) / unit)

        def normal(p: FloatArray) -> Normal:
            return Normal(p[0], float(np.exp(np.clip(p[1], -30, 30))))

        found = normal(root(lambda p: standard.gradient(normal(p)), np.zeros(2), tol=1e-12).x)
        return Normal(center + unit * found.mu, unit * found.sigma)


def _in_sigma(slope: float, normal: Normal, wrt: Parameterization) -> FloatArray:
    """Gradient of a term that only sigma enters, with derivative `slope`, shape (2,)."""
    return np.array([0.0, slope * normal.scale_derivative(wrt)])
