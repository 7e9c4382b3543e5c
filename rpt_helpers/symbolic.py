r"""The question's formulas, derived by sympy and not typed in.

Everything follows from :math:`f(y) = n[(y-\bar x)^2 + s^2]` and the moments of standard Normal
noise, which are integrals that sympy solves. The symbols: `mu`, `sigma`, `eps`, `n`, `xbar`, `s`
(with s**2 the mean square deviation of the data), and `delta`, which `in_delta` writes for mu -
xbar.
"""

from functools import cache

import sympy as sp

from ._arguments import one_of, reject, whole_number
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


def _differentiate(expression: sp.Expr, parameterization: Parameterization) -> sp.Matrix:
    """Gradient in (mu, second parameter), written in terms of sigma."""
    one_of("parameterization", parameterization, PARAMETERIZATIONS)
    sigma_of = _SIGMA_OF[parameterization]
    eta_of = {"sigma": sigma, "variance": sigma**2, "log_sigma": sp.log(sigma)}[parameterization]
    in_second = sp.diff(expression.subs(sigma, sigma_of), _second).subs(_second, eta_of)
    return sp.Matrix([sp.diff(expression, mu), in_second]).applyfunc(sp.simplify)


def noise_moment(order: int) -> sp.Expr:
    r"""Return :math:`E[\epsilon^{\text{order}}]`, by integrating against the Normal density."""
    return _noise_moment(whole_number("order", order, minimum=0))


@cache  # which takes True and 1.0 for 1
def _noise_moment(order: int) -> sp.Expr:
    density = sp.exp(-(eps**2) / 2) / sp.sqrt(2 * sp.pi)
    return sp.integrate(eps**order * density, (eps, -sp.oo, sp.oo))


def expectation(expression: sp.Expr | sp.Matrix) -> sp.Expr | sp.Matrix:
    """Return the expectation of a polynomial in `eps`, or of each entry of a matrix."""
    if isinstance(expression, sp.MatrixBase):
        return expression.applyfunc(expectation)
    if not expression.is_polynomial(eps):
        reject("expression", expression, f"a polynomial in {eps}")
    terms = sp.Poly(expression, eps).terms()
    return sp.simplify(sum(coefficient * noise_moment(order) for (order,), coefficient in terms))


def in_delta(expression: sp.Expr | sp.Matrix) -> sp.Expr | sp.Matrix:
    """Write an expression, or each entry of a matrix, in terms of delta = mu - xbar."""
    shifted = expression.subs(mu, xbar + delta)
    if isinstance(shifted, sp.MatrixBase):
        return shifted.applyfunc(sp.factor)
    return sp.factor(shifted)


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


def gradient(parameterization: Parameterization = "sigma") -> sp.Matrix:
    """Return the left-hand side: the gradient of the expectation, shape (2, 1)."""
    return _differentiate(expected_loss(), parameterization)


def pathwise(parameterization: Parameterization = "sigma") -> sp.Matrix:
    """Return one pathwise gradient as a function of `eps`, shape (2, 1)."""
    return _differentiate(loss(path()), parameterization)


def score(parameterization: Parameterization = "sigma") -> sp.Matrix:
    """Return the gradient of the log density at `y`, shape (2, 1)."""
    return _differentiate(log_density(), parameterization)


def score_function(
    parameterization: Parameterization = "sigma", baseline: sp.Expr = sp.S.Zero
) -> sp.Matrix:
    """Return one score-function gradient as a function of `eps`, shape (2, 1)."""
    return ((loss() - baseline) * score(parameterization)).subs(y, path()).applyfunc(sp.expand)


def variance(sample: sp.Matrix) -> sp.Matrix:
    """Return the variance over the noise of each component of a gradient sample, shape (2, 1)."""
    return sample.applyfunc(lambda g: sp.factor(expectation(sp.expand(g**2)) - expectation(g) ** 2))


def optimal_baseline() -> sp.Matrix:
    """Return the constants that minimize the score-function variances, shape (2, 1)."""
    b = sp.Symbol("b")
    variances = variance(score_function(baseline=b))
    return variances.applyfunc(lambda v: sp.solve(sp.diff(v, b), b)[0])
