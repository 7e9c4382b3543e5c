r"""Exact values where a formula exists: the left-hand side, and how much each estimator varies.

Throughout, y ~ N(mu, sigma^2) and, for `SquaredError`, :math:`f(y) = n[(y-\bar x)^2 + s^2]` with
:math:`\delta = \mu - \bar x`. The formulas are derived in the chapters left-hand-side and
variance-comparison, and by machine in `rpt_helpers.symbolic`; those for `Cosine` and
`ExponentialSquare` are arranged so that small numbers come from no difference of large ones.
`rpt_helpers.quadrature` has the same four functions for any smooth loss.
"""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, partial
from typing import Any, NamedTuple, NoReturn

import numpy as np

from ._arguments import FloatArray, real_array, reject, whole_number
from .estimators import Baseline, leave_one_out, measure_valued, pathwise, score_function
from .losses import Cosine, DifferentiableLoss, ExponentialSquare, MeanAbsoluteError, SquaredError
from .nodes import Normal

LARGEST = 1e35
"""Of lengths and rates, whose powers up to the eighth make a variance; 1 / LARGEST is the least."""

Row = Callable[..., Any]
"""The formula of one loss: a function of the loss and the node."""


def expected_loss(loss: DifferentiableLoss, node: Normal) -> float:
    r"""Return :math:`E f(y)`, for `SquaredError` :math:`n(\delta^2 + \sigma^2 + s^2)`.

    For `Cosine` ``exp(-(k sigma)^2 / 2) cos(k mu)``, and for `ExponentialSquare`
    ``exp(-k mu^2 / v) / sqrt(v)`` with ``v = 1 + 2 k sigma^2``.
    """
    return float(_exact(EXPECTED_LOSS, loss, node))


def gradient(loss: DifferentiableLoss, node: Normal) -> FloatArray:
    r"""Return the gradient of the expected loss, shape (2,).

    For `SquaredError` :math:`2n\delta` in mu, and :math:`2n\sigma` in sigma, :math:`n` in the
    variance or :math:`2n\sigma^2` in log sigma.
    """
    return _exact(GRADIENT, loss, node, 1)


def optimal_baseline(loss: DifferentiableLoss, node: Normal) -> FloatArray:
    r"""Return the two constants that minimize the score-function variances, shape (2,).

    :math:`b^* = E[f S^2]/E[S^2]` with S the score of the component, for `SquaredError`
    :math:`n(\delta^2 + 3\sigma^2 + s^2)` for mu and :math:`n(\delta^2 + 5\sigma^2 + s^2)` for the
    second parameter, whichever it is.
    """
    return _exact(OPTIMAL_BASELINE, loss, node)


def variance(
    estimator: Callable[..., FloatArray],
    loss: DifferentiableLoss,
    node: Normal,
    *,
    n_samples: int | None = None,
    **options: Any,
) -> FloatArray:
    r"""Return the variance of one sample of an estimator, per component, shape (2,).

    For `SquaredError`, in (mu, sigma), divided by :math:`n^2`:

    - `pathwise`: :math:`4\sigma^2` and :math:`4(\delta^2 + 2\sigma^2)`.
    - `score_function` with a constant `baseline` b and :math:`A = \delta^2 + s^2 - b/n`:
      :math:`[A^2 + 6A\sigma^2 + 8\delta^2\sigma^2 + 15\sigma^4]/\sigma^2` and
      :math:`[2A^2 + 20A\sigma^2 + 40\delta^2\sigma^2 + 74\sigma^4]/\sigma^2`.
    - `measure_valued`: :math:`4\delta^2(4/\pi-1)` and :math:`4(\delta^2 + \sigma^2)`; with
      ``coupled=False`` :math:`2\delta^2(4/\pi-1) + 4\sigma^2/\pi` and
      :math:`16\delta^2 + 8\sigma^2`.

    With ``baseline=leave_one_out``, where samples depend on each other, it is `n_samples` times the
    variance of the mean of so many samples; for other estimators the two are the same.
    """
    if not callable(estimator):
        reject("estimator", estimator, "a function such as rpt_helpers.pathwise")
    rows = {loss: row for (function, loss), row in VARIANCE.items() if function == estimator}
    if not rows:
        known = ", ".join(sorted({function.__name__ for function, _ in VARIANCE}))
        other = "rpt_helpers.quadrature takes any"
        reject("estimator", estimator, f"one with a closed form: {known} ({other})")
    if n_samples is not None:
        n_samples = whole_number("n_samples", n_samples, minimum=2)
        if options.get("baseline") is leave_one_out:
            options["n_samples"] = n_samples
    return _exact(rows, loss, node, 2, **options)


def _exact(
    formulas: Mapping[type, Callable[..., Any]],
    loss: DifferentiableLoss,
    node: Normal,
    power: int = 0,
    **options: Any,
) -> Any:
    """Apply the formula of this very class of loss, then the chain rule's factor to this power.

    What has no formula is refused, and what is too large for a float.
    """
    if not isinstance(node, Normal):
        reject("node", node, "a Normal")
    if type(loss) not in formulas:  # a subclass may be another function
        known = ", ".join(each.__name__ for each in formulas)
        reject("loss", loss, f"one of {known} (rpt_helpers.quadrature takes any smooth loss)")
    with np.errstate(all="ignore"):
        result = formulas[type(loss)](loss, node, **options)
        for _ in range(power):  # its square may be no float
            result = result * np.array([1.0, node.scale_derivative])
    if not np.isfinite(result).all():
        reject("node", node, f"nearer to the scale of {loss}: the result is too large for a float")
    return result


def _within_range(
    loss: DifferentiableLoss, node: Normal, *sizes: float, largest: float = LARGEST
) -> None:
    """Refuse what has powers that are no floats: they would be 0 without a word."""
    if any(size and not 1 / largest <= abs(size) <= largest for size in sizes):
        allowed = f"sizes from {1 / largest:g} to {largest:g} have powers that are floats"
        reject("node", node, f"nearer to the scale of {loss}, and both nearer to 1: {allowed}")


def _score_function(
    row: Row,
    loss: DifferentiableLoss,
    node: Normal,
    baseline: Baseline = 0.0,
    n_samples: int | None = None,
) -> FloatArray:
    """Apply a formula of the excess of the mean loss over the baseline.

    That of leave-one-out is 0, and a sample covariance varies a little more (see `quadrature`).
    """
    mean = EXPECTED_LOSS[type(loss)](loss, node)
    if baseline is leave_one_out and n_samples:
        scores = np.array([1, 2]) / np.float64(node.sigma) ** 2  # their variances
        both = (
            GRADIENT[type(loss)](loss, node) ** 2 + LOSS_VARIANCE[type(loss)](loss, node) * scores
        )
        return row(loss, node, 0.0) + both / (n_samples - 1)
    b = real_array("baseline", np.nan if callable(baseline) else baseline)
    if b.shape not in ((), (2,)) or not np.isfinite(b).all():
        others = (
            "the variance with any other depends on the samples (leave_one_out needs n_samples)"
        )
        reject("baseline", baseline, f"a finite number or two: {others}")
    result = row(loss, node, mean - b)
    rounding = np.spacing(np.abs(mean))
    nearly = [row(loss, node, mean - b + change) for change in (-rounding, rounding)]
    if b.any() and np.any(np.abs(nearly - result) > 5e-10 * result):
        smaller = "smaller: it takes away all digits of the loss, which hardly varies"
        reject("baseline", baseline, f"{smaller} at {node}")
    return result


# The squared error.


def _squares(loss: SquaredError, node: Normal) -> tuple[FloatArray, np.float64]:
    """Return delta^2 and sigma^2."""
    return loss.deviation(node.mu) ** 2, np.float64(node.sigma) ** 2


def _squares_within_range(
    loss: SquaredError, node: Normal, largest: float = 1e75
) -> tuple[FloatArray, np.float64]:
    """Return the same where no power of sigma is lost, or of what is larger than sigma."""
    lengths = abs(float(loss.deviation(node.mu))), loss.mean_square_deviation**0.5, node.sigma
    _within_range(loss, node, node.sigma, max(lengths), largest=largest)
    return _squares(loss, node)


def _expected_square(loss: SquaredError, node: Normal) -> FloatArray:
    delta_square, var = _squares(loss, node)
    return loss.n * (delta_square + var + loss.mean_square_deviation)


def _optimal_baseline(loss: SquaredError, node: Normal) -> FloatArray:
    delta_square, var = _squares(loss, node)
    return loss.n * (delta_square + np.array([3, 5]) * var + loss.mean_square_deviation)


def _variance_of_square(loss: SquaredError, node: Normal) -> FloatArray:
    delta_square, var = _squares_within_range(loss, node, LARGEST)
    return 2 * loss.n**2 * var * (2 * delta_square + var)


def _pathwise(loss: SquaredError, node: Normal) -> FloatArray:
    delta_square, var = _squares_within_range(loss, node)
    return 4 * loss.n**2 * np.array([var, delta_square + 2 * var])


# Row by row those of A^2, A sigma^2, delta^2 sigma^2 and sigma^4; a column a component.
COEFFICIENTS = np.array([[1, 2], [6, 20], [8, 40], [15, 74]])


def _score_of_square(loss: SquaredError, node: Normal, excess: FloatArray) -> FloatArray:
    delta_square, var = _squares_within_range(loss, node, LARGEST)
    a, c = excess / loss.n - var, COEFFICIENTS
    terms = c[0] * a**2 + c[1] * a * var + c[2] * delta_square * var + c[3] * var**2
    return loss.n**2 * terms / var


def _measure_valued(loss: SquaredError, node: Normal, coupled: bool = True) -> FloatArray:
    delta_square, var = _squares_within_range(loss, node)
    offset = delta_square * (4 / np.pi - 1)
    if coupled:
        return 4 * loss.n**2 * np.array([offset, delta_square + var])
    return loss.n**2 * np.array([2 * offset + 4 * var / np.pi, 16 * delta_square + 8 * var])


# The absolute error.


def _absolute(loss: MeanAbsoluteError, node: Normal) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the distances of mu from the data, and density and distribution function there."""
    from scipy.special import ndtr  # slow to import

    distance = node.mu - loss.x
    z = distance / node.sigma
    return distance, np.exp(-0.5 * z * z) / (2 * np.pi) ** 0.5, ndtr(z)


def _expected_absolute(loss: MeanAbsoluteError, node: Normal) -> np.float64:
    distance, density, probability = _absolute(loss, node)
    return (distance * (2 * probability - 1) + 2 * node.sigma * density).mean()


def _gradient_of_absolute(loss: MeanAbsoluteError, node: Normal) -> FloatArray:
    _, density, probability = _absolute(loss, node)
    return np.array([2 * probability.mean() - 1, 2 * density.mean()])


# The cosine. It is cos(k mu) cos(k sigma eps) - sin(k mu) sin(k sigma eps), so each formula has a
# part with cos(k mu)^2, from what is even in the noise, and one with sin(k mu)^2, from the rest.


class _Wave(NamedTuple):
    cosine: float
    """Of k mu."""
    sine: float
    x: np.float64
    """(k sigma)^2, or a number as good if it is huge."""
    q: np.float64
    """exp(-x / 2), the factor of the mean."""


def _wave(loss: Cosine, node: Normal) -> _Wave:
    angle = loss.k * node.mu
    _within_range(loss, node, loss.k, node.sigma, loss.k * node.sigma, angle)
    # Of a large product the last digit counts.
    rest = float(Fraction(loss.k) * Fraction(node.mu) - Fraction(angle))
    c, s = math.cos(angle), math.sin(angle)
    x = np.float64(min(abs(loss.k) * node.sigma, 1e9)) ** 2
    cosine = c * math.cos(rest) - s * math.sin(rest)
    return _Wave(cosine, s * math.cos(rest) + c * math.sin(rest), x, np.exp(-x / 2))


def _expected_cosine(loss: Cosine, node: Normal) -> np.float64:
    c, _, _, q = _wave(loss, node)
    return q * c


def _gradient_of_cosine(loss: Cosine, node: Normal) -> FloatArray:
    c, s, _, q = _wave(loss, node)
    return -loss.k * q * np.array([s, loss.k * node.sigma * c])


def _baseline_of_cosine(loss: Cosine, node: Normal) -> FloatArray:
    c, _, x, q = _wave(loss, node)
    return q * c * np.array([1 - x, 1 - 2 * x + x * x / 2])


def _variance_of_cosine(loss: Cosine, node: Normal) -> np.float64:
    c, s, x, _ = _wave(loss, node)
    return (c * c * np.expm1(-x) ** 2 - s * s * np.expm1(-2 * x)) / 2


def _path_of_cosine(loss: Cosine, node: Normal) -> FloatArray:
    c, s, x, q = _wave(loss, node)
    e, rest = q**2, -np.expm1(-x)
    in_mu = rest * (rest + 2 * e * c * c) / 2
    even, odd = 1 + (1 - 4 * x) * e**2, 4 * x * e**2 - np.expm1(-2 * x)
    return np.float64(loss.k) ** 2 * np.array([in_mu, s * s * even / 2 + c * c * (odd / 2 - x * e)])


def _score_of_cosine(loss: Cosine, node: Normal, excess: FloatArray) -> FloatArray:
    c, s, x, q = _wave(loss, node)
    e, rest = q**2, -np.expm1(-x)
    tilt = 2 * excess * c * q * np.array([-x, x * (x - 4)])
    even = np.array([rest / 2 + 2 * x * e, rest + 8 * x * e]) * rest
    even[1] += x * x * e * (8 * e - 3)  # of it the squared gradient
    odd = np.array([2 * x * e**2 - x * e, 8 * x * (1 - x) * e**2])
    odd -= np.expm1(-2 * x) * np.array([0.5, 1])
    both = np.array([1, 2]) * excess**2 + tilt + c * c * even + s * s * odd
    return both / np.float64(node.sigma) ** 2


def _measure_of_cosine(loss: Cosine, node: Normal, coupled: bool = True) -> FloatArray:
    from scipy.special import dawsn, gammainc  # slow to import

    c, s, x, q = _wave(loss, node)
    e, rest, double = q**2, -np.expm1(-x), -np.expm1(-2 * x)
    slope = x * e  # the squared gradient without its factor
    wide = 2 * x * dawsn((2 * x) ** 0.5) / (2 * x or 1) ** 0.5  # E sin^2(k sigma w), w Rayleigh
    odd = wide - np.pi / 2 * slope
    if coupled:
        in_mu = 4 * s * s * odd
        even = gammainc(2, 2 * x) - x * slope
        in_sigma = c * c * even + s * s * (2 * x * e**2 - double - 2 * np.expm1(-x / 2))
    else:
        in_mu = 2 * (c * c * _variance_of_wave(x) + s * s * odd)
        even = rest**2 + 2 * slope * rest - x * slope
        in_sigma = c * c * even + s * s * (double + 2 * x * e**2)
    return np.array([in_mu / (2 * np.pi), in_sigma]) / np.float64(node.sigma) ** 2


def _variance_of_wave(x: np.float64) -> np.float64:
    """Return the variance of cos(w sqrt(x)) for w Rayleigh."""
    from scipy.special import dawsn, factorial

    y = x**0.5
    mean = 2**0.5 * y * dawsn(y / 2**0.5)  # of 1 - cos
    if x > 0.1:
        return 2 * mean - 2**0.5 * y * dawsn(2**0.5 * y) - mean**2
    n = np.arange(2, 14)  # the two cancel to first order
    return np.sum((-2 * x) ** n * factorial(n) / factorial(2 * n) * (4.0**n / 2 - 2)) - mean**2


# The exponential of a square. Times a Normal density it is another one: the tilted noise has the
# mean -2 k mu sigma / v and the variance 1 / v, and under the squared loss v becomes w.


class _Bump(NamedTuple):
    z: np.float64
    """k mu^2."""
    kappa: np.float64
    """k sigma^2."""
    v: np.float64
    """1 + 2 kappa."""
    w: np.float64
    """1 + 4 kappa."""
    slope: np.float64
    """(2 k mu sigma)^2."""
    mean: np.float64
    """Of the loss."""
    square: np.float64
    """The mean square of the loss."""
    share: np.float64
    """That of the squared mean in the mean square."""
    gain: np.float64
    """1 - share."""
    curved: np.float64
    """The part of -log(share) that is of second order in kappa."""


def _too_small(loss: ExponentialSquare, node: Normal) -> NoReturn:
    reject("node", node, f"nearer to the scale of {loss}, which is too small for a float there")


def _bump(loss: ExponentialSquare, node: Normal, power: int = 2) -> _Bump:
    """Refuse what has no mean (power 1), or no mean square."""
    k, sigma, mu = np.float64(loss.k), node.sigma, node.mu
    kappa, z = k * sigma * sigma, k * mu * mu
    _within_range(loss, node, loss.k, sigma, kappa, z)
    _, exact = _exact_moments(loss, node)
    if 1 + 2 * power * exact <= 0:
        what = "expectation" if power == 1 else "variance"
        allowed = f"one with 1 + {2 * power} k sigma^2 > 0, else the {what} is infinite for {loss}"
        reject("node", node, allowed)
    v, w = (np.float64(1 + t * exact) for t in (2, 4))  # which may be nearly 0
    if z > (600 * v if power == 1 else 300 * w) and (k > 1e8 or sigma < 1e-4):
        _too_small(loss, node)
    slope = (2 * k * mu * sigma) ** 2
    mean, square = np.exp(-z / v) / v**0.5, np.exp(-2 * z / w) / w**0.5
    curved = np.log1p(4 * kappa * kappa / w) / 2
    ratio = curved + slope / (v * w)
    share, gain = np.exp(-ratio), -np.expm1(-ratio)
    return _Bump(z, kappa, v, w, slope, mean, square, share, gain, curved)


def _not_lost(loss: ExponentialSquare, node: Normal, variance: FloatArray) -> FloatArray:
    """Refuse a variance that would be 0, or lack digits, only because it is no float."""
    if loss.k and np.any(variance < 1e-280):
        _too_small(loss, node)
    return variance


def _expected_bump(loss: ExponentialSquare, node: Normal) -> np.float64:
    return _bump(loss, node, 1).mean


def _exact_moments(loss: ExponentialSquare, node: Normal) -> tuple[Fraction, Fraction]:
    """Return k mu^2 and k sigma^2, for differences that may be nearly 0."""
    k = Fraction(loss.k)
    return k * Fraction(node.mu) ** 2, k * Fraction(node.sigma) ** 2


def _gradient_of_bump(loss: ExponentialSquare, node: Normal) -> FloatArray:
    b = _bump(loss, node, 1)
    z, kappa = _exact_moments(loss, node)
    in_sigma = node.sigma * float(1 + 2 * kappa - 2 * z) / b.v
    return -2 * loss.k * b.mean / b.v * np.array([node.mu, in_sigma])


def _weight(v: np.float64, m: np.float64) -> np.float64:
    """Return E (eps^2 - 1)^2 of tilted noise with variance 1 / v and mean square root of m."""
    return (m - 1) ** 2 + (6 * m - 2) / v + 3 / v**2


def _baseline_of_bump(loss: ExponentialSquare, node: Normal) -> FloatArray:
    b = _bump(loss, node, 1)
    m = b.slope / b.v**2
    return b.mean * np.array([1 / b.v + m, _weight(b.v, m) / 2])


def _variance_of_bump(loss: ExponentialSquare, node: Normal) -> np.float64:
    b = _bump(loss, node)
    return b.square * b.gain


def _path_of_bump(loss: ExponentialSquare, node: Normal) -> FloatArray:
    from scipy.special import gammainc  # slow to import

    b = _bump(loss, node)
    z, kappa, v, w = b.z, b.kappa, b.v, b.w
    offset = (np.float64(node.mu) / node.sigma) ** 2
    # Near a turning point, 2 z = 1, all else is small.
    exact_z, exact = _exact_moments(loss, node)
    turning = float(2 * exact_z * (1 + 2 * exact) - (1 + 3 * exact) * (1 + 4 * exact)) / w
    turning = (turning * turning + kappa**2 * (3 + 8 * kappa)) / v**3
    rest = gammainc(2, b.slope / (v * w) + b.curved) + b.share * b.curved
    in_mu = b.share * turning / w + rest * offset / w**2 + b.gain / w
    mixed = (16 * kappa * z + offset - 16 * z) / w**2
    in_sigma = 16 * z * z / w**4 + mixed / w + 3 / w**2 - b.share * (1 - 2 * z / v) ** 2 / v**2
    return _not_lost(loss, node, 4 * loss.k * kappa * b.square * np.array([in_mu, in_sigma]))


def _fourth(kappa: np.float64, v: np.float64, m: np.float64) -> np.float64:
    """Return `_weight` minus 2, which is small where kappa and m are."""
    return -4 * kappa * (2 + kappa) / v**2 + 4 * m * (1 - kappa) / v + m * m


def _score_of_bump(loss: ExponentialSquare, node: Normal, excess: FloatArray) -> FloatArray:
    b = _bump(loss, node)
    k, v, w, m, m2 = b.kappa, b.v, b.w, b.slope / b.v**2, 4 * b.slope / b.w**2
    slopes = b.square * b.share * np.array([m, (m - 2 * k / v) ** 2])
    if k > 1:  # a narrow bump: the terms of the square as they come
        baseline = b.mean - excess
        once = b.mean * np.array([1 / v + m, _weight(v, m)])
        both = baseline * (np.array([1, 2]) * baseline - 2 * once) - slopes
        both += b.square * np.array([1 / w + m2, _weight(w, m2)])
    else:  # the squared deviation from the mean, which may be small
        tilt = b.mean * np.array([m - 2 * k / v, _fourth(k, v, m)])
        second = b.gain * np.array([1 / w + m2, 2 + _fourth(2 * k, w, m2)])
        in_mu = 8 * k**2 / (v * w) + b.slope * (2 - 16 * k**2) / (v * w) ** 2
        in_sigma = 8 * k**2 * (7 + 24 * k + 8 * k**2) / (v * w) ** 2 + m2 * m2 - 2 * m * m
        in_sigma += 8 * b.slope * (2 * (1 - 2 * k) / w**3 - (1 - k) / v**3)
        both = excess * (np.array([1, 2]) * excess + 2 * tilt) - slopes
        both += b.square * (second + b.share * np.array([in_mu, in_sigma]))
    return _not_lost(loss, node, both / np.float64(node.sigma) ** 2)


def _measure_of_bump(loss: ExponentialSquare, node: Normal, coupled: bool = True) -> FloatArray:
    from scipy.special import erf, erfc  # slow to import

    b = _bump(loss, node)
    z, k, v, w = b.z, b.kappa, b.v, b.w
    root = (np.pi / 2) ** 0.5

    def along(t: np.float64, size: np.float64) -> tuple[np.float64, np.float64]:
        return t * root * size * erf(t / 2**0.5), t * root * size

    even, odd = along((b.slope / v) ** 0.5, np.exp(-z / v))
    of_square, _ = along(2 * (b.slope / w) ** 0.5, b.square * w**0.5)
    if coupled:
        in_mu = 2 * of_square / w - 4 * odd**2 / v**2
        # The integral of 2 z exp(-z s^2) from 1 / sqrt(v w) to 1, which may be next to nothing.
        if k > 1:
            between = (np.pi * z) ** 0.5 * (erfc((z / (v * w)) ** 0.5) - erfc(z**0.5))
        else:
            points, weights = _legendre()
            width = -np.expm1(-np.log1p(k * (6 + 8 * k)) / 2)
            between = 2 * z * width * (weights @ np.exp(-z * (1 - width * points) ** 2))
        in_sigma = b.square * (8 * k**2 / (v * w) + 4 * b.slope / w**2)
        in_sigma -= 2 * b.mean / v * between
        in_sigma -= b.square * b.share * (b.slope / v**2 - 2 * k / v) ** 2
    else:
        start = np.exp(-z)
        in_mu = 8 * (start * k / v) ** 2 / w + 2 * of_square / w
        in_mu -= (4 * start * even + 2 * even**2 + 2 * odd**2) / v**2
        m2 = 1 / w + 4 * b.slope / w**2
        rest = 4 * k**2 / (v * v * w) + b.slope * (4 / w**2 - 2 / v**3) - (b.slope / v**2) ** 2
        in_sigma = b.square * (b.gain * (1 + m2) + b.share * rest)
    result = np.array([in_mu / (2 * np.pi), in_sigma]) / np.float64(node.sigma) ** 2
    _not_lost(loss, node, result if node.mu else result[1:])  # opposite draws cost the same at 0
    return result


@cache
def _legendre() -> tuple[FloatArray, FloatArray]:
    """Return Gauss-Legendre points and weights on (0, 1)."""
    points, weights = np.polynomial.legendre.leggauss(100)
    return (points + 1) / 2, weights / 2


# A formula more is a row more. Gradients and variances are in (mu, sigma).
EXPECTED_LOSS: dict[type, Row] = {
    SquaredError: _expected_square,
    MeanAbsoluteError: _expected_absolute,
    Cosine: _expected_cosine,
    ExponentialSquare: _expected_bump,
}
GRADIENT: dict[type, Row] = {
    SquaredError: lambda loss, node: 2 * loss.n * np.array([loss.deviation(node.mu), node.sigma]),
    MeanAbsoluteError: _gradient_of_absolute,
    Cosine: _gradient_of_cosine,
    ExponentialSquare: _gradient_of_bump,
}
OPTIMAL_BASELINE: dict[type, Row] = {
    SquaredError: _optimal_baseline,
    Cosine: _baseline_of_cosine,
    ExponentialSquare: _baseline_of_bump,
}
LOSS_VARIANCE: dict[type, Row] = {
    SquaredError: _variance_of_square,
    Cosine: _variance_of_cosine,
    ExponentialSquare: _variance_of_bump,
}
VARIANCE: dict[tuple[Callable[..., FloatArray], type], Row] = {
    (pathwise, SquaredError): _pathwise,
    (pathwise, Cosine): _path_of_cosine,
    (pathwise, ExponentialSquare): _path_of_bump,
    (score_function, SquaredError): partial(_score_function, _score_of_square),
    (score_function, Cosine): partial(_score_function, _score_of_cosine),
    (score_function, ExponentialSquare): partial(_score_function, _score_of_bump),
    (measure_valued, SquaredError): _measure_valued,
    (measure_valued, Cosine): _measure_of_cosine,
    (measure_valued, ExponentialSquare): _measure_of_bump,
}
