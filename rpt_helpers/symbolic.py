r"""The question's formulas, derived by sympy and not typed in.

Everything follows from :math:`f(y) = n[(y-\bar x)^2 + s^2]` and the moments of standard Normal noise, which are
integrals that sympy solves. The symbols: `mu`, `sigma`, `eps`, `n`, `xbar`, `s` (with s**2 the mean square
deviation of the data), and `delta`, which `in_delta` writes for mu - xbar.
"""

from functools import cache

import sympy as sp

from ._arguments import one_of
from .closed_form import EstimatorName
from .nodes import PARAMETERIZATIONS, Parameterization

mu, xbar, delta = sp.symbols("mu xbar delta", real=True)
sigma, s = sp.symbols("sigma s", positive=True)
n = sp.Symbol("n", positive=True, integer=True)
eps = sp.Symbol("epsilon", real=True)
y = sp.Symbol("y", real=True)

_second = sp.Symbol("eta", real=True)
_SIGMA_OF: dict[Parameterization, sp.Expr] = {
    "sigma": _second,
    "variance": sp.sqrt(_second),
    "log_sigma": sp.exp(_second),
}


def _differentiate(expression: sp.Expr, wrt: Parameterization) -> sp.Matrix:
    """Gradient in (mu, second parameter), written in terms of sigma."""
    one_of("wrt", wrt, PARAMETERIZATIONS)
    sigma_of = _SIGMA_OF[wrt]
    eta_of = {"sigma": sigma, "variance": sigma**2, "log_sigma": sp.log(sigma)}[wrt]
    in_second = sp.diff(expression.subs(sigma, sigma_of), _second).subs(_second, eta_of)
    return sp.Matrix([sp.diff(expression, mu), in_second]).applyfunc(sp.simplify)


@cache
def noise_moment(order: int) -> sp.Expr:
    r"""Return :math:`E[\epsilon^{\text{order}}]`, by integrating against the standard Normal density."""
    density = sp.exp(-(eps**2) / 2) / sp.sqrt(2 * sp.pi)
    return sp.integrate(eps**order * density, (eps, -sp.oo, sp.oo))


def expectation(expression: sp.Expr) -> sp.Expr:
    """Return the expectation over the noise of an expression that is a polynomial in `eps`.

    Raises
    ------
    ValueError
        If it is not a polynomial in `eps`.
    """
    if not expression.is_polynomial(eps):
        raise ValueError(f"expression must be a polynomial in {eps}, got {expression}")
    terms = sp.Poly(expression, eps).terms()
    return sp.simplify(sum(coefficient * noise_moment(order) for (order,), coefficient in terms))


def in_delta(expression: sp.Expr | sp.Matrix) -> sp.Expr | sp.Matrix:
    """Write an expression, or each entry of a matrix, in terms of delta = mu - xbar."""
    shifted = expression.subs(mu, xbar + delta)
    return shifted.applyfunc(sp.factor) if isinstance(shifted, sp.MatrixBase) else sp.factor(shifted)


def path() -> sp.Expr:
    r"""Return :math:`g(\epsilon, \theta) = \mu + \sigma\epsilon`."""
    return mu + sigma * eps


def loss(at: sp.Expr = y) -> sp.Expr:
    """Return the loss at `at`."""
    return n * ((at - xbar) ** 2 + s**2)


def log_density() -> sp.Expr:
    """Return the log density of the Normal at `y`."""
    return -sp.log(2 * sp.pi) / 2 - sp.log(sigma) - (y - mu) ** 2 / (2 * sigma**2)


def expected_loss() -> sp.Expr:
    """Return the expected loss, in terms of mu and sigma."""
    return expectation(loss(path()))


def gradient(wrt: Parameterization = "sigma") -> sp.Matrix:
    """Return the left-hand side: the gradient of the expectation, shape (2, 1)."""
    return _differentiate(expected_loss(), wrt)


def pathwise_sample(wrt: Parameterization = "sigma") -> sp.Matrix:
    """Return one pathwise gradient as a function of `eps`, shape (2, 1)."""
    return _differentiate(loss(path()), wrt)


def score(wrt: Parameterization = "sigma") -> sp.Matrix:
    """Return the gradient of the log density at `y`, shape (2, 1)."""
    return _differentiate(log_density(), wrt)


def score_function_sample(wrt: Parameterization = "sigma", baseline: sp.Expr = sp.S.Zero) -> sp.Matrix:
    """Return one score-function gradient as a function of `eps`, shape (2, 1)."""
    return ((loss() - baseline) * score(wrt)).subs(y, path()).applyfunc(sp.expand)


def sample(estimator: EstimatorName, wrt: Parameterization = "sigma") -> sp.Matrix:
    """Return one gradient sample of the named estimator, shape (2, 1)."""
    one_of("estimator", estimator, ["pathwise", "score_function"])
    return pathwise_sample(wrt) if estimator == "pathwise" else score_function_sample(wrt)


def expected_gradient(estimator: EstimatorName, wrt: Parameterization = "sigma") -> sp.Matrix:
    """Return the right-hand side: the expectation of the gradient samples, shape (2, 1)."""
    return sample(estimator, wrt).applyfunc(expectation)


def variance_of(sample: sp.Matrix) -> sp.Matrix:
    """Return the variance over the noise of each component of a gradient sample, shape (2, 1)."""
    return sample.applyfunc(lambda g: sp.factor(expectation(sp.expand(g**2)) - expectation(g) ** 2))


def variance(estimator: EstimatorName, wrt: Parameterization = "sigma") -> sp.Matrix:
    """Return the variance of one gradient sample of the named estimator, per component, shape (2, 1)."""
    return variance_of(sample(estimator, wrt))


def optimal_baseline() -> sp.Matrix:
    """Return the constants that minimize the score-function variances, shape (2, 1)."""
    b = sp.Symbol("b")
    variances = variance_of(score_function_sample(baseline=b))
    return variances.applyfunc(lambda v: sp.solve(sp.diff(v, b), b)[0])
