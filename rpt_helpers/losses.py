"""Losses of one real number y: a value and a derivative, both for whole arrays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from ._arguments import FloatArray, finite_number, real_array, reject, sample_array

ArrayFunction = Callable[[FloatArray], FloatArray]


@runtime_checkable
class DifferentiableLoss(Protocol):
    """What every estimator needs of a loss: ``loss(y)`` and ``loss.derivative(y)``, shapes as `y`."""

    def __call__(self, y: ArrayLike, /) -> FloatArray:
        """Return the value at each `y`."""

    def derivative(self, y: ArrayLike, /) -> FloatArray:
        """Return the derivative at each `y`."""


def differentiable(loss: DifferentiableLoss) -> DifferentiableLoss:
    """Return `loss` if it has a value and a derivative."""
    if not isinstance(loss, DifferentiableLoss):
        reject("loss", loss, "a loss with a derivative, for example Loss(value, derivative)")
    return loss


class SumOfSquares:
    r"""The loss :math:`f(y) = n\,[(y-\bar x)^2 + s^2]`: all that a sum of squares knows of its data."""

    n: int
    mean: float
    mean_square_deviation: float

    def __call__(self, y: ArrayLike) -> FloatArray:
        """Return the value at each `y`, shape as `y`."""
        return self.n * ((real_array("y", y) - self.mean) ** 2 + self.mean_square_deviation)

    def derivative(self, y: ArrayLike) -> FloatArray:
        r"""Return :math:`f'(y) = 2n(y-\bar x)` at each `y`, shape as `y`."""
        return 2 * self.n * (real_array("y", y) - self.mean)


class SquaredError(SumOfSquares):
    r"""The question's loss :math:`f(y) = \sum_i (y-x_i)^2 = n\,[(y-\bar x)^2 + s^2]`.

    One pass over the data at construction; afterwards a sample costs the same whatever n is.

    Parameters
    ----------
    x : array_like, shape (n,)
        Observed data.

    Attributes
    ----------
    n : int
        Number of observations.
    mean : float
        :math:`\bar x`.
    mean_square_deviation : float
        :math:`s^2 = \frac1n\sum_i (x_i-\bar x)^2`, the maximum-likelihood variance.

    Raises
    ------
    ValueError
        If `x` is empty, not one-dimensional, or holds anything but finite numbers.
    """

    def __init__(self, x: ArrayLike) -> None:
        data = sample_array("x", x)
        self.n = data.size
        deviation = data - data[0]  # exactly 0 where all data coincide
        self.mean = float(data[0] + deviation.mean())
        self.mean_square_deviation = finite_number("mean square deviation of x", deviation.var())

    def __repr__(self) -> str:
        return f"SquaredError(n={self.n}, mean={self.mean:.6g}, mean_square_deviation={self.mean_square_deviation:.6g})"


@dataclass(frozen=True)
class Quadratic(SumOfSquares):
    r"""The loss :math:`f(y) = (y-k)^2`: squared error with the single observation k.

    Parameters
    ----------
    k : float
        Where the loss is 0.
    """

    k: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", finite_number("k", self.k))

    n = 1
    mean_square_deviation = 0.0

    @property
    def mean(self) -> float:  # type: ignore[override]
        """The single observation."""
        return self.k


class MeanAbsoluteError:
    r"""The loss :math:`f(y) = \frac1n\sum_i |y-x_i|`: continuous, with a kink at each observation.

    Parameters
    ----------
    x : array_like, shape (n,)
        Observed data.

    Attributes
    ----------
    x : ndarray, shape (n,)
        The data, sorted.

    Raises
    ------
    ValueError
        If `x` is empty, not one-dimensional, or holds anything but finite numbers.
    """

    def __init__(self, x: ArrayLike) -> None:
        self.x = np.sort(sample_array("x", x))
        self._sum_below = np.concatenate([[0.0], np.cumsum(self.x)])

    def __call__(self, y: ArrayLike) -> FloatArray:
        """Return the value at each `y`, shape as `y`."""
        y = real_array("y", y)
        below = np.searchsorted(self.x, y)
        excess = y * (2 * below - self.x.size) - 2 * self._sum_below[below] + self._sum_below[-1]
        return excess / self.x.size

    def derivative(self, y: ArrayLike) -> FloatArray:
        """Return the share of the data below each `y` minus the share above, shape as `y`."""
        y = real_array("y", y)
        below, not_above = np.searchsorted(self.x, y), np.searchsorted(self.x, y, side="right")
        return np.where(np.isnan(y), np.nan, (below + not_above) / self.x.size - 1)


@dataclass(frozen=True)
class ExponentialSquare:
    r"""The loss :math:`f(y) = e^{-k y^2}`, a bump of width :math:`1/\sqrt{2k}`.

    Parameters
    ----------
    k : float
        Any finite number; for k < 0 expectations exist only while :math:`\sigma` is small.
    """

    k: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", finite_number("k", self.k))

    def __call__(self, y: ArrayLike) -> FloatArray:
        """Return the value at each `y`, shape as `y`."""
        return np.exp(-self.k * real_array("y", y) ** 2)

    def derivative(self, y: ArrayLike) -> FloatArray:
        r"""Return :math:`f'(y) = -2ky\,e^{-ky^2}` at each `y`, shape as `y`."""
        return -2 * self.k * real_array("y", y) * self(y)


@dataclass(frozen=True)
class Cosine:
    r"""The loss :math:`f(y) = \cos(ky)`.

    Parameters
    ----------
    k : float
        Angular frequency.
    """

    k: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", finite_number("k", self.k))

    def __call__(self, y: ArrayLike) -> FloatArray:
        """Return the value at each `y`, shape as `y`."""
        return np.cos(self.k * real_array("y", y))

    def derivative(self, y: ArrayLike) -> FloatArray:
        r"""Return :math:`f'(y) = -k\sin(ky)` at each `y`, shape as `y`."""
        return -self.k * np.sin(self.k * real_array("y", y))


class Loss:
    """Any loss, given as a pair of array functions.

    Parameters
    ----------
    value, derivative : callable
        Take an array and return an array of the same shape.

    Raises
    ------
    ValueError
        If one of them is not callable, or (when used) returns another shape than it was given.
    """

    def __init__(self, value: ArrayFunction, derivative: ArrayFunction) -> None:
        self._value = _callable("value", value)
        self._derivative = _callable("derivative", derivative)

    def __call__(self, y: ArrayLike) -> FloatArray:
        """Return the value at each `y`, shape as `y`."""
        return _one_each("value", self._value, y)

    def derivative(self, y: ArrayLike) -> FloatArray:
        """Return the derivative at each `y`, shape as `y`."""
        return _one_each("derivative", self._derivative, y)


def _callable(name: str, function: ArrayFunction) -> ArrayFunction:
    if not callable(function):
        reject(name, function, "a function of an array")
    return function


def _one_each(name: str, function: ArrayFunction, y: ArrayLike) -> FloatArray:
    points = real_array("y", y)
    result = real_array(f"{name}(y)", function(points))
    if result.shape != points.shape:
        reject(f"{name}(y)", f"shape {result.shape}", f"one number for each y, shape {points.shape}")
    return result
