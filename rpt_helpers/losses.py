"""Losses of a sample y: a value and a derivative, both for whole arrays.

`y` has one draw along its first axis; a loss of one real number takes an array of any shape and
returns the same shape, a loss of a vector takes shape (n, d) and returns shape (n,), and (n, d) for
its derivative. Data become float64: of a whole number beyond 2^53 the nearest one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from ._arguments import FloatArray, finite_number, one_each, real_array, reject, sample_array

ArrayFunction = Callable[[FloatArray], FloatArray]


class DifferentiableLoss(Protocol):
    """What the pathwise estimator needs of a loss; the others need its value only."""

    def __call__(self, y: FloatArray, /) -> FloatArray:
        """Return the value at each `y`."""

    def derivative(self, y: FloatArray, /) -> FloatArray:
        """Return the derivative at each `y`, shape as `y`."""


def values(loss: ArrayFunction, y: FloatArray) -> FloatArray:
    """Return the loss of each draw, shape (n,), and refuse a loss that gives anything else."""
    if not callable(loss) or isinstance(loss, type):
        reject("loss", loss, "a function of an array, for example Loss(value, derivative)")
    return one_each("loss(y)", loss(y), y.shape[:1])


def slopes(loss: DifferentiableLoss, y: FloatArray) -> FloatArray:
    """Return the derivative at each draw, shape as `y`, and refuse a loss that gives another."""
    if not callable(getattr(loss, "derivative", None)) or isinstance(loss, type):
        reject("loss", loss, "a loss with a derivative, for example Loss(value, derivative)")
    return one_each("loss.derivative(y)", loss.derivative(y), y.shape)


@dataclass(frozen=True, init=False, repr=False)
class SquaredError:
    r"""The question's loss :math:`f(y) = \sum_i (y-x_i)^2 = n\,[(y-\bar x)^2 + s^2]`.

    One pass over the data, `x` of shape (n,), at construction; afterwards a sample costs the same
    whatever n is.

    Attributes
    ----------
    n : int
        Number of observations.
    mean : float
        :math:`\bar x`.
    mean_square_deviation : float
        :math:`s^2 = \frac1n\sum_i (x_i-\bar x)^2`, the maximum-likelihood variance.
    """

    n: int
    mean: float
    mean_square_deviation: float
    _rest: float  # what the rounded mean lacks: it counts where the spread is small beside the mean

    def __init__(self, x: ArrayLike) -> None:
        data = sample_array("x", x)
        with np.errstate(over="ignore", invalid="ignore"):
            deviation = data - data[0]  # exactly 0 where all data coincide
            mean, square = float(data[0] + deviation.mean()), float(deviation.var())
        finite_number("mean of x", mean)
        finite_number("mean square deviation of x", square)
        object.__setattr__(self, "n", data.size)
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "mean_square_deviation", square)
        object.__setattr__(self, "_rest", float((data - mean).mean()))

    def deviation(self, y: ArrayLike) -> FloatArray:
        r"""Return :math:`y - \bar x` at each `y`, with the digits that the rounded mean lacks."""
        u = real_array("y", y) - self.mean
        if self._rest:
            u -= self._rest
        return u

    def __call__(self, y: ArrayLike) -> FloatArray:
        """Return the value at each `y`, shape as `y`."""
        u = self.deviation(y)
        u *= u  # in place, so that the samples stay in the processor's cache
        u += self.mean_square_deviation
        u *= self.n
        return u

    def derivative(self, y: ArrayLike) -> FloatArray:
        r"""Return :math:`f'(y) = 2n(y-\bar x)` at each `y`, shape as `y`."""
        u = self.deviation(y)
        u *= 2 * self.n
        return u

    def __repr__(self) -> str:
        numbers = f"mean={self.mean:.6g}, mean_square_deviation={self.mean_square_deviation:.6g}"
        return f"SquaredError(n={self.n}, {numbers})"


def quadratic(k: float) -> SquaredError:
    """Return the loss :math:`(y-k)^2`: squared error with the single observation k."""
    return SquaredError([finite_number("k", k)])


@dataclass(frozen=True, init=False, eq=False)
class MeanAbsoluteError:
    r"""The loss :math:`f(y) = \frac1n\sum_i |y-x_i|`: continuous, with a kink at each observation.

    Attributes
    ----------
    x : ndarray, shape (n,)
        The data, sorted; cannot be changed.
    """

    x: FloatArray
    _middle: float = field(repr=False)
    _sum_below: FloatArray = field(repr=False)

    def __init__(self, x: ArrayLike) -> None:
        data = np.sort(sample_array("x", x))
        data.setflags(write=False)
        # Distances from one in the middle: sums of the data would lose the digits of their spread.
        middle = data[data.size // 2]
        object.__setattr__(self, "x", data)
        object.__setattr__(self, "_middle", middle)
        object.__setattr__(self, "_sum_below", np.concatenate([[0.0], np.cumsum(data - middle)]))

    def __call__(self, y: ArrayLike) -> FloatArray:
        """Return the value at each `y`, shape as `y`."""
        y = real_array("y", y)
        below = np.searchsorted(self.x, y)
        rest = self._sum_below[-1] - 2 * self._sum_below[below]
        return ((y - self._middle) * (2 * below - self.x.size) + rest) / self.x.size

    def derivative(self, y: ArrayLike) -> FloatArray:
        """Return the share of the data below each `y` minus the share above, shape as `y`."""
        y = real_array("y", y)
        below, not_above = np.searchsorted(self.x, y), np.searchsorted(self.x, y, side="right")
        return np.where(np.isnan(y), np.nan, (below + not_above) / self.x.size - 1)


@dataclass(frozen=True)
class ExponentialSquare:
    r"""The loss :math:`f(y) = e^{-k y^2}`, a bump of width :math:`1/\sqrt{2k}`.

    k is any finite number; for k < 0 its expectations exist only while :math:`\sigma` is small.
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
    r"""The loss :math:`f(y) = \cos(ky)`; k, the angular frequency, is any finite number."""

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
    value : callable
        Takes an array of draws and returns one number for each.
    derivative : callable
        Takes an array of draws and returns the same shape.
    """

    def __init__(self, value: ArrayFunction, derivative: ArrayFunction) -> None:
        for name, function in (("value", value), ("derivative", derivative)):
            if not callable(function):
                reject(name, function, "a function of an array")
        self._value, self._derivative = value, derivative

    def __call__(self, y: ArrayLike) -> FloatArray:
        """Return the value at each `y`."""
        points = real_array("y", y)
        result = real_array("value(y)", self._value(points))
        # One number for each entry of y, or one for each draw where a draw is a vector.
        return one_each("value(y)", result, points.shape[: max(result.ndim, min(points.ndim, 1))])

    def derivative(self, y: ArrayLike) -> FloatArray:
        """Return the derivative at each `y`, shape as `y`."""
        points = real_array("y", y)
        return one_each("derivative(y)", self._derivative(points), points.shape)
