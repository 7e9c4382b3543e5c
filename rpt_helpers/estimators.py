r"""Gradient estimators: a loss, a distribution, a noise draw -> one gradient per sample.

Every estimator has one signature, ``(loss, normal, eps, wrt="sigma", **options)``, takes noise of
shape (n_samples,) and returns an array of shape (n_samples, 2): the gradient of each sample in
(mu, second parameter). Mean, variance and everything else are functions of that array.

The names are those of Mohamed, Rosca, Figurnov and Mnih, "Monte Carlo Gradient Estimation in
Machine Learning", JMLR 21(132), 2020.
"""

import numpy as np
from numpy.typing import ArrayLike

from . import closed_form, quadrature
from ._arguments import FloatArray, sample_array
from .baselines import Baseline, is_leave_one_out, resolve
from .nodes import Normal, Parameterization
from .losses import DifferentiableLoss, SumOfSquares, differentiable


def pathwise(loss: DifferentiableLoss, normal: Normal, eps: ArrayLike, wrt: Parameterization = "sigma") -> FloatArray:
    r"""Differentiate through the sample: the reparameterization trick.

    :math:`f'(y)\,\nabla_\theta g(\epsilon, \theta)` at :math:`y = g(\epsilon,\theta) = \mu + \sigma\epsilon`,
    which is :math:`(f'(y),\; f'(y)\,\epsilon)` for :math:`(\mu, \sigma)`.

    Parameters
    ----------
    loss : loss with a derivative
        See `rpt_helpers.losses`.
    normal : Normal
        The distribution of y.
    eps : array_like, shape (n_samples,)
        Standard Normal noise.
    wrt : {"sigma", "variance", "log_sigma"}
        The second parameter.

    Returns
    -------
    ndarray, shape (n_samples, 2)

    Raises
    ------
    ValueError
        If the loss has no derivative, `eps` is not a one-dimensional array of finite numbers, or
        `wrt` is unknown.

    References
    ----------
    Mohamed et al. (2020), section 5; Kingma and Welling (2014); Rezende et al. (2014).
    """
    differentiable(loss)
    eps = sample_array("eps", eps)
    return normal.along_path(loss.derivative(normal.path(eps)), eps, wrt)


def score_function(
    loss: DifferentiableLoss,
    normal: Normal,
    eps: ArrayLike,
    wrt: Parameterization = "sigma",
    baseline: Baseline = None,
) -> FloatArray:
    r"""Differentiate the density instead of the sample: the score-function (likelihood-ratio, REINFORCE) estimator.

    :math:`(f(y) - b)\,\nabla_\theta\log p(y;\theta)` at :math:`y = \mu + \sigma\epsilon`.

    Parameters
    ----------
    loss : callable
        Only its value is used.
    normal : Normal
        The distribution of y.
    eps : array_like, shape (n_samples,)
        Standard Normal noise.
    wrt : {"sigma", "variance", "log_sigma"}
        The second parameter.
    baseline : None, "mean", "optimal", "leave-one-out", float or pair of floats
        The constant b, or one for each component. "mean" is the exact :math:`E f`, "optimal" the exact
        :math:`E[f S^2]/E[S^2]` with S the score of the component. "leave-one-out" gives each sample the
        mean loss of the others: the mean gradient is then the unbiased sample covariance of loss and score.

    Returns
    -------
    ndarray, shape (n_samples, 2)

    Raises
    ------
    ValueError
        If `eps` is not a one-dimensional array of finite numbers (at least 2 of them for
        "leave-one-out"), or `wrt` or `baseline` is unknown.

    References
    ----------
    Mohamed et al. (2020), section 4; Williams (1992); Glynn (1990).
    """
    leave_one_out = is_leave_one_out(baseline)
    eps = sample_array("eps", eps, minimum=2 if leave_one_out else 1)
    value = loss(normal.path(eps))
    if leave_one_out:
        centered = (value - value.mean()) * (eps.size / (eps.size - 1))
        return centered[:, np.newaxis] * normal.score_of_noise(eps, wrt)
    b = constant_baseline(loss, normal, baseline)
    return (value - b[:, np.newaxis]).T * normal.score_of_noise(eps, wrt)


def constant_baseline(loss: DifferentiableLoss, normal: Normal, baseline: Baseline) -> FloatArray:
    """Return the two numbers that a constant `baseline` stands for, shape (2,).

    Exact: in closed form for sums of squares, by quadrature for every other loss.
    """
    exact = closed_form if isinstance(loss, SumOfSquares) else quadrature
    return resolve(
        baseline,
        lambda: exact.expected_loss(loss, normal),
        lambda: exact.optimal_baseline(loss, normal),
        allow_leave_one_out=True,
    )
