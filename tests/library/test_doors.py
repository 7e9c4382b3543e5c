"""Nodes that the library has never heard of go through its doors: a Gamma and a coin."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import ArrayLike, NDArray
from routes import EXACT, STANDARD_ERRORS, assert_within_error
from scipy import special

from rpt_helpers import (
    Diverged,
    Loss,
    Node,
    Reparameterized,
    estimate,
    leave_one_out,
    pathwise,
    quadratic,
    score_function,
    sgd,
)

Array = NDArray[np.float64]
N = 100_000


@dataclass(frozen=True)
class Gamma:
    """Density proportional to y^(alpha - 1) exp(-beta y), sampled by its inverse CDF F^-1(u)."""

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        if not (self.alpha > 0 and self.beta > 0):
            raise ValueError(f"alpha and beta must be > 0, got {self}")

    @property
    def parameters(self) -> Array:
        return np.array([self.alpha, self.beta])

    def at(self, parameters: ArrayLike) -> Self:
        return type(self)(*np.asarray(parameters, float).tolist())

    def noise(self, rng: np.random.Generator, n: int) -> Array:
        return rng.random(n)

    def path(self, eps: Array) -> Array:
        return special.gammaincinv(self.alpha, eps) / self.beta

    def pullback(self, slope: Array, eps: Array) -> Array:
        """F(y, alpha, beta) = u stays where it is: dy = -dF / p."""
        y, h = self.path(eps), 1e-5
        z = self.beta * y
        rise = (special.gammainc(self.alpha + h, z) - special.gammainc(self.alpha - h, z)) / (2 * h)
        log_density = (self.alpha - 1) * np.log(z) - z - special.gammaln(self.alpha)
        return (slope * np.array([-rise / np.exp(log_density) / self.beta, -y / self.beta])).T

    def score(self, eps: Array) -> Array:
        y = self.path(eps)
        in_alpha = np.log(self.beta * y) - special.digamma(self.alpha)
        return np.array([in_alpha, self.alpha / self.beta - y]).T


@dataclass(frozen=True)
class Coin:
    """y = 1 with probability p = 1 / (1 + exp(-logit)), else 0: nothing to differentiate."""

    logit: float

    @property
    def p(self) -> float:
        return float(special.expit(self.logit))

    @property
    def parameters(self) -> Array:
        return np.array([self.logit])

    def at(self, parameters: ArrayLike) -> Self:
        return type(self)(*np.asarray(parameters, float).tolist())

    def noise(self, rng: np.random.Generator, n: int) -> Array:
        return rng.random(n)

    def path(self, eps: Array) -> Array:
        return np.where(eps < self.p, 1.0, 0.0)

    def score(self, eps: Array) -> Array:
        return (self.path(eps) - self.p)[:, np.newaxis]


GAMMA, COIN = Gamma(2.5, 0.8), Coin(-0.6)
MEAN = Loss(lambda y: y, np.ones_like)
SQUARE = Loss(np.square, lambda y: 2 * y)
BET = Loss(lambda y: 3 - 5 * y, lambda y: np.full_like(y, -5))  # 3 for a 0, -2 for a 1


def test_the_nodes_are_what_the_protocols_ask_for() -> None:
    with_a_path: list[Reparameterized] = [GAMMA]  # mypy reads this
    nodes: list[Node] = [*with_a_path, COIN]
    for node in nodes:
        assert_array_equal(node.at(node.parameters).parameters, node.parameters)
        eps = node.noise(np.random.default_rng(1), 7)
        assert node.path(eps).shape == eps.shape
        assert node.score(eps).shape == (7, node.parameters.size)
    for path in with_a_path:
        eps = path.noise(np.random.default_rng(1), 7)
        assert path.pullback(np.ones_like(eps), eps).shape == (7, path.parameters.size)


# The Gamma.


def moment(k: int, node: Gamma = GAMMA) -> float:
    """Return E y^k."""
    return float(special.poch(node.alpha, k)) / node.beta**k


def gamma_gradient(loss: Loss, node: Gamma) -> Array:
    """Differentiate E y = alpha / beta, or E y^2 = alpha (alpha + 1) / beta^2."""
    a, b = node.alpha, node.beta
    if loss is MEAN:
        return np.array([1 / b, -a / b**2])
    return np.array([(2 * a + 1) / b**2, -2 * a * (a + 1) / b**3])


def over_uniform_noise(function: Callable[[Array], Array]) -> Array:
    """Integrate over u in (0, 1) by the trapezoidal rule for the logit of u, which is smooth."""
    step = 0.05
    u = special.expit(np.arange(-36, 36, step))
    return (u * (1 - u) * step) @ function(u)


@pytest.mark.parametrize("u", [0.003, 0.2, 0.5, 0.9, 0.9999])
def test_the_implicit_path_derivative_is_that_of_the_inverse_cdf(u: float) -> None:
    a, b, y = GAMMA.alpha, GAMMA.beta, float(GAMMA.path(np.array([u]))[0])
    cdf = partial(mp.gammainc, a=0, regularized=True)
    density = b**a * y ** (a - 1) * mp.exp(-b * y) / mp.gamma(a)
    in_alpha = -mp.diff(lambda alpha: cdf(alpha, b=b * y), a) / density
    in_beta = -mp.diff(lambda beta: cdf(a, b=beta * y), b) / density
    found = GAMMA.pullback(np.array([1.0]), np.array([u]))
    assert_allclose(found, [[float(in_alpha), float(in_beta)]], rtol=1e-7)


@pytest.mark.parametrize("loss", [MEAN, SQUARE], ids=["mean", "square"])
@pytest.mark.parametrize("estimator", [pathwise, score_function])
def test_both_estimators_of_a_gamma_have_the_gradient_as_their_mean(
    estimator: Any, loss: Loss
) -> None:
    mean = gamma_gradient(loss, GAMMA)
    exact = over_uniform_noise(partial(estimator, loss, GAMMA))
    assert_allclose(exact, mean, rtol=1e-6)
    variance = over_uniform_noise(lambda u: (estimator(loss, GAMMA, u) - mean) ** 2)
    fourth = over_uniform_noise(lambda u: (estimator(loss, GAMMA, u) - mean) ** 4)
    found = estimate(estimator, loss, GAMMA, N, np.random.default_rng(1))
    assert_within_error(found.mean, mean, variance, N)
    assert_within_error(found.variance, variance, fourth - variance**2, N)
    assert_allclose(found.standard_error, np.sqrt(found.variance / N), rtol=EXACT)


def test_the_variances_of_a_gamma_are_those_of_its_moments() -> None:
    a, b, rng = GAMMA.alpha, GAMMA.beta, np.random.default_rng(2)
    along_path = (moment(2) - moment(1) ** 2) / b**2  # of -y / beta
    fourth_central = a * (3 * a + 6) / b**4
    found = estimate(pathwise, MEAN, GAMMA, N, rng).variance[1]
    spread = fourth_central / b**4 - along_path**2
    assert_within_error(found, along_path, spread, N)
    # Weighting by y^2 makes a Gamma of shape alpha + 2, whose log has variance trigamma.
    drift = special.digamma(a + 2) - special.digamma(a)
    in_alpha = moment(2) * (special.polygamma(1, a + 2) + drift**2) - 1 / b**2
    in_beta = (a / b) ** 2 * moment(2) - 2 * a / b * moment(3) + moment(4) - (a / b**2) ** 2
    mean = gamma_gradient(MEAN, GAMMA)
    exact = over_uniform_noise(lambda u: (score_function(MEAN, GAMMA, u) - mean) ** 2)
    assert_allclose(exact, [in_alpha, in_beta], rtol=1e-6)


@dataclass(frozen=True)
class Mirrored:
    """Uniform noise of one's own in pairs u, 1 - u."""

    block = 2

    def __call__(self, rng: np.random.Generator, n: int) -> Array:
        half = rng.random(n // 2)
        return np.array([half, 1 - half]).T.ravel()


def test_noise_of_ones_own_may_come_in_groups() -> None:
    mean = gamma_gradient(MEAN, GAMMA)

    def deviation(u: Array) -> Array:
        return (pathwise(MEAN, GAMMA, u) + pathwise(MEAN, GAMMA, 1 - u)) / 2 - mean

    variance = over_uniform_noise(lambda u: deviation(u) ** 2)
    fourth = over_uniform_noise(lambda u: deviation(u) ** 4)
    found = estimate(pathwise, MEAN, GAMMA, N, np.random.default_rng(3), noise=Mirrored())
    assert_within_error(found.mean, mean, variance, N // 2)
    assert_within_error(found.variance / 2, variance, fourth - variance**2, N // 2)
    assert_allclose(found.standard_error, np.sqrt(found.variance / N), rtol=EXACT)
    plain = estimate(pathwise, MEAN, GAMMA, N, np.random.default_rng(3))
    assert np.all(found.variance < plain.variance / 3)


@pytest.mark.parametrize("estimator", [pathwise, score_function])
def test_descent_takes_alpha_to_the_least_expected_square(estimator: Any) -> None:
    step, m, rng = 0.005, 200, np.random.default_rng(4)
    best = Gamma(3 * GAMMA.beta - 0.5, GAMMA.beta)  # of alpha/beta^2 + (alpha/beta - 3)^2

    def gradient(here: Gamma) -> Array:
        return estimator(quadratic(3), here, here.noise(rng, m)).mean(axis=0) * [1, 0]

    path = sgd(gradient, GAMMA, steps=2000, step_size=step)
    # Near the optimum alpha is a first-order autoregression, of which the variance is known.
    variance = over_uniform_noise(lambda u: estimator(quadratic(3), best, u) ** 2)[0] / m
    shrink = 1 - step * 2 / GAMMA.beta**2
    spread = (step**2 * variance / (1 - shrink**2)) ** 0.5
    assert abs(path.final.alpha - best.alpha) <= STANDARD_ERRORS * spread < 0.4
    assert np.all(path["beta"] == GAMMA.beta)
    assert_array_equal(path["alpha"], path.parameters[:, 0])


def test_a_step_out_of_the_range_of_a_node_says_so() -> None:
    with pytest.raises(Diverged, match=r"step 0 .*Gamma.*alpha and beta must be > 0"):
        sgd(lambda here: [10, 0], GAMMA, steps=3, step_size=1)


# The coin.


def coin_variance(baseline: float) -> float:
    """Return the variance of (f - b) (y - p)."""
    p, f0, f1 = COIN.p, 3 - baseline, -2 - baseline
    return p * (1 - p) * ((1 - p) * f1**2 + p * f0**2) - (p * (1 - p) * -5) ** 2


@pytest.mark.parametrize("baseline", [0.0, 1.5, [-3.0]])
def test_a_coin_has_a_score_function_gradient(baseline: Any) -> None:
    found = estimate(score_function, BET, COIN, N, np.random.default_rng(5), baseline=baseline)
    variance = coin_variance(np.ravel(baseline)[0])
    assert found.mean.shape == (1,)
    assert_within_error(found.mean, [COIN.p * (1 - COIN.p) * -5], variance, N)
    samples = score_function(BET, COIN, np.array([0.0, 0.999]), baseline=baseline)  # heads, tails
    most = np.abs(samples - found.mean).max()
    assert_within_error(found.variance, variance, variance * most**2, N)


def test_the_best_baseline_of_a_coin_leaves_no_variance() -> None:
    best = (1 - COIN.p) * -2 + COIN.p * 3
    found = estimate(score_function, BET, COIN, 1000, np.random.default_rng(6), baseline=best)
    assert_allclose(found.mean, [COIN.p * (1 - COIN.p) * -5], rtol=EXACT)
    assert np.all(found.standard_error < 1e-15)


def test_leaving_one_out_is_an_unbiased_baseline_of_a_coin() -> None:
    rng = np.random.default_rng(7)
    found = estimate(score_function, BET, COIN, N, rng, baseline=leave_one_out)
    variance = coin_variance(3 - 5 * COIN.p)
    assert_within_error(found.mean, [COIN.p * (1 - COIN.p) * -5], variance, N)
    assert_allclose(found.variance, variance, rtol=0.02)


def test_pathwise_refuses_a_coin_by_name() -> None:
    message = r"node must be a node with a pullback.*got Coin\(logit=-0.6\)"
    with pytest.raises(ValueError, match=message):
        pathwise(BET, COIN, [0.5])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        estimate(pathwise, BET, COIN, 100, np.random.default_rng(1))


def test_descent_without_variance_is_that_of_the_exact_gradient() -> None:
    rng = np.random.default_rng(8)

    def estimated(here: Coin) -> Array:
        best = (1 - here.p) * -2 + here.p * 3
        return score_function(BET, here, here.noise(rng, 2), baseline=best).mean(axis=0)

    path = sgd(estimated, COIN, steps=200, step_size=0.1)
    exact = sgd(lambda here: [here.p * (1 - here.p) * -5], COIN, steps=200, step_size=0.1)
    assert_allclose(path.parameters, exact.parameters, rtol=EXACT)
    assert path.parameters.shape == (201, 1)


def test_descent_makes_the_better_side_of_a_coin_nearly_certain() -> None:
    rng = np.random.default_rng(9)

    def gradient(here: Coin) -> Array:
        eps = here.noise(rng, 50)
        return score_function(BET, here, eps, baseline=leave_one_out).mean(axis=0)

    path = sgd(gradient, COIN, steps=500, step_size=0.5)
    assert path["p"][0] == COIN.p
    assert path.final.p > 0.99
