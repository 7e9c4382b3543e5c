"""The rule against exact moments with 30 digits, at every scale that the book promises, and where it must refuse."""

from collections.abc import Callable
from itertools import product
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from routes import NORMAL, SQUARED_ERROR, assert_exact, integral, on_nodes

from rpt_helpers import (
    PARAMETERIZATIONS,
    Cosine,
    ExponentialSquare,
    Loss,
    MeanAbsoluteError,
    Normal,
    Quadratic,
    SquaredError,
    closed_form,
    datasets,
    pathwise,
    quadrature,
    score_function,
)
from rpt_helpers.losses import DifferentiableLoss

SIGMAS = [0.1, 1.0, 10.0]
MUS = [-3.0, 0.0, 0.7, 50.0]
K_SIGMAS = [0.1, 1.0, 7.3, 20.0]
SCORE_SQUARES = [{2: 1}, {0: 1, 2: -2, 4: 1}]  # sigma^2 times the squared scores, as polynomials in the noise


def moments(mean: Any, variance: Any, highest: int) -> list[Any]:
    """Moments of a Normal; the mean may be imaginary."""
    found = [mp.mpf(1), mean]
    for order in range(2, highest + 1):
        found.append(mean * found[-1] + (order - 1) * variance * found[-2])
    return found


def exact_cosine(k: Any, mu: Any, sigma: Any) -> tuple[Any, Any, Any]:
    """Gradient and both variances of cos(ky), from E[exp(iky) eps^m]."""

    def wave(frequency: Any, powers: dict[int, int]) -> Any:
        tilted = moments(1j * frequency * sigma, 1, 4)
        total = sum(factor * tilted[power] for power, factor in powers.items())
        return mp.exp(1j * frequency * mu - (frequency * sigma) ** 2 / 2) * total

    def square(sign: int, powers: dict[int, int]) -> Any:  # cos^2 or sin^2
        return (wave(0, powers).real + sign * wave(2 * k, powers).real) / 2

    gradient = [-k * wave(k, {power: 1}).imag for power in (0, 1)]
    pathwise = [k**2 * square(-1, {power: 1}) for power in (0, 2)]
    return gradient, pathwise, [square(1, powers) / sigma**2 for powers in SCORE_SQUARES]


def exact_exponential_square(k: Any, mu: Any, sigma: Any) -> tuple[Any, Any, Any]:
    """Gradient and both variances of exp(-k y^2), from E[exp(-k y^2) eps^m]."""

    def bump(rate: Any, powers: dict[int, Any]) -> Any:
        spread = 1 + 2 * rate * sigma**2
        tilted = moments(-2 * rate * mu * sigma / spread, 1 / spread, 4)
        total = sum(factor * tilted[power] for power, factor in powers.items())
        return mp.exp(-rate * mu**2 / spread) / mp.sqrt(spread) * total

    y_square = {0: mu**2, 1: 2 * mu * sigma, 2: sigma**2}
    gradient = [-2 * k * bump(k, {power: mu, power + 1: sigma}) for power in (0, 1)]
    pathwise = [
        4 * k**2 * bump(2 * k, {power + shift: factor for power, factor in y_square.items()}) for shift in (0, 2)
    ]
    return gradient, pathwise, [bump(2 * k, powers) / sigma**2 for powers in SCORE_SQUARES]


# The bump is 0 to the last digit of a float at mu = 50 sigma, and beyond the rule's reach at mu = -30 sigma.
CASES = [(Cosine, exact_cosine, *case) for case in product(K_SIGMAS, SIGMAS, MUS)] + [
    (ExponentialSquare, exact_exponential_square, k_sigma, sigma, mu)
    for k_sigma, sigma, mu in product(K_SIGMAS, SIGMAS, MUS)
    if abs(mu) <= 7 * sigma
]


@pytest.mark.parametrize(("kind", "exact", "k_sigma", "sigma", "mu"), CASES)
def test_gradients_and_variances_keep_their_promise(
    kind: Callable[[float], DifferentiableLoss],
    exact: Callable[[Any, Any, Any], tuple[Any, Any, Any]],
    k_sigma: float,
    sigma: float,
    mu: float,
) -> None:
    loss, normal = kind(k_sigma / sigma), Normal(mu, sigma)
    gradient, *mean_squares = exact(mp.mpf(k_sigma / sigma), mp.mpf(mu), mp.mpf(sigma))
    assert_allclose(quadrature.gradient(loss, normal), np.array(gradient, float), rtol=0, atol=1e-12)
    for estimator, mean_square in zip((pathwise, score_function), mean_squares, strict=True):
        variance = [float(a - b**2) for a, b in zip(mean_square, gradient, strict=True)]
        assert_allclose(quadrature.variance(estimator, loss, normal), variance, rtol=1e-10)


SUMS_OF_SQUARES = [SQUARED_ERROR, Quadratic(-0.4), SquaredError(datasets.michelson())]


@pytest.mark.parametrize("wrt", PARAMETERIZATIONS)
@pytest.mark.parametrize("loss", SUMS_OF_SQUARES)
@pytest.mark.parametrize("sigma", SIGMAS)
def test_sums_of_squares_agree_with_the_closed_form(loss: Any, sigma: float, wrt: Any) -> None:
    normal = Normal(loss.mean + 0.7, sigma)
    assert_allclose(quadrature.expected_loss(loss, normal), closed_form.expected_loss(loss, normal), rtol=1e-11)
    exact = closed_form.gradient(loss, normal, wrt)
    assert_allclose(quadrature.gradient(loss, normal, wrt), exact, rtol=1e-10)
    exact = closed_form.optimal_baseline(loss, normal)
    assert_allclose(quadrature.optimal_baseline(loss, normal), exact, rtol=1e-11)
    exact = closed_form.variance("pathwise", loss, normal, wrt)
    assert_allclose(quadrature.variance(pathwise, loss, normal, wrt), exact, rtol=1e-10)
    for baseline in (None, "mean", "optimal", 3.0):
        exact = closed_form.variance("score_function", loss, normal, wrt, baseline)
        assert_allclose(quadrature.variance(score_function, loss, normal, wrt, baseline=baseline), exact, rtol=1e-10)


@pytest.mark.parametrize("wrt", PARAMETERIZATIONS)
def test_any_smooth_loss_agrees_with_gauss_hermite_nodes(wrt: Any) -> None:
    loss = Loss(lambda y: np.exp(np.sin(y)), lambda y: np.cos(y) * np.exp(np.sin(y)))
    normal = Normal(-0.3, 0.8)
    mean, variance = on_nodes(lambda eps: pathwise(loss, normal, eps, wrt))
    assert_exact(quadrature.gradient(loss, normal, wrt), mean)
    assert_exact(quadrature.variance(pathwise, loss, normal, wrt), variance)
    mean, variance = on_nodes(lambda eps: score_function(loss, normal, eps, wrt, baseline=1.0))
    assert_exact(quadrature.gradient(loss, normal, wrt), mean)
    assert_exact(quadrature.variance(score_function, loss, normal, wrt, baseline=1.0), variance)


@pytest.mark.parametrize("loss", [ExponentialSquare(0.6), Cosine(1.7)])
def test_expectations_agree_with_adaptive_integration(loss: DifferentiableLoss) -> None:
    def definition(e: Any) -> Any:
        y = mp.mpf(NORMAL.mu) + mp.mpf(NORMAL.sigma) * e
        return mp.cos(mp.mpf(1.7) * y) if isinstance(loss, Cosine) else mp.exp(-mp.mpf(0.6) * y**2)

    mean = integral(definition)
    optimal = [integral(lambda e: definition(e) * e**2), integral(lambda e: definition(e) * (e**2 - 1) ** 2) / 2]
    assert_exact(quadrature.expected_loss(loss, NORMAL), mean)
    assert_exact(quadrature.optimal_baseline(loss, NORMAL), optimal)
    least = quadrature.variance(score_function, loss, NORMAL, baseline="optimal")
    for step in (-1e-3, 1e-3):
        neighbor = quadrature.optimal_baseline(loss, NORMAL) + step
        assert np.all(least < quadrature.variance(score_function, loss, NORMAL, baseline=neighbor))


def test_expectation_of_one_or_of_several_functions() -> None:
    one = quadrature.expectation(lambda y: y**2, NORMAL)
    assert type(one) is float
    assert_exact(one, NORMAL.mu**2 + NORMAL.sigma**2)
    several = quadrature.expectation(lambda y: np.array([y, y**2, np.exp(y)]).T, NORMAL)
    assert_exact(several, [NORMAL.mu, one, np.exp(NORMAL.mu + NORMAL.sigma**2 / 2)])


def test_a_constant_gradient_has_no_variance() -> None:
    linear = Loss(lambda y: 3 * y, lambda y: np.full_like(y, 3))
    assert_allclose(quadrature.variance(pathwise, linear, NORMAL), [0, 9], atol=1e-25)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("slope", [1e3, 1e6, 1e9])
def test_a_large_mean_costs_the_variance_its_digits_and_no_more(slope: float, unit: float) -> None:
    steep = Loss(lambda y: unit * (slope * y + np.sin(y)), lambda y: unit * (slope + np.cos(y)))
    in_mu = quadrature.variance(pathwise, Loss(np.sin, np.cos), NORMAL)[0]
    assert_allclose(quadrature.variance(pathwise, steep, NORMAL)[0], unit**2 * in_mu, rtol=1e-15 * slope)


def test_default_differentiates_in_sigma() -> None:
    loss = Cosine(1.7)
    assert_array_equal(quadrature.gradient(loss, NORMAL), quadrature.gradient(loss, NORMAL, "sigma"))
    default = quadrature.variance(score_function, loss, NORMAL)
    assert_array_equal(default, quadrature.variance(score_function, loss, NORMAL, "sigma"))


def step(y: Any) -> Any:
    return np.where(y > 0.2, 1.0, 0.0)


@pytest.mark.parametrize(
    "function",
    [step, MeanAbsoluteError([0.3]), lambda y: np.abs(y - 0.1), ExponentialSquare(1e12)],
    ids=["jump", "kink", "another kink", "narrow bump"],
)
def test_what_the_rule_cannot_resolve_is_refused(function: Any) -> None:
    with pytest.raises(ValueError, match=r"smooth on the scale of sigma / 7085: .*Normal\(mu=0.7, sigma=1.3\).*a kink"):
        quadrature.expectation(function, NORMAL)


def test_a_loss_in_time_with_the_points_is_not_taken_for_a_constant() -> None:
    for level in range(
        quadrature.FIRST_LEVEL, quadrature.LAST_LEVEL
    ):  # one wave for each step of the rule at that level
        loss = Cosine(2 * np.pi * 2.0**level / quadrature.HALF_WIDTH / NORMAL.sigma)
        assert abs(quadrature.expectation(loss, NORMAL)) < 1e-12


def test_a_variance_is_refined_even_where_the_mean_needs_nothing() -> None:
    k = (
        np.pi * 2**quadrature.FIRST_LEVEL / quadrature.HALF_WIDTH / NORMAL.sigma
    )  # the squared derivative, not the derivative, is in time with the points
    loss = Loss(lambda y: np.sin(k * y) / k, lambda y: np.cos(k * y))
    assert_exact(quadrature.variance(pathwise, loss, NORMAL), [0.5, 0.5])


@pytest.mark.parametrize(
    "function",
    [
        ExponentialSquare(-0.4),
        np.sqrt,
        lambda y: 1 / np.zeros_like(y),
        lambda y: np.array([y, np.exp(y**2)]).T,
    ],
    ids=["explodes", "undefined", "infinite", "second explodes"],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_has_no_expectation_within_reach_is_refused(function: Any) -> None:
    with pytest.raises(ValueError, match=r"concentrated within 37 sigma of mu: this loss grows too fast"):
        quadrature.expectation(function, NORMAL)


@pytest.mark.parametrize("mu", [-2.5, 2.0, 3.0])
def test_a_bump_far_from_mu_is_found(mu: float) -> None:
    """20 to 30 sigma away: the value is below 1e-69, and still has its digits."""
    k, sigma = 200.0, 0.1
    width = 1 + 2 * k * sigma**2
    expected = np.exp(-k * mu**2 / width) / width**0.5
    assert_allclose(quadrature.expectation(ExponentialSquare(k), Normal(mu, sigma)), expected, rtol=1e-11)


@pytest.mark.parametrize("normal", [Normal(1e9, 0.9), Normal(-1e17, 1)])
def test_a_normal_whose_samples_have_no_digits_left_is_refused(normal: Normal) -> None:
    with pytest.raises(ValueError, match=r"normal must be one with sigma >= 1e-09 \|mu\|"):
        quadrature.expectation(np.cos, normal)


@pytest.mark.parametrize("sigma", [2.0**-20, 1.0, 2.0**20])
def test_a_normal_far_from_zero_still_has_enough_digits(sigma: float) -> None:
    k, normal = 0.5 / sigma, Normal(1e8 * sigma, sigma)
    expected = np.cos(k * normal.mu) * np.exp(-1 / 8)
    assert_allclose(quadrature.expectation(Cosine(k), normal), expected, rtol=1e-7)


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("factor", [1 + 1e-6, -1.0, 2.0])
def test_a_derivative_that_is_not_one_is_refused_in_any_unit(factor: float, unit: float) -> None:
    right = Loss(lambda y: unit * np.sin(y), lambda y: unit * np.cos(y))
    assert_exact(quadrature.gradient(right, NORMAL), unit * quadrature.gradient(Loss(np.sin, np.cos), NORMAL))
    wrong = Loss(right, lambda y: factor * right.derivative(y))
    with pytest.raises(ValueError, match="loss.derivative must be the derivative of the loss"):
        quadrature.gradient(wrong, NORMAL)


def test_a_derivative_that_is_wrong_in_one_component_only_is_refused() -> None:
    loss = Loss(lambda y: y**2, lambda y: np.full_like(y, 2 * NORMAL.mu))  # the mean slope, everywhere
    with pytest.raises(ValueError, match="loss.derivative must be"):
        quadrature.gradient(loss, NORMAL)


@pytest.mark.parametrize(
    "result",
    [
        lambda y: y * 1j,
        lambda y: y > 0,
        lambda y: y.astype(str),
        lambda y: 1.0,
        lambda y: y[:-1],
        lambda y: np.array([y, y]),
        lambda y: np.ones((y.size, 2, 2)),
    ],
)
def test_a_function_must_return_one_number_or_row_for_each_point(result: Any) -> None:
    with pytest.raises(ValueError, match=r"function\(y\) must be"):
        quadrature.expectation(result, NORMAL)


def test_leave_one_out_has_no_variance_of_one_sample() -> None:
    with pytest.raises(ValueError, match="baseline must be constant here.*got 'leave-one-out'"):
        quadrature.variance(score_function, SQUARED_ERROR, NORMAL, baseline="leave-one-out")
