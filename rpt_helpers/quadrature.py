r"""Exact expectations, gradients and variances for any smooth loss, by the trapezoidal rule.

For a function that is smooth on the whole line and decays like the Normal density, equally spaced
points converge exponentially (Trefethen and Weideman, "The Exponentially Convergent Trapezoidal
Rule", SIAM Review 56(3), 2014). Gauss-Hermite points, spread out like :math:`\sqrt{2m}`, would need far
more points for an oscillating or narrow loss.

The step is halved until the rule and its copy shifted by a fraction of a step agree. The shift matters:
halving alone can be fooled by a loss that oscillates in time with the points.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ._arguments import FloatArray, real_array, reject, whole_number
from .estimators import pathwise, score_function
from .losses import ArrayFunction, DifferentiableLoss, values
from .nodes import Normal

HALF_WIDTH = 37.0  # the Normal density is below 1e-297 there
FIRST_LEVEL, LAST_LEVEL = 12, 18  # steps of HALF_WIDTH / 2**level
SHIFT = (3 - 5**0.5) / 2  # golden section: never close to a fraction with a small denominator
RELATIVE_TOLERANCE = 1e-13


def _integrate(function: ArrayFunction, node: Normal, rounding: float | FloatArray = 0.0) -> Any:
    """Return E function(eps) for values of shape (n_points,) or (n_points, m), to a relative 1e-13 of E|function|.

    Where the function is the square of a difference, `rounding` is the error of that difference.
    """
    if not isinstance(node, Normal):
        reject("node", node, "a Normal")
    # y = mu + sigma eps cannot tell apart noise that is closer than this.
    tolerance = RELATIVE_TOLERANCE + np.spacing(abs(node.mu)) / node.sigma
    for level in range(FIRST_LEVEL, LAST_LEVEL + 1):
        step = HALF_WIDTH / 2**level
        # One point lies at y = 0, where a narrow bump such as exp(-k y^2) cannot hide between the points.
        origin = (-node.mu / node.sigma / step) % 1
        at_points, scale = _trapezoid(function, step, origin)
        shifted, _ = _trapezoid(function, step, (origin + SHIFT) % 1)
        if np.all(np.abs(at_points - shifted) <= tolerance * scale + (2 * scale**0.5 + rounding) * rounding):
            return at_points
    raise ValueError(
        f"the loss must be smooth on the scale of sigma / {2**LAST_LEVEL / HALF_WIDTH:.0f}: "
        f"at {node} the rule does not converge (a jump, a kink, or a detail that is too narrow)"
    )


def _trapezoid(function: ArrayFunction, step: float, shift: float) -> tuple[FloatArray, FloatArray]:
    """Return the rule's value and its value for |function|."""
    n = round(HALF_WIDTH / step)
    eps = (np.arange(-n, n + 1, dtype=np.float64) + shift) * step
    weight = np.exp(-0.5 * eps * eps) * step / (2 * np.pi) ** 0.5
    terms = function(eps).T * weight
    absolute = np.abs(terms)
    scale = absolute.sum(axis=-1)
    if not np.isfinite(scale).all() or np.any(absolute[..., [0, -1]].max(axis=-1) > RELATIVE_TOLERANCE * scale):
        raise ValueError(
            f"|loss| * density must be finite and concentrated within {HALF_WIDTH:.0f} sigma of mu: "
            "this loss grows too fast or is not defined everywhere"
        )
    return terms.sum(axis=-1), scale


def expectation(function: ArrayFunction, node: Normal) -> Any:
    r"""Return :math:`E\,h(y)` for :math:`y \sim N(\mu, \sigma^2)`.

    Parameters
    ----------
    function : callable
        Smooth; takes an array of shape (n_points,) and returns shape (n_points,) or (n_points, m).
    node : Normal
        The distribution of y.

    Returns
    -------
    float, or ndarray of shape (m,)
        To a relative accuracy of about 1e-13 of :math:`E|h|`.

    Raises
    ------
    ValueError
        If the rule cannot resolve the function (a jump, a kink, a detail much narrower than sigma), or the
        expectation does not exist because the function grows too fast.
    """

    def at_noise(eps: FloatArray) -> FloatArray:
        result = real_array("function(y)", function(node.path(eps)))
        if result.ndim not in (1, 2) or len(result) != len(eps):
            reject("function(y)", f"shape {result.shape}", f"of shape ({len(eps)},) or ({len(eps)}, m) here")
        return result

    result = _integrate(at_noise, node)
    return result if np.ndim(result) else float(result)


def expected_loss(loss: ArrayFunction, node: Normal) -> float:
    """Return the expected loss; see `expectation` for accuracy and errors."""
    return float(_integrate(lambda eps: values(loss, node.path(eps)), node))


def gradient(loss: DifferentiableLoss, node: Normal) -> FloatArray:
    r"""Return the gradient of the expected loss, shape (2,).

    It is :math:`E[f'(y)\,(1, \epsilon)]`, checked against :math:`E[(f(y) - f(\mu))\,\nabla_\theta\log p(y)]`:
    a loss whose derivative does not match its value is refused.
    """

    def by_derivative(eps: FloatArray) -> FloatArray:
        return pathwise(loss, node, eps)

    def by_score(eps: FloatArray) -> FloatArray:
        return score_function(loss, node, eps, baseline=center)

    center = float(values(loss, np.array([node.mu]))[0])
    result, check = _integrate(by_derivative, node), _integrate(by_score, node)
    size = _integrate(lambda eps: by_derivative(eps) ** 2 + by_score(eps) ** 2, node) ** 0.5
    if np.any(np.abs(result - check) > 1e-8 * size):
        reject("loss.derivative", result, f"the derivative of the loss, which would give the gradient {check}")
    return np.asarray(result)


def optimal_baseline(loss: ArrayFunction, node: Normal) -> FloatArray:
    r"""Return :math:`E[f S^2]/E[S^2]` for the score S of each component, shape (2,)."""

    def weighted(eps: FloatArray) -> FloatArray:
        square = np.array([eps**2, (eps**2 - 1) ** 2 / 2]).T  # S^2 / E[S^2], in every parameterization
        return values(loss, node.path(eps))[:, np.newaxis] * square

    return np.asarray(_integrate(weighted, node))


def variance(
    estimator: Callable[..., FloatArray], loss: DifferentiableLoss, node: Normal, **options: Any
) -> FloatArray:
    """Return the variance of one sample of an estimator, per component, shape (2,), to a relative 1e-12 or so.

    The estimator takes one number of noise a sample, and its samples must not depend on each other, as they do
    with ``baseline=leave_one_out``.
    """
    if not callable(estimator):
        reject("estimator", estimator, "a function such as rpt_helpers.pathwise")
    if hasattr(estimator, "noise"):
        reject("estimator", estimator, "one that takes one number of noise a sample")

    def gradients(eps: FloatArray) -> FloatArray:
        result = real_array("gradients", estimator(loss, node, eps, **options))
        if result.shape != (len(eps), 2):
            reject("estimator", f"shape {result.shape}", f"a function that returns shape {len(eps), 2} here")
        return result

    few = np.linspace(-2, 2, 9)
    if not np.allclose(gradients(few)[:3], gradients(few[:3]), rtol=1e-9, atol=0, equal_nan=True):
        reject("estimator", estimator, "one whose samples do not depend on each other")
    mean = _integrate(gradients, node)
    rounding = 8 * np.spacing(np.abs(mean))  # which is all that varies in a constant gradient
    return np.asarray(_integrate(lambda eps: (gradients(eps) - mean) ** 2, node, rounding))


def hermite_spectrum(loss: ArrayFunction, node: Normal, order: int) -> FloatArray:
    r"""Return the coefficients of :math:`f(\mu + \sigma\epsilon) = \sum_k c_k He_k(\epsilon)/\sqrt{k!}`, shape (order + 1,).

    :math:`c_k = E[f(\mu + \sigma\epsilon)\,He_k(\epsilon)]/\sqrt{k!}`, so that the squares from k = 1 on add up to
    the variance of the loss.
    """
    order = whole_number("order", order, minimum=0)

    def products(eps: FloatArray) -> FloatArray:
        normalized = [np.ones_like(eps), eps]
        for k in range(1, order):
            normalized.append((eps * normalized[k] - k**0.5 * normalized[k - 1]) / (k + 1) ** 0.5)
        return (values(loss, node.path(eps)) * np.array(normalized[: order + 1])).T

    return np.asarray(_integrate(products, node))
