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
from .estimators import pathwise
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

ROUNDING = 2.0**-50
"""Of the value of a loss: 4 units in its last place."""


@lru_cache(maxsize=4)
def _rules(level: int, origin: float) -> list[tuple[FloatArray, FloatArray]]:
    """Return the points eps and the weights of the three rules; one point is at t = `origin`."""
    step = 2.0**-level
    n = 3 * round(np.arcsinh(HALF_WIDTH) / step / 3)
    rules = []
    for first in range(-n, 3 - n):
        growth = np.exp((np.arange(first, n, 3) + origin / step % 1) * step)
        eps, slope = (growth - 1 / growth) / 2, (growth + 1 / growth) / 2  # sinh t is slow
        weight = np.exp(-0.5 * eps * eps) * slope * (3 * step / (2 * np.pi) ** 0.5)
        eps.setflags(write=False)  # the next call gets the same array
        rules.append((eps, weight))
    return rules


def _integrate(
    name: str,
    function: ArrayFunction,
    node: Normal,
    rounding: Callable[[FloatArray], FloatArray | float] = lambda size: 0.0,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return E h, E|h| and the error allowed, for values h(eps) of shape (n,) or (n, m).

    `rounding` takes E|h| and returns how much of E h the rounding of h may change.
    """
    if not isinstance(node, Normal):
        reject("node", node, "a Normal")
    with np.errstate(all="ignore"):  # how far out to look was not the caller's choice
        # y = mu + sigma eps cannot tell apart noise that is closer than this.
        tolerance = RELATIVE_TOLERANCE + np.spacing(abs(node.mu)) / node.sigma
        # One point lies at y = 0, where a narrow bump such as exp(-k y^2) cannot hide.
        origin = float(np.arcsinh(-node.mu / node.sigma))
        for level in range(FIRST_LEVEL, LAST_LEVEL + 1):
            rules = [_rule(name, function, node, *rule) for rule in _rules(level, origin)]
            means, size = np.array([mean for mean, _ in rules]), rules[0][1]
            allowed = tolerance * size + rounding(size)
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
    estimator: Callable[..., FloatArray], loss: DifferentiableLoss, node: Normal, **options: Any
) -> FloatArray:
    """Return the variance of one sample of an estimator, per component, shape (2,).

    To a relative 1e-12. The estimator takes one number of noise a sample, and its samples must not
    depend on each other, as they do with ``baseline=leave_one_out``.
    """
    if not callable(estimator):
        reject("estimator", estimator, "a function such as rpt_helpers.pathwise")
    if hasattr(estimator, "noise"):
        reject("estimator", estimator, "one that takes one number of noise a sample")
    name = "estimator(loss, node, eps)"

    def samples(eps: FloatArray) -> FloatArray:
        result = real_array(name, estimator(loss, node, eps, **options))
        if result.shape != (len(eps), 2):
            reject(name, f"shape {result.shape}", f"of shape ({len(eps)}, 2) here")
        return result

    def gradients(eps: FloatArray) -> FloatArray:
        result, few = samples(eps), [0, len(eps) // 2]
        if np.any(np.abs(samples(eps[few]) - result[few]) > 1e-6 * np.abs(result).max()):
            independent = "one whose samples do not depend on each other (leave_one_out's do)"
            reject("estimator", estimator, independent)
        return result

    def squares(eps: FloatArray) -> FloatArray:
        return (gradients(eps) - mean) ** 2

    def rounding(size: FloatArray) -> FloatArray:  # which is all that varies in a constant gradient
        change = 8 * np.spacing(np.abs(mean))
        return (2 * size**0.5 + change) * change

    mean, size, _ = _integrate(name, gradients, node)
    if not np.any(size):
        expected_loss(loss, node)  # refuses a loss that hides between the points
    return _integrate(f"{name} ** 2", squares, node, rounding)[0]


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
