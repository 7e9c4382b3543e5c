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

from ._arguments import FloatArray, real_array, reject
from .baselines import is_leave_one_out
from .nodes import Normal, Parameterization
from .losses import ArrayFunction, DifferentiableLoss, differentiable

HALF_WIDTH = 37.0  # the Normal density is below 1e-297 there
FIRST_LEVEL, LAST_LEVEL = 12, 18  # steps of HALF_WIDTH / 2**level
SHIFT = (3 - 5**0.5) / 2  # golden section: never close to a fraction with a small denominator
RELATIVE_TOLERANCE = 1e-13
SMALLEST_SIGMA = 1e-9  # relative to |mu|


def _integrate(function: ArrayFunction, normal: Normal, rounding: float | FloatArray = 0.0) -> Any:
    """Return E function(eps) for values of shape (n_points,) or (n_points, m), to a relative 1e-13 of E|function|.

    Where the function is the square of a difference, `rounding` is the error of that difference.
    """
    # y = mu + sigma eps cannot tell apart noise that is closer than this.
    tolerance = RELATIVE_TOLERANCE + np.spacing(abs(normal.mu)) / normal.sigma
    if normal.sigma < SMALLEST_SIGMA * abs(normal.mu):
        reject("normal", normal, f"one with sigma >= {SMALLEST_SIGMA} |mu|, else y has too few digits of the noise")
    for level in range(FIRST_LEVEL, LAST_LEVEL + 1):
        step = HALF_WIDTH / 2**level
        # One point lies at y = 0, where a narrow bump such as exp(-k y^2) cannot hide between the points.
        origin = (-normal.mu / normal.sigma / step) % 1
        at_points, scale = _trapezoid(function, step, origin)
        shifted, _ = _trapezoid(function, step, (origin + SHIFT) % 1)
        if np.all(np.abs(at_points - shifted) <= tolerance * scale + (2 * scale**0.5 + rounding) * rounding):
            return at_points
    raise ValueError(
        f"the loss must be smooth on the scale of sigma / {2**LAST_LEVEL / HALF_WIDTH:.0f}: "
        f"at {normal} the rule does not converge (a jump, a kink, or a detail that is too narrow)"
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


def expectation(function: ArrayFunction, normal: Normal) -> Any:
    r"""Return :math:`E\,h(y)` for :math:`y \sim N(\mu, \sigma^2)`.

    Parameters
    ----------
    function : callable
        Smooth; takes an array of shape (n_points,) and returns shape (n_points,) or (n_points, m).
    normal : Normal
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

    def values(eps: FloatArray) -> FloatArray:
        result = real_array("function(y)", function(normal.path(eps)))
        if result.ndim not in (1, 2) or len(result) != len(eps):
            reject("function(y)", f"shape {result.shape}", f"of shape ({len(eps)},) or ({len(eps)}, m) here")
        return result

    result = _integrate(values, normal)
    return result if np.ndim(result) else float(result)


def expected_loss(loss: DifferentiableLoss, normal: Normal) -> float:
    """Return the expected loss; see `expectation` for accuracy and errors."""
    return float(expectation(loss, normal))


def gradient(loss: DifferentiableLoss, normal: Normal, wrt: Parameterization = "sigma") -> FloatArray:
    r"""Return the gradient of the expected loss, shape (2,).

    It is :math:`E[f'(y)\,(1, \epsilon)]`, checked against :math:`E[(f(y) - f(\mu))\,\nabla_\theta\log p(y)]`:
    a loss whose derivative does not match its value is refused.

    Parameters
    ----------
    loss : loss with a derivative
        Smooth.
    normal : Normal
        The distribution of y.
    wrt : {"sigma", "variance", "log_sigma"}
        The second parameter.

    Raises
    ------
    ValueError
        As `expectation`, or if derivative and value disagree.
    """
    center = differentiable(loss)(np.array([normal.mu]))

    def by_derivative(eps: FloatArray) -> FloatArray:
        return normal.along_path(loss.derivative(normal.path(eps)), eps, wrt)

    def by_score(eps: FloatArray) -> FloatArray:
        rise = (loss(normal.path(eps)) - center)[:, np.newaxis]
        return rise * normal.score_of_noise(eps, wrt)

    result, check = _integrate(by_derivative, normal), _integrate(by_score, normal)
    size = _integrate(lambda eps: by_derivative(eps) ** 2 + by_score(eps) ** 2, normal) ** 0.5
    if np.any(np.abs(result - check) > 1e-8 * size):
        reject("loss.derivative", result, f"the derivative of the loss, which would give the gradient {check}")
    return np.asarray(result)


def optimal_baseline(loss: DifferentiableLoss, normal: Normal) -> FloatArray:
    r"""Return :math:`E[f S^2]/E[S^2]` for the score S of each component, shape (2,)."""

    def weighted(eps: FloatArray) -> FloatArray:
        square = normal.score_of_noise(eps) ** 2
        return loss(normal.path(eps))[:, np.newaxis] * square

    # E[S^2], the Fisher information, is 1 / sigma^2 for mu and 2 / sigma^2 for sigma.
    return np.asarray(_integrate(weighted, normal) * normal.sigma**2 / np.array([1.0, 2.0]))


def variance(
    estimator: Callable[..., FloatArray],
    loss: DifferentiableLoss,
    normal: Normal,
    wrt: Parameterization = "sigma",
    **options: Any,
) -> FloatArray:
    """Return the variance of one sample of an estimator, per component, shape (2,).

    Parameters
    ----------
    estimator : callable
        `rpt_helpers.pathwise`, `rpt_helpers.score_function`, or any function of their signature whose
        samples do not depend on each other.
    loss : loss
        Smooth.
    normal : Normal
        The distribution of y.
    wrt : {"sigma", "variance", "log_sigma"}
        The second parameter.
    **options
        Passed to the estimator, for example ``baseline="optimal"``.

    Returns
    -------
    ndarray, shape (2,)
        To a relative accuracy of about 1e-12.

    Raises
    ------
    ValueError
        As `expectation`, or if ``baseline="leave-one-out"``, which has no variance of a single sample.
    """
    baseline = options.get("baseline")
    if is_leave_one_out(baseline):
        reject("baseline", baseline, "constant here: a leave-one-out sample depends on all the others")

    def gradients(eps: FloatArray) -> FloatArray:
        return estimator(loss, normal, eps, wrt=wrt, **options)

    mean = _integrate(gradients, normal)
    rounding = 8 * np.spacing(np.abs(mean))  # which is all that varies in a constant gradient
    return np.asarray(_integrate(lambda eps: (gradients(eps) - mean) ** 2, normal, rounding))
