r"""Exact expectations, gradients and variances of any smooth loss of a Normal.

The trapezoidal rule converges exponentially for a function that is smooth on the whole line and
decays like the Normal density (Trefethen and Weideman, "The Exponentially Convergent Trapezoidal
Rule", SIAM Review 56(3), 2014). The points are :math:`y = \mu + \sigma\sinh t` with equally spaced
t, dense near mu and sparse in the tails. The step is halved until three rules, each on every third
point, agree. A kink or a jump never looks the same to all three.

Every function integrates some h(y) against the density to about 1e-13 of :math:`E|h|`, or raises a
ValueError: where h is not finite, is not negligible beyond 37 sigma, has a jump, a kink or a detail
too narrow for the points, has lost its digits by cancellation, or is 0 on all points. What lies
between the points cannot be seen: near mu a detail narrower than sigma / 2048, and in the tails one
narrower than 1 / 2048 of its distance from mu.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ._arguments import FloatArray, real_array, reject, whole_number
from .estimators import leave_one_out, measure_valued, pathwise, score_function
from .losses import ArrayFunction, DifferentiableLoss, values
from .nodes import Normal

HALF_WIDTH = 37.0
"""Of the range in sigma: the Normal density is below 1e-297 there."""

FIRST_LEVEL, LAST_LEVEL = 11, 16
"""The step in t is 2**-level."""

RELATIVE_TOLERANCE = 1e-13
"""Of E|h|: how far the three rules may be apart."""

TAIL_TOLERANCE = 1e-15
"""Of E|h|: the share of the outermost points. Where h grows too fast, far more lies beyond them."""

DERIVATIVE_TOLERANCE = 1e-10
"""Of E|h|: how far the gradient by the values of a loss may be from that by its derivative."""

DIGITS = 1e-10
"""Of a variance: how far the three rules may be apart where rounding would allow for more."""

ROUNDING = 2.0**-50
"""Of the value of a loss: 4 units in its last place."""

Rules = list[tuple[FloatArray, FloatArray]]
"""The points eps and the weights of the three rules."""


@lru_cache(maxsize=4)
def _normal(level: int, zero: float) -> Rules:
    """Return rules for Normal noise; one point is at eps = `zero`."""
    step, origin = 2.0**-level, float(np.arcsinh(zero))
    n = 3 * round(np.arcsinh(HALF_WIDTH) / step / 3)
    rules = []
    for first in range(-n, 3 - n):
        growth = np.exp((np.arange(first, n, 3) + origin / step % 1) * step)
        eps, slope = (growth - 1 / growth) / 2, (growth + 1 / growth) / 2  # sinh t is slow
        weight = np.exp(-0.5 * eps * eps) * slope * (3 * step / (2 * np.pi) ** 0.5)
        eps.setflags(write=False)  # the next call gets the same array
        rules.append((eps, weight))
    return rules


def _maxwell(level: int, zero: float) -> Rules:
    """Return rules for double-sided Maxwell noise."""
    return [(eps, eps * eps * weight) for eps, weight in _normal(level, zero)]


@lru_cache(maxsize=4)
def _rayleigh(level: int, zero: float) -> Rules:
    """Return rules for Rayleigh noise, with equally spaced logarithms from 1e-12 on."""
    step, origin = 2.0**-level, float(np.log(abs(zero) or 1.0))
    low, high = round(np.log(1e-12) / step), round(np.log(HALF_WIDTH) / step)
    rules = []
    for first in range(low, low + 3):
        eps = np.exp((np.arange(first, high, 3) + origin / step % 1) * step)
        eps.setflags(write=False)
        rules.append((eps, eps * eps * np.exp(-0.5 * eps * eps) * (3 * step)))
    return rules


def _integrate(
    name: str,
    function: ArrayFunction,
    node: Normal,
    rounding: Callable[[FloatArray], FloatArray | float] = lambda size: 0.0,
    noise: Callable[[int, float], Rules] = _normal,
    limit: Callable[[FloatArray], FloatArray | float] = lambda size: np.inf,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return E h, E|h| and the error allowed, for values h(eps) of shape (n,) or (n, m).

    `rounding` takes E|h| and returns how much of E h the rounding of h may change, `limit` takes
    it too and returns how far the rules may be apart whatever the reason.
    """
    if not isinstance(node, Normal):
        reject("node", node, "a Normal")
    with np.errstate(all="ignore"):  # how far out to look was not the caller's choice
        # y = mu + sigma eps cannot tell apart noise that is closer than this.
        tolerance = RELATIVE_TOLERANCE + np.spacing(abs(node.mu)) / node.sigma
        # One point lies at y = 0, where a narrow bump such as exp(-k y^2) cannot hide.
        zero = -node.mu / node.sigma
        for level in range(FIRST_LEVEL, LAST_LEVEL + 1):
            rules = [_rule(name, function, node, *rule) for rule in noise(level, zero)]
            means, size = np.array([mean for mean, _ in rules]), rules[0][1]
            allowed = np.minimum(tolerance * size + rounding(size), limit(size))
            apart = np.ptp(means, axis=0)
            if np.all(apart <= allowed):
                return means.mean(axis=0), size, allowed
    got = f"rules that are {np.max(apart):.1g} apart at {node}"
    scale = f"sigma / {2**LAST_LEVEL / 3:.0f}"
    reject(name, got, f"smooth on the scale of {scale} (no jump, no kink), and keep its digits")


def _rule(
    name: str, function: ArrayFunction, node: Normal, eps: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the rule's value and its value for |function|."""
    terms = function(eps).T * weight
    absolute = np.abs(terms)
    size = absolute.sum(axis=-1)
    within = f"within {HALF_WIDTH:.0f} sigma of mu"
    if not np.isfinite(size).all():
        worst = np.atleast_2d(absolute).max(axis=0).argmax()
        got = f"{function(eps)[worst]} at y = {node.path(eps[worst]):.6g}"
        reject(name, got, f"finite {within}")
    tail = absolute[..., [0, -1]].max(axis=-1)
    if np.any(tail > TAIL_TOLERANCE * size):
        got = f"{np.max(tail / size):.1g} of E|h| at the last point"
        reject(name, got, f"concentrated {within} (it grows too fast)")
    return terms.sum(axis=-1), size


def _mean(name: str, function: ArrayFunction, node: Normal) -> FloatArray:
    """Return E h of an h that is not 0 on all points."""
    mean, size, _ = _integrate(name, function, node)
    if not np.all(size):
        reject(name, "0 on all points", "different from 0 where the points lie")
    return mean


def expectation(function: ArrayFunction, node: Normal) -> float | FloatArray:
    r"""Return :math:`E\,h(y)` for :math:`y \sim N(\mu, \sigma^2)`: a float, or shape (m,).

    The function takes an array of shape (n,) and returns shape (n,), or (n, m) for m functions.
    """

    def at_noise(eps: FloatArray) -> FloatArray:
        result = real_array("function(y)", function(node.path(eps)))
        if result.ndim not in (1, 2) or len(result) != len(eps):
            n = len(eps)
            reject("function(y)", f"shape {result.shape}", f"of shape ({n},) or ({n}, m) here")
        return result

    result = _mean("function(y)", at_noise, node)
    return result if result.ndim else float(result)


def expected_loss(loss: ArrayFunction, node: Normal) -> float:
    """Return the expected loss."""
    return float(_mean("loss", lambda eps: values(loss, node.path(eps)), node))


def gradient(loss: DifferentiableLoss, node: Normal) -> FloatArray:
    r"""Return the gradient of the expected loss, shape (2,).

    It is the mean of `pathwise`, checked against that of `score_function`: a loss whose derivative
    does not match its values is refused, as far as the digits of the values can tell.
    """
    center = expected_loss(loss, node)

    def by_derivative(eps: FloatArray) -> FloatArray:
        return pathwise(loss, node, eps)

    def by_values(eps: FloatArray) -> FloatArray:
        return ((values(loss, node.path(eps)) - center) * node.score(eps).T).T

    def lost(_: FloatArray) -> FloatArray:
        score = np.array([1, 2**0.5 * node.scale_derivative]) / node.sigma  # root mean square
        return ROUNDING * abs(center) * score

    result, size, error = _integrate("loss.derivative", by_derivative, node)
    check, _, check_error = _integrate("loss * score", by_values, node, lost)
    if np.any(np.abs(result - check) > DERIVATIVE_TOLERANCE * size + error + check_error):
        right = f"the derivative of the loss, which would give the gradient {check}"
        reject("loss.derivative", result, right)
    return result


def optimal_baseline(loss: ArrayFunction, node: Normal) -> FloatArray:
    r"""Return :math:`E[f S^2]/E[S^2]` for the score S of each component, shape (2,)."""

    def weighted(eps: FloatArray) -> FloatArray:
        # S^2 / E[S^2], in every parameterization.
        square = np.array([eps**2, (eps**2 - 1) ** 2 / 2])
        return (values(loss, node.path(eps)) * square).T

    return _mean("loss", weighted, node)


def variance(
    estimator: Callable[..., FloatArray],
    loss: DifferentiableLoss,
    node: Normal,
    *,
    n_samples: int | None = None,
    **options: Any,
) -> FloatArray:
    """Return the variance of one sample of an estimator, per component, shape (2,).

    To a relative 1e-12, or 1e-9 where a large mean takes digits from the gradient or mu from y.
    The estimator is `measure_valued` or takes one number of noise a sample. With
    ``baseline=leave_one_out``, where samples depend on each other, it is `n_samples` times the
    variance of the mean of so many samples; for other estimators the two are the same.
    """
    if not callable(estimator):
        reject("estimator", estimator, "a function such as rpt_helpers.pathwise")
    n = None if n_samples is None else whole_number("n_samples", n_samples, minimum=2)
    if estimator is measure_valued:
        return _of_measure_valued(loss, node, **options)
    if hasattr(estimator, "noise"):
        reject("estimator", estimator, "one that takes one number of noise a sample")
    if n and estimator is score_function and options.get("baseline") is leave_one_out:
        return _of_leave_one_out(loss, node, n)
    name = "estimator(loss, node, eps)"

    def samples(eps: FloatArray) -> FloatArray:
        result = real_array(name, estimator(loss, node, eps, **options))
        if result.shape != (len(eps), 2):
            reject(name, f"shape {result.shape}", f"of shape ({len(eps)}, 2) here")
        return result

    def gradients(eps: FloatArray) -> FloatArray:
        result, few = samples(eps), [0, len(eps) // 2]
        if np.any(np.abs(samples(eps[few]) - result[few]) > 1e-6 * np.abs(result).max()):
            independent = "one whose samples do not depend on each other (leave_one_out's do"
            reject("estimator", estimator, f"{independent}: it needs n_samples)")
        return result

    result = _spread(name, gradients, node)
    if not np.any(result):
        expected_loss(loss, node)  # refuses a loss that hides between the points
    return result


def _spread(
    name: str,
    function: ArrayFunction,
    node: Normal,
    noise: Callable[[int, float], Rules] = _normal,
    lost: float = 0.0,
) -> FloatArray:
    """Return the variance of h(eps), which is 0 where rounding changes h by `lost` and by no more.

    Of a large mean rounding may be most of what varies, and then the variance is refused. Where it
    is all, as in the mean of opposite samples of a quadratic, the variance is 0.
    """
    mean, size, _ = _integrate(name, function, node, lambda size: lost, noise)
    if np.all(size <= 2 * lost):
        return np.zeros_like(mean)
    if np.any((size > 0) & (size < 1e-140)):
        got = f"{np.min(size[size > 0]):.1g} on average at {node}"
        reject(name, got, "0 or at least 1e-140 in size: its square is no float")
    change = 8 * np.spacing(np.abs(mean))

    def squares(eps: FloatArray) -> FloatArray:
        return (function(eps) - mean) ** 2

    def rounding(size: FloatArray) -> FloatArray:
        return (2 * size**0.5 + change) * change

    def limit(size: FloatArray) -> FloatArray:
        return np.where(size > change**2, DIGITS * size, np.inf)

    result, *_ = _integrate(f"{name} ** 2", squares, node, rounding, noise, limit)
    return np.where(result > change**2, result, 0.0)


def _values_near(loss: ArrayFunction, node: Normal, center: float) -> FloatArray:
    """Return values of the loss near mu, which must vary by far more than their rounding."""
    y = node.path(np.linspace(-3, 3, 601))
    few = values(loss, y)
    slope = getattr(loss, "derivative", np.zeros_like)(y)
    if np.ptp(few) < 2**20 * ROUNDING * abs(center) and (np.ptp(few) or np.any(slope)):
        reject("loss", f"{loss} at {node}", "such that its differences keep their digits")
    return few


def _of_leave_one_out(loss: ArrayFunction, node: Normal, n: int) -> FloatArray:
    """Return n times the variance of an unbiased sample covariance, that of loss and score.

    With L and S for both about their means: Var(L S) + (E[L S]^2 + E[L^2] E[S^2]) / (n - 1).
    """
    center, rest = expected_loss(loss, node), 0.0
    _values_near(loss, node, center)

    def centered(eps: FloatArray) -> FloatArray:
        return values(loss, node.path(eps)) - center - rest

    rest = float(_integrate("loss", centered, node)[0])  # what the rounded mean lacks

    def products(eps: FloatArray) -> FloatArray:
        return (centered(eps) * node.score(eps).T).T

    scores = np.array([1, 2 * node.scale_derivative**2]) / node.sigma**2  # their variances
    covariance, *_ = _integrate("loss * score", products, node)
    both = covariance**2 + _spread("loss", centered, node) * scores
    return _spread("loss * score", products, node) + both / (n - 1)


def _of_measure_valued(loss: ArrayFunction, node: Normal, coupled: bool = True) -> FloatArray:
    """Return the variance of the measure-valued gradient, of each component from its own noise.

    In two dimensions only the coupled m and m u are: there the mean over u comes first.
    """
    center = expected_loss(loss, node)
    few = _values_near(loss, node, center)
    center = few[np.abs(few - center).argmin()]  # one of the values: a constant loss becomes 0
    lost = ROUNDING * abs(center) / node.sigma

    def value(eps: FloatArray) -> FloatArray:
        return (values(loss, node.path(eps)) - center) / node.sigma

    def of(function: ArrayFunction, noise: Callable[[int, float], Rules]) -> FloatArray:
        return _spread("loss", function, node, noise, lost)

    def moments(m: FloatArray) -> FloatArray:
        to, (start, square) = value(m), _means_from_0(value, m)
        return np.array([to - start, to * to - 2 * to * start + square, to * to + square]).T

    def rounding(size: FloatArray) -> FloatArray:
        return ROUNDING * size[2] ** np.array([0.5, 1, 1])

    if coupled:
        in_mu = of(lambda w: value(w) - value(-w), _rayleigh)
        (mean, square, terms), *_ = _integrate("loss", moments, node, rounding, _maxwell)
        in_sigma = square - mean**2
        if in_sigma < ROUNDING / (10 * RELATIVE_TOLERANCE) * terms:
            name = f"{loss} at {node}"
            reject("loss", name, "such that its differences keep their digits")
    else:
        in_mu = of(value, _rayleigh) + of(lambda w: value(-w), _rayleigh)
        in_sigma = of(value, _maxwell) + of(value, _normal)
    return np.array([in_mu / (2 * np.pi), in_sigma * node.scale_derivative**2])


def _means_from_0(function: ArrayFunction, eps: FloatArray) -> FloatArray:
    """Return the means of h and of its square between 0 and each of the ascending points."""
    nodes, weights = np.polynomial.legendre.leggauss(10)
    split = np.searchsorted(eps, 0.0)
    edges = np.insert(eps, split, 0.0)
    width = np.diff(edges)
    h = function((edges[:-1, np.newaxis] + np.outer(width, nodes + 1) / 2).ravel())
    h = h.reshape(-1, len(nodes))
    areas = np.array([h, h * h]) @ weights / 2 * width
    # Added up from 0 on, since most of it may lie far out.
    left = np.cumsum(areas[:, :split][:, ::-1], axis=1)[:, ::-1]
    sums = np.hstack([left, np.cumsum(areas[:, split:], axis=1)])
    return np.divide(sums, np.abs(eps), out=np.zeros_like(sums), where=eps != 0)


def hermite_spectrum(loss: ArrayFunction, node: Normal, order: int) -> FloatArray:
    r"""Return the coefficients of the loss in Hermite polynomials of the noise, shape (order + 1,).

    :math:`c_k = E[f(y)\,He_k(\epsilon)]/\sqrt{k!}` in
    :math:`f(\mu + \sigma\epsilon) = \sum_k c_k He_k(\epsilon)/\sqrt{k!}`. The squares from k = 1 on
    add up to the variance of the loss.
    """
    order = whole_number("order", order, minimum=0)

    def products(eps: FloatArray) -> FloatArray:
        normalized = [np.ones_like(eps), eps]
        for k in range(1, order):
            normalized.append((eps * normalized[k] - k**0.5 * normalized[k - 1]) / (k + 1) ** 0.5)
        return (values(loss, node.path(eps)) * np.array(normalized[: order + 1])).T

    return _mean("loss", products, node)
