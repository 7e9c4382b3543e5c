r"""Exact values where a formula exists: the left-hand side, and how much each estimator varies.

Throughout, y ~ N(mu, sigma^2) and, for `SquaredError`, :math:`f(y) = n[(y-\bar x)^2 + s^2]` with
:math:`\delta = \mu - \bar x`. The formulas are derived in the chapters left-hand-side and
variance-comparison, and by machine in `rpt_helpers.symbolic`. `rpt_helpers.quadrature` has the same
four functions for any smooth loss.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ._arguments import FloatArray, real_array, reject
from .estimators import Baseline, measure_valued, pathwise, score_function
from .losses import DifferentiableLoss, MeanAbsoluteError, SquaredError
from .nodes import Normal


def expected_loss(loss: DifferentiableLoss, node: Normal) -> float:
    r"""Return :math:`E f(y)`, for `SquaredError` :math:`n(\delta^2 + \sigma^2 + s^2)`."""
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
    estimator: Callable[..., FloatArray], loss: DifferentiableLoss, node: Normal, **options: Any
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
    """
    if not callable(estimator):
        reject("estimator", estimator, "a function such as rpt_helpers.pathwise")
    rows = {loss: row for (function, loss), row in VARIANCE.items() if function == estimator}
    if not rows:
        known = ", ".join(sorted({function.__name__ for function, _ in VARIANCE}))
        other = "rpt_helpers.quadrature takes any"
        reject("estimator", estimator, f"one with a closed form: {known} ({other})")
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
        known = " or ".join(f"a {each.__name__}" for each in formulas)
        reject("loss", loss, f"{known} (rpt_helpers.quadrature takes any smooth loss)")
    with np.errstate(all="ignore"):
        result = formulas[type(loss)](loss, node, **options)
        if power:
            result = result * np.array([1.0, np.float64(node.scale_derivative) ** power])
    if not np.isfinite(result).all():
        reject("node", node, f"nearer to the scale of {loss}: the result is too large for a float")
    return result


def _squares(loss: SquaredError, node: Normal) -> tuple[FloatArray, np.float64]:
    """Return delta^2 and sigma^2."""
    return loss.deviation(node.mu) ** 2, np.float64(node.sigma) ** 2


def _expected_square(loss: SquaredError, node: Normal) -> FloatArray:
    delta_square, var = _squares(loss, node)
    return loss.n * (delta_square + var + loss.mean_square_deviation)


def _optimal_baseline(loss: SquaredError, node: Normal) -> FloatArray:
    delta_square, var = _squares(loss, node)
    return loss.n * (delta_square + np.array([3, 5]) * var + loss.mean_square_deviation)


def _pathwise(loss: SquaredError, node: Normal) -> FloatArray:
    delta_square, var = _squares(loss, node)
    return 4 * loss.n**2 * np.array([var, delta_square + 2 * var])


# Row by row those of A^2, A sigma^2, delta^2 sigma^2 and sigma^4; a column a component.
COEFFICIENTS = np.array([[1, 2], [6, 20], [8, 40], [15, 74]])


def _score_function(loss: SquaredError, node: Normal, baseline: Baseline = 0.0) -> FloatArray:
    b = real_array("baseline", np.nan if callable(baseline) else baseline)
    if b.shape not in ((), (2,)) or not np.isfinite(b).all():
        allowed = "a finite number or two: the variance with any other depends on the samples"
        reject("baseline", baseline, allowed)
    delta_square, var = _squares(loss, node)
    level = delta_square + loss.mean_square_deviation
    a = level - b / loss.n
    if b.any() and np.any(np.spacing(level) > 1e-8 * np.maximum(abs(a), var)):
        smaller = "smaller: it takes away all digits of the loss, which hardly varies"
        reject("baseline", baseline, f"{smaller} at {node}")
    c = COEFFICIENTS
    terms = c[0] * a**2 + c[1] * a * var + c[2] * delta_square * var + c[3] * var**2
    return loss.n**2 * terms / var


def _measure_valued(loss: SquaredError, node: Normal, coupled: bool = True) -> FloatArray:
    delta_square, var = _squares(loss, node)
    offset = delta_square * (4 / np.pi - 1)
    if coupled:
        return 4 * loss.n**2 * np.array([offset, delta_square + var])
    return loss.n**2 * np.array([2 * offset + 4 * var / np.pi, 16 * delta_square + 8 * var])


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


# A formula more is a row more. Gradients and variances are in (mu, sigma).
EXPECTED_LOSS: dict[type, Callable[..., Any]] = {
    SquaredError: _expected_square,
    MeanAbsoluteError: _expected_absolute,
}
GRADIENT: dict[type, Callable[..., Any]] = {
    SquaredError: lambda loss, node: 2 * loss.n * np.array([loss.deviation(node.mu), node.sigma]),
    MeanAbsoluteError: _gradient_of_absolute,
}
OPTIMAL_BASELINE: dict[type, Callable[..., Any]] = {
    SquaredError: _optimal_baseline,
}
VARIANCE: dict[tuple[Callable[..., FloatArray], type], Callable[..., Any]] = {
    (pathwise, SquaredError): _pathwise,
    (score_function, SquaredError): _score_function,
    (measure_valued, SquaredError): _measure_valued,
}
