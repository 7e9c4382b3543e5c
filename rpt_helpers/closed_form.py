r"""The exact values for sums of squares: what the left-hand side says, and how much each estimator varies.

Throughout, :math:`f(y) = n[(y-\bar x)^2 + s^2]`, :math:`\delta = \mu - \bar x` and y ~ N(mu, sigma^2).
Each function takes a `SquaredError` or a `Quadratic` and raises ValueError for any other loss
(`rpt_helpers.quadrature` has those). The formulas are derived in the chapters left-hand-side and
variance-comparison, and by machine in `rpt_helpers.symbolic`.
"""

from typing import Literal

import numpy as np

from ._arguments import FloatArray, one_of, reject
from .baselines import Baseline, resolve
from .nodes import Normal, Parameterization
from .losses import SumOfSquares

EstimatorName = Literal["pathwise", "score_function"]


def _check(loss: SumOfSquares) -> SumOfSquares:
    if not isinstance(loss, SumOfSquares):
        reject("loss", loss, "a SquaredError or a Quadratic (rpt_helpers.quadrature takes any smooth loss)")
    return loss


def expected_loss(loss: SumOfSquares, normal: Normal) -> float:
    r"""Return :math:`E f(y) = n(\delta^2 + \sigma^2 + s^2)`, in squared units of the data."""
    _check(loss)
    return loss.n * ((normal.mu - loss.mean) ** 2 + normal.sigma**2 + loss.mean_square_deviation)


def gradient(loss: SumOfSquares, normal: Normal, wrt: Parameterization = "sigma") -> FloatArray:
    r"""Return the gradient of the expected loss, shape (2,).

    :math:`2n\delta` in mu, and :math:`2n\sigma` in sigma, :math:`n` in the variance or
    :math:`2n\sigma^2` in log sigma.

    Parameters
    ----------
    loss : SquaredError or Quadratic
        The loss.
    normal : Normal
        Where to evaluate it.
    wrt : {"sigma", "variance", "log_sigma"}
        The second parameter.

    Raises
    ------
    ValueError
        If the loss has no closed form here or `wrt` is unknown.
    """
    _check(loss)
    in_mu = 2 * loss.n * (normal.mu - loss.mean)
    return np.array([in_mu, 2 * loss.n * normal.sigma * normal.scale_derivative(wrt)])


def optimal_baseline(loss: SumOfSquares, normal: Normal) -> FloatArray:
    r"""Return the two constants that minimize the score-function variances, shape (2,).

    :math:`b^* = E[f S^2]/E[S^2]` with S the score of the component:
    :math:`n(\delta^2 + 3\sigma^2 + s^2)` for mu, :math:`n(\delta^2 + 5\sigma^2 + s^2)` for the second
    parameter, whichever it is.
    """
    mean = expected_loss(loss, normal)
    return mean + loss.n * normal.sigma**2 * np.array([2.0, 4.0])


def variance(
    estimator: EstimatorName,
    loss: SumOfSquares,
    normal: Normal,
    wrt: Parameterization = "sigma",
    baseline: Baseline = None,
) -> FloatArray:
    r"""Return the variance of one sample of an estimator, per component, shape (2,).

    Pathwise: :math:`4n^2\sigma^2` for mu, :math:`4n^2(\delta^2 + 2\sigma^2)` for sigma.

    Score function with the constant baseline b, :math:`A = \delta^2 + s^2 - b/n`:
    :math:`n^2[A^2 + 6A\sigma^2 + 8\delta^2\sigma^2 + 15\sigma^4]/\sigma^2` for mu,
    :math:`n^2[2A^2 + 20A\sigma^2 + 40\delta^2\sigma^2 + 74\sigma^4]/\sigma^2` for sigma.

    Parameters
    ----------
    estimator : {"pathwise", "score_function"}
        Which estimator.
    loss : SquaredError or Quadratic
        The loss.
    normal : Normal
        The distribution of y.
    wrt : {"sigma", "variance", "log_sigma"}
        The second parameter.
    baseline : None, "mean", "optimal", float or pair of floats
        For the score function only. "leave-one-out" is not a constant: its variance depends on the
        number of samples.

    Raises
    ------
    ValueError
        If an argument is not one of the above, or a baseline is given for the pathwise estimator.
    """
    one_of("estimator", estimator, ["pathwise", "score_function"])
    _check(loss)
    delta_square, var = (normal.mu - loss.mean) ** 2, normal.sigma**2
    if estimator == "pathwise":
        if baseline is not None:
            reject("baseline", baseline, "None for the pathwise estimator")
        per_n_square = 4 * np.array([var, delta_square + 2 * var])
    else:
        b = resolve(baseline, lambda: expected_loss(loss, normal), lambda: optimal_baseline(loss, normal))
        a = delta_square + loss.mean_square_deviation - b / loss.n
        # Row by row the coefficients of A^2, A sigma^2, delta^2 sigma^2 and sigma^4.
        c = np.array([[1, 6, 8, 15], [2, 20, 40, 74]]).T
        per_n_square = (c[0] * a**2 + c[1] * a * var + c[2] * delta_square * var + c[3] * var**2) / var
    return loss.n**2 * per_n_square * np.array([1.0, normal.scale_derivative(wrt) ** 2])
